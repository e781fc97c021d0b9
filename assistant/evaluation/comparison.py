"""Two runs of the same questions -> their differences, paired, with what chance alone could have made of them."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.domain.errors import UsageError
from assistant.evaluation import statistics
from assistant.evaluation.manifests import Manifest
from assistant.evaluation.metrics import registry
from assistant.evaluation.metrics.registry import METRICS, Metrics
from assistant.evaluation.scoring import Score
from assistant.evaluation.statistics import Interval
from assistant.evaluation.summary import Question

_MUST_AGREE = ("suite", "gold", "corpus", "split", "types")

Pairs = Sequence[tuple[Question, Question]]
"""The same questions before and after."""
Repeats = tuple[Sequence[Score], Sequence[Score]]
"""The scores of both runs with all their repeats."""


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
    minimum_detectable_effect: float | None
    """The smallest true change that these questions would show with a power of 0.8."""
    noise: float | None
    """Standard deviation of the change between two runs of the same code, from repeats; None without repeats."""
    wins: int
    ties: int
    losses: int
    better: bool
    """Whether the mean moved in the direction that is better."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs side by side."""

    rows: tuple[Difference, ...]
    types: Mapping[str, Mapping[str, tuple[float, float, int]]]
    """Type -> gated metric -> (before, after, questions)."""
    regressed: tuple[str, ...]
    """Questions whose title F1 fell, or that are answered now and should not be."""
    fixed: tuple[str, ...]
    changes: tuple[tuple[str, float], ...] = ()
    """Each question of which the answer became more or less right, and by how much, the worst first: its title F1, or 1
    for an abstention from what has no answer."""


def differing(before: Manifest, after: Manifest) -> list[str]:
    """Return what two runs differ in that makes a comparison of them meaningless."""
    return [name for name in _MUST_AGREE if before.get(name) != after.get(name)]


def compare(
    before: Sequence[Question],
    after: Sequence[Question],
    repeats: Repeats = ((), ()),
    metrics: Metrics = METRICS,
) -> Comparison:
    """Return the differences over the questions that both runs have; raises `UsageError` where there are none.

    `repeats` show the noise of the runs.
    """
    by_id = {question.id: question for question in before}
    pairs = [(by_id[question.id], question) for question in after if question.id in by_id]
    plain = [pair for pair in pairs if not pair[1].perturbation]
    if not plain:
        raise UsageError("the two runs have no question in common")
    names = [
        name for name in dict.fromkeys(name for _, new in plain for name in new.values) if _with_metric(plain, name)
    ]
    rows = [_difference(name, plain, repeats, metrics) for name in names]
    gated = [place for place, row in enumerate(rows) if _is_gated(row.metric, metrics)]
    adjusted = dict(zip(gated, statistics.holm([rows[place].p for place in gated]), strict=True))
    return Comparison(
        rows=tuple(replace(row, adjusted=adjusted.get(place)) for place, row in enumerate(rows)),
        types=_by_type(pairs, metrics),
        regressed=tuple(new.id for old, new in plain if _merit(new) < _merit(old)),
        fixed=tuple(new.id for old, new in plain if _merit(new) > _merit(old)),
        changes=tuple(sorted(_changes(plain), key=lambda row: row[1])),
    )


def _changes(pairs: Pairs) -> Iterator[tuple[str, float]]:
    """Yield the questions whose answer changed in worth, and by how much."""
    for old, new in pairs:
        if change := round(_merit(new) - _merit(old), 9):
            yield new.id, change


def _is_gated(name: str, metrics: Metrics) -> bool:
    metric = registry.find(name, metrics)
    return metric is not None and metric.gated


def _with_metric(pairs: Pairs, name: str) -> Pairs:
    return [(old, new) for old, new in pairs if name in old.values and name in new.values]


def _difference(name: str, pairs: Pairs, repeats: Repeats, metrics: Metrics) -> Difference:
    pairs = _with_metric(pairs, name)
    changes = [new.values[name] - old.values[name] for old, new in pairs]
    clusters = [new.parent for _, new in pairs]
    change = statistics.bootstrap(changes, clusters)
    metric = registry.find(name, metrics)
    return Difference(
        metric=name,
        before=sum(old.values[name] for old, _ in pairs) / len(pairs),
        after=sum(new.values[name] for _, new in pairs) / len(pairs),
        change=change,
        p=statistics.permutation(changes, clusters),
        adjusted=None,
        minimum_detectable_effect=statistics.minimum_detectable_effect(changes, clusters),
        noise=_noise([statistics.run_noise(_values_by_case(scores, name)) for scores in repeats]),
        wins=sum(change > 0 for change in changes),
        ties=sum(change == 0 for change in changes),
        losses=sum(change < 0 for change in changes),
        better=change.mean > 0 if metric is None or metric.higher_is_better else change.mean < 0,
    )


def _noise(noises: Sequence[float | None]) -> float | None:
    """Return the standard deviation of the difference of two runs by their own noises; a run that was not repeated is
    taken to be as noisy as the other."""
    known = [noise for noise in noises if noise is not None]
    return math.hypot(known[0], known[-1]) if known else None


def _values_by_case(scores: Sequence[Score], name: str) -> list[list[float]]:
    values: dict[str, list[float]] = {}
    for score in scores:
        value = score.values.get(name)
        if value is not None and not score.case.perturbation:
            values.setdefault(score.case.id, []).append(value)
    return list(values.values())


def _by_type(pairs: Pairs, metrics: Metrics) -> dict[str, dict[str, tuple[float, float, int]]]:
    table: dict[str, dict[str, tuple[float, float, int]]] = {}
    for kind in dict.fromkeys(new.type for _, new in pairs):
        of_kind = [pair for pair in pairs if pair[1].type == kind]
        for name in (metric.name for metric in metrics if metric.gated):
            if with_metric := _with_metric(of_kind, name):
                before = sum(old.values[name] for old, _ in with_metric) / len(with_metric)
                after = sum(new.values[name] for _, new in with_metric) / len(with_metric)
                table.setdefault(kind, {})[name] = (before, after, len(with_metric))
    return table


def _merit(question: Question) -> float:
    """Return how right one answer is: its title F1, or 1 for an abstention from what has no answer."""
    if question.answerable:
        return question.values.get("title_f1", 0.0)
    return 1.0 - question.values.get("false_answer", 1.0)
