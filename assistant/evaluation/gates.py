"""A run, and the run it is measured against -> passed, failed or inconclusive, each rule with its reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from assistant.domain.errors import UsageError
from assistant.evaluation import comparison
from assistant.evaluation.comparison import Comparison, Manifest
from assistant.evaluation.summary import Question, RunSummary

Result = Literal["passed", "failed", "inconclusive"]

MARGIN = 0.03
"""How much worse than the baseline a mean may be, at the low end of its interval, before a run is held up."""
MOST_ERRORS = 0.01
"""Share of questions that the endpoint may have failed on."""
NOT_WORSE = ("title_f1", "recall@5")
_INVARIANTS = {"validity": 1.0}
"""Means that admit no exception."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing a run must satisfy."""

    name: str
    result: Result
    told: str


def decide(
    manifest: Manifest,
    found: RunSummary,
    settings: Mapping[str, Any],
    baseline: tuple[Manifest, Sequence[Question]] | None,
    missing: int = 0,
) -> tuple[Result, list[Rule]]:
    """Return the decision and every rule that was tried; a failed rule outweighs an inconclusive one.

    `settings` are the suite's: `floors` and `ceilings` by metric, `margin`, `most_errors`. `missing` is the number of
    outcomes that an interrupted run left out.
    """
    rules = [*_complete(missing), *_errors(found, settings), *_invariants(found), *_bounds(found, settings)]
    if baseline is not None:
        rules += _against(manifest, found.questions, baseline, float(settings.get("margin", MARGIN)))
    results = {rule.result for rule in rules}
    for result in ("failed", "inconclusive"):
        if result in results:
            return result, rules
    return "passed", rules


def _complete(missing: int) -> Iterator[Rule]:
    if missing:
        told = f"{missing} outcomes are missing; `assistant eval run` with the same --out goes on"
        yield Rule("complete", "inconclusive", told)


def _errors(found: RunSummary, settings: Mapping[str, Any]) -> Iterator[Rule]:
    failed = sum(one.failed > 0 for one in found.questions)
    most = float(settings.get("most_errors", MOST_ERRORS))
    share = failed / len(found.questions)
    told = f"{failed} of {len(found.questions)} questions could not be asked; at most {most:.0%} may"
    yield Rule("errors", "passed" if share <= most else "inconclusive", told)


def _invariants(found: RunSummary) -> Iterator[Rule]:
    for metric, least in _INVARIANTS.items():
        for kind, means in found.rows.items():
            value = means[metric].value if metric in means else None
            if value is not None and value < least:
                yield Rule(metric, "failed", f"{metric} of {kind} is {value:.4f}; every citation must be valid")
    yield Rule("invariants", "passed", f"tried: {', '.join(_INVARIANTS)}")


def _bounds(found: RunSummary, settings: Mapping[str, Any]) -> Iterator[Rule]:
    for name, below in (("floors", True), ("ceilings", False)):
        for metric, bound in settings.get(name, {}).items():
            value = _value(found, metric)
            if value is None:
                yield Rule(metric, "inconclusive", f"{metric} was not measured")
                continue
            wrong = value < bound if below else value > bound
            told = f"{metric} is {value:.4f}; {'at least' if below else 'at most'} {bound}"
            yield Rule(metric, "failed" if wrong else "passed", told)


def _value(found: RunSummary, metric: str) -> float | None:
    """Return a figure by name: "title_f1", "list:recall@5" of one type, or one that is no mean."""
    kind, colon, name = metric.rpartition(":")
    means = found.rows.get(kind if colon else "all", {})
    return means[name].value if name in means else found.extra.get(name)


def _against(
    manifest: Manifest, found: Sequence[Question], baseline: tuple[Manifest, Sequence[Question]], margin: float
) -> Iterator[Rule]:
    before, questions = baseline
    if other := comparison.differing(before, manifest):
        yield Rule("baseline", "inconclusive", f"the baseline has another {', '.join(other)}")
        return
    try:
        compared: Comparison = comparison.compare(questions, found)
    except UsageError as error:
        yield Rule("baseline", "inconclusive", str(error))
        return
    for row in compared.rows:
        if row.metric in NOT_WORSE:
            worst = row.change.low
            told = (
                f"{row.metric} went from {row.before:.4f} to {row.after:.4f}; its change is at least {worst:+.4f}, "
                f"and may be {-margin:+.4f}"
            )
            # The interval reaches below the margin: certainly worse only where all of it lies there.
            result: Result = "passed" if worst >= -margin else "failed" if row.change.high < -margin else "inconclusive"
            yield Rule(row.metric, result, told)
