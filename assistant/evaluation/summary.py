"""Scores of all questions of a run -> the table a reader sees first: means with their counts, and what was lost."""

import functools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.evaluation import perturbations, statistics
from assistant.evaluation.metrics import abstention
from assistant.evaluation.metrics.funnel import STAGES
from assistant.evaluation.scoring import Score
from assistant.evaluation.statistics import Interval
from assistant.models.prices import Prices

if TYPE_CHECKING:
    from pydantic import TypeAdapter

HEADLINE = ("title_f1", "exact_set", "balanced_abstention")
"""What one number of a run is worth is seen in these: no trivial system does well in them."""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean that says what it is the mean of."""

    value: float | None
    """None where nothing was scored."""
    scored: int
    unscored: int
    """Cases of which the metric says nothing."""
    failed: int
    """Cases that could not be asked: left out of the mean, and always reported."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a run: its scores averaged over repeats."""

    id: str
    parent: str
    type: str
    """Its type, or the name of the perturbation that it is a variant by."""
    answerable: bool
    values: Mapping[str, float]
    unscored: frozenset[str]
    failed: int
    """Repeats that could not be asked."""
    perturbation: str = ""
    """The change that made it from its parent; "" for none."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in numbers."""

    means: Mapping[str, Mapping[str, Mean]]
    """Type -> metric -> mean; "all" holds the questions that are no variants and no turns of conversations."""
    intervals: Mapping[str, Interval]
    """Metric -> interval over all questions, by cluster."""
    extra: Mapping[str, float | None]
    """What is no mean over questions: percentiles, areas, balanced abstention, flips."""
    lost: Mapping[str, int]
    """Stage -> gold groups lost there; "found" -> those that were cited with support."""
    questions: tuple[Question, ...]


def mean(values: Iterable[float | None], failed: int = 0) -> Mean:
    """Return the mean of what is not None; `failed` is the number of cases that have no value at all."""
    values = list(values)
    scored = [value for value in values if value is not None]
    return Mean(
        value=sum(scored) / len(scored) if scored else None,
        scored=len(scored),
        unscored=len(values) - len(scored),
        failed=failed,
    )


def summarise(scores: Sequence[Score], prices: Prices | None = None, *, intervals: bool = True) -> RunSummary:
    """Return a run in numbers, its cost by `prices`, with intervals where `intervals` says so.

    Raises `ValueError` for a run without a line.
    """
    questions = average(scores)
    if not questions:
        raise ValueError("nothing was asked yet")
    plain_scores = [score for score in scores if score.plain]
    plain_types = {score.case.type for score in plain_scores}
    plain = [question for question in questions if question.type in plain_types]
    means = {"all": _means(plain)} if plain else {}
    for kind in dict.fromkeys(question.type for question in questions):
        means[kind] = _means([question for question in questions if question.type == kind])
    between = {
        metric: statistics.bootstrap(values, clusters)
        for metric in (means.get("all", {}) if intervals else ())
        for values, clusters in [_column(plain, metric)]
        if values
    }
    extra = _extra(means.get("all", {}), plain_scores) | _costs(scores, prices)
    return RunSummary(means, between, extra, _lost(plain_scores), tuple(questions))


def average(scores: Iterable[Score]) -> list[Question]:
    """Return the questions of a run, each with its scores averaged over its repeats."""
    return [_question(repeats) for repeats in _by_case(scores).values()]


def read_question(row: Mapping[str, Any]) -> Question:
    """Return a question that was written as JSON; raises `ValueError` for another row."""
    question = _adapter().validate_python(row)
    if "perturbation" in row or question.id == question.parent or question.type not in perturbations.NAMES:
        return question
    return replace(question, perturbation=question.type)  # files that were written earlier have it as the type alone


def figure(summary: RunSummary, name: str) -> float | None:
    """Return a figure by name: "title_f1", "list:recall@5" of one type, or one that is no mean; None for none."""
    kind, colon, metric = name.rpartition(":")
    means = summary.means.get(kind if colon else "all", {})
    return means[metric].value if metric in means else summary.extra.get(metric)


def headline(summary: RunSummary) -> float | None:
    """Return the mean of the headline figures, None where one is missing."""
    values = [value for name in HEADLINE if (value := figure(summary, name)) is not None]
    return sum(values) / len(values) if len(values) == len(HEADLINE) else None


def _by_case(scores: Iterable[Score]) -> dict[str, list[Score]]:
    """Return the repeats of each question."""
    repeats: dict[str, list[Score]] = {}
    for score in scores:
        repeats.setdefault(score.case.id, []).append(score)
    return repeats


def _question(repeats: Sequence[Score]) -> Question:
    done = [score for score in repeats if not score.error]
    names = dict.fromkeys(name for score in done for name in score.values)
    means = {name: mean(score.values.get(name) for score in done).value for name in names}
    values = {name: value for name, value in means.items() if value is not None}
    case = repeats[0].case
    return Question(
        id=case.id,
        parent=case.parent,
        type=case.perturbation or case.type,
        answerable=case.answerable,
        values=values,
        unscored=frozenset(names) - values.keys(),
        failed=len(repeats) - len(done),
        perturbation=case.perturbation,
    )


def _means(questions: Sequence[Question]) -> dict[str, Mean]:
    names = dict.fromkeys(name for question in questions for name in (*question.values, *sorted(question.unscored)))
    failed = sum(question.failed > 0 for question in questions)
    return {
        name: mean(
            (
                question.values.get(name)
                for question in questions
                if name in question.values or name in question.unscored
            ),
            failed,
        )
        for name in names
    }


def _column(questions: Sequence[Question], metric: str) -> tuple[list[float], list[str]]:
    """Return the scores by one metric and the parents of the questions that have one."""
    column = [question for question in questions if metric in question.values]
    return [question.values[metric] for question in column], [question.parent for question in column]


def _extra(overall: Mapping[str, Mean], scores: Sequence[Score]) -> dict[str, float | None]:
    done = [score for score in scores if not score.error]
    seconds = [value for score in done if (value := score.values.get("seconds")) is not None]
    rates = [overall[name].value for name in ("false_answer", "false_abstain") if name in overall]
    known = [rate for rate in rates if rate is not None]
    confidences, errors, abstained = risks(done)
    return {
        "balanced_abstention": abstention.balanced(*known) if len(known) == 2 else None,
        "aurc": abstention.aurc(confidences, errors) if confidences else None,
        "excess_aurc": abstention.excess_aurc(confidences, errors) if confidences else None,
        "coverage_at_risk_0.2": abstention.coverage_at(confidences, errors, 0.2, abstained) if confidences else None,
        "seconds_p50": statistics.percentile(seconds, 0.5) if seconds else None,
        "seconds_p95": statistics.percentile(seconds, 0.95) if seconds else None,
        "flip_rate": _flips(done),
    }


def risks(scores: Iterable[Score]) -> tuple[list[float], list[float], int]:
    """Return what a risk-coverage curve is made of: the confidence of each answer that has one, its error, and the
    number of abstentions.

    The error of an answer is 1 where it cites no gold paper, as every answer to what has none.
    """
    scores = list(scores)
    answers = [
        (score.turn.confidence, 1.0 - score.right)
        for score in scores
        if score.turn and score.turn.status == "answered" and score.turn.confidence is not None
    ]
    abstained = sum(score.turn is not None and score.turn.status == "abstained" for score in scores)
    return [confidence for confidence, _ in answers], [error for _, error in answers], abstained


def _costs(scores: Sequence[Score], prices: Prices | None) -> dict[str, float | None]:
    """Return what all calls cost, and each right answer of them; None where a price or number of tokens is unknown."""
    unknown: dict[str, float | None] = {"dollars": None, "dollars_an_answer": None}
    calls = [(score, score.turn, score.turn.model) for score in scores if score.turn and score.turn.model]
    if not calls or prices is None:
        return unknown
    dollars = 0.0
    for _, turn, model in calls:
        tokens_in, tokens_out = turn.tokens
        cost = None if tokens_in is None or tokens_out is None else prices.cost(model, tokens_in, tokens_out)
        if cost is None:
            return unknown
        dollars += cost
    right = sum(score.right for score, _, _ in calls)
    return {"dollars": dollars, "dollars_an_answer": dollars / right if right else None}


def _flips(done: Sequence[Score]) -> float | None:
    """Return the share of repeated questions whose set of titles is exact in some repeats only."""
    passes: dict[str, list[bool]] = {}
    for score in done:
        value = score.values.get("exact_set", score.values.get("false_answer"))
        if value is not None:
            passes.setdefault(score.case.id, []).append(value == 1.0)
    repeated = [several for several in passes.values() if len(several) > 1]
    return sum(map(abstention.flipped, repeated)) / len(repeated) if repeated else None


def _lost(scores: Sequence[Score]) -> dict[str, int]:
    first = [score for score in scores if score.repeat == 1 and not score.error and score.case.answerable]
    counts = Counter(stage for score in first for _, stage in score.lost)
    groups = sum(len(score.case.turns[0].gold) for score in first)
    return {"found": groups - counts.total(), **{stage: counts[stage] for stage in STAGES}}


@functools.cache
def _adapter() -> "TypeAdapter[Question]":
    from pydantic import TypeAdapter

    return TypeAdapter(Question)
