"""Two runs of the same questions -> their differences, paired, with what chance alone could have made of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.domain.errors import UsageError
from assistant.evaluation import statistics
from assistant.evaluation.scoring import Scored
from assistant.evaluation.statistics import Interval
from assistant.evaluation.summary import Question

GATED = ("title_f1", "exact_set", "false_answer", "false_abstain", "recall@5", "validity")
"""The metrics that are tested; their p values are adjusted for being several."""
LOWER_IS_BETTER = frozenset(
    {"false_answer", "false_abstain", "traps", "injected", "stale", "rewrite_gap", "seconds", "tokens_in", "tokens_out"}
)
Manifest = Mapping[str, Any]
_MUST_AGREE = ("suite", "gold", "corpus", "split", "types")


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric in two runs, over the questions that have it in both."""

    metric: str
    before: float
    after: float
    change: Interval
    """Mean of after minus before, with its interval."""
    p: float
    """Of a paired sign-flip test by cluster."""
    adjusted: float | None
    """After Holm, among the gated metrics; None for the others."""
    detectable: float | None
    """The smallest true change that these questions would show with a power of 0.8."""
    noise: float | None
    """Standard deviation of the change of a run against itself, from repeats; None where nothing was repeated."""
    wins: int
    ties: int
    losses: int

    @property
    def better(self) -> bool:
        """Whether the mean moved in the direction that is wanted."""
        return self.change.mean < 0 if self.metric in LOWER_IS_BETTER else self.change.mean > 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side."""

    rows: tuple[Difference, ...]
    types: Mapping[str, Mapping[str, tuple[float, float, int]]]
    """Type -> metric -> (before, after, questions)."""
    regressed: tuple[str, ...]
    """Questions whose title F1 fell, or that are answered now and should not be."""
    fixed: tuple[str, ...]


def differing(before: Manifest, after: Manifest) -> list[str]:
    """Return what two runs differ in that makes a comparison of them meaningless."""
    return [name for name in _MUST_AGREE if before.get(name) != after.get(name)]


def compare(
    before: Sequence[Question],
    after: Sequence[Question],
    repeated: tuple[Sequence[Scored], Sequence[Scored]] = ((), ()),
) -> Comparison:
    """Return the differences over the questions that both runs have; raises `UsageError` where there are none.

    `repeated` are the scores of both runs with their repeats, for the noise that these show.
    """
    old = {one.id: one for one in before}
    pairs = [(old[one.id], one) for one in after if one.id in old]
    plain = [pair for pair in pairs if "~" not in pair[1].id]
    if not plain:
        raise UsageError("the two runs have no question in common")
    metrics = [name for name in dict.fromkeys(name for _, one in plain for name in one.values) if _shared(plain, name)]
    rows = [_difference(name, plain, repeated) for name in metrics]
    tested = [place for place, row in enumerate(rows) if row.metric in GATED]
    adjusted = dict(zip(tested, statistics.holm([rows[place].p for place in tested]), strict=True))
    return Comparison(
        rows=tuple(replace(row, adjusted=adjusted.get(place)) for place, row in enumerate(rows)),
        types=_by_type(pairs),
        regressed=tuple(now.id for was, now in plain if _merit(now) < _merit(was)),
        fixed=tuple(now.id for was, now in plain if _merit(now) > _merit(was)),
    )


def _shared(pairs: Sequence[tuple[Question, Question]], metric: str) -> list[tuple[Question, Question]]:
    return [(was, now) for was, now in pairs if metric in was.values and metric in now.values]


def _difference(
    metric: str,
    pairs: Sequence[tuple[Question, Question]],
    repeated: tuple[Sequence[Scored], Sequence[Scored]],
) -> Difference:
    held = _shared(pairs, metric)
    changes = [now.values[metric] - was.values[metric] for was, now in held]
    clusters = [now.parent for _, now in held]
    return Difference(
        metric=metric,
        before=sum(was.values[metric] for was, _ in held) / len(held),
        after=sum(now.values[metric] for _, now in held) / len(held),
        change=statistics.bootstrap(changes, clusters),
        p=statistics.permutation(changes, clusters),
        adjusted=None,
        detectable=statistics.detectable(changes, clusters),
        noise=_noise([statistics.noise(_repeats(scored, metric)) for scored in repeated]),
        wins=sum(change > 0 for change in changes),
        ties=sum(change == 0 for change in changes),
        losses=sum(change < 0 for change in changes),
    )


def _noise(each: Sequence[float | None]) -> float | None:
    """Return the standard deviation of the difference of two runs by their own noises; a run that was not repeated is
    taken to be as noisy as the other."""
    known = [value for value in each if value is not None]
    return math.hypot(known[0], known[-1]) if known else None


def _repeats(scored: Sequence[Scored], metric: str) -> list[list[float]]:
    grouped: dict[str, list[float]] = {}
    for one in scored:
        value = one.values.get(metric)
        if value is not None and not one.case.overlay:
            grouped.setdefault(one.case.id, []).append(value)
    return list(grouped.values())


def _by_type(pairs: Sequence[tuple[Question, Question]]) -> dict[str, dict[str, tuple[float, float, int]]]:
    found: dict[str, dict[str, tuple[float, float, int]]] = {}
    for kind in dict.fromkeys(now.type for _, now in pairs):
        own = [pair for pair in pairs if pair[1].type == kind]
        for metric in GATED:
            if held := _shared(own, metric):
                was = sum(pair[0].values[metric] for pair in held) / len(held)
                now = sum(pair[1].values[metric] for pair in held) / len(held)
                found.setdefault(kind, {})[metric] = (was, now, len(held))
    return found


def _merit(question: Question) -> float:
    """Return how right one answer is: its title F1, or 1 for an abstention that is wanted."""
    if question.answerable:
        return question.values.get("title_f1", 0.0)
    return 1.0 - question.values.get("false_answer", 1.0)
