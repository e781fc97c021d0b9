"""A run, and the run it is measured against -> passed, failed or inconclusive, each rule with its reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from assistant.domain.errors import UsageError
from assistant.evaluation import comparison, trivial_systems
from assistant.evaluation.manifests import Manifest
from assistant.evaluation.metrics import registry
from assistant.evaluation.metrics.registry import METRICS, Metrics
from assistant.evaluation.suite_settings import GateSettings
from assistant.evaluation.summary import Question, RunSummary, figure

GateResult = Literal["passed", "failed", "inconclusive"]
Baseline = tuple[Manifest, Sequence[Question]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing a run must satisfy."""

    name: str
    result: GateResult
    reason: str
    """What was measured and what would have been enough, in a sentence."""


def decide(
    manifest: Manifest,
    summary: RunSummary,
    settings: GateSettings,
    baseline: Baseline | None,
    missing: int = 0,
    trivial: Mapping[str, RunSummary] = MappingProxyType({}),
    metrics: Metrics = METRICS,
) -> tuple[GateResult, list[Rule]]:
    """Return the decision and every rule that was tried; a failed rule outweighs an inconclusive one.

    `settings` are the suite's, `missing` is the number of outcomes that an interrupted run left out, `trivial` has the
    figures of systems that answer without reading.
    """
    rules = [
        *_complete(missing),
        *_errors(summary, settings.most_errors),
        *_invariants(summary, metrics),
        *_bounds(summary, settings),
        *_above_trivial(summary, settings, trivial),
    ]
    if baseline is not None:
        rules += _against(manifest, summary.questions, baseline, settings.margin, metrics)
    results = {rule.result for rule in rules}
    for result in ("failed", "inconclusive"):
        if result in results:
            return result, rules
    return "passed", rules


def _complete(missing: int) -> Iterator[Rule]:
    if missing:
        reason = f"{missing} outcomes are missing; `assistant eval run` with the same --out goes on"
        yield Rule("complete", "inconclusive", reason)


def _errors(summary: RunSummary, most: float) -> Iterator[Rule]:
    failed = sum(question.failed > 0 for question in summary.questions)
    share = failed / len(summary.questions)
    reason = f"{failed} of {len(summary.questions)} questions could not be asked; at most {most:.0%} may"
    yield Rule("errors", "passed" if share <= most else "inconclusive", reason)


def _invariants(summary: RunSummary, metrics: Metrics) -> Iterator[Rule]:
    """Yield a rule for each type of question whose mean is below what the metric demands of all."""
    names = []
    for metric in metrics:
        if metric.least is None:
            continue
        names.append(metric.name)
        for kind, means in summary.means.items():
            value = means[metric.name].value if metric.name in means else None
            if value is not None and value < metric.least:
                reason = f"{metric.name} of {kind} is {value:.4f}; {metric.least:g} is the least that passes"
                yield Rule(metric.name, "failed", reason)
    yield Rule("invariants", "passed", f"tried: {', '.join(names)}")


def _bounds(summary: RunSummary, settings: GateSettings) -> Iterator[Rule]:
    for bounds, is_floor in ((settings.floors, True), (settings.ceilings, False)):
        for name, bound in bounds.items():
            value = figure(summary, name)
            if value is None:
                yield Rule(name, "inconclusive", f"{name} was not measured")
                continue
            wrong = value < bound if is_floor else value > bound
            reason = f"{name} is {value:.4f}; {'at least' if is_floor else 'at most'} {bound}"
            yield Rule(name, "failed" if wrong else "passed", reason)


def _above_trivial(summary: RunSummary, settings: GateSettings, trivial: Mapping[str, RunSummary]) -> Iterator[Rule]:
    """Yield a rule for each system without reading and each figure that is gated and demands reading."""
    names = [name for name in settings.floors if name.rpartition(":")[2] in trivial_systems.BEATEN]
    for system, other in trivial.items():
        for name in names:
            own, value = figure(summary, name), figure(other, name)
            if own is not None and value is not None:
                reason = f"{name} is {own:.4f}; more than the {value:.4f} of {system}, which reads nothing, passes"
                yield Rule(f"{name} above {system}", "passed" if own > value else "failed", reason)


def _against(
    manifest: Manifest, questions: Sequence[Question], baseline: Baseline, margin: float, metrics: Metrics
) -> Iterator[Rule]:
    before, earlier_questions = baseline
    if names := comparison.differing(before, manifest):
        yield Rule("baseline", "inconclusive", f"the baseline has another {', '.join(names)}")
        return
    try:
        differences = comparison.compare(earlier_questions, questions, metrics=metrics).rows
    except UsageError as error:
        yield Rule("baseline", "inconclusive", str(error))
        return
    for row in differences:
        metric = registry.find(row.metric, metrics)
        if metric is not None and metric.must_not_fall:
            # Towards worse, whichever direction that is.
            sign = 1 if metric.higher_is_better else -1
            worst, best = sorted((sign * row.change.low, sign * row.change.high))
            reason = (
                f"{row.metric} went from {row.before:.4f} to {row.after:.4f}; its change is at least {worst:+.4f}, "
                f"and may be {-margin:+.4f}"
            )
            # The interval reaches below the margin: certainly worse only where all of it lies there.
            result: GateResult = "passed" if worst >= -margin else "failed" if best < -margin else "inconclusive"
            yield Rule(row.metric, result, reason)
