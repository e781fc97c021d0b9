"""Scores of all questions of a run -> the table a reader sees first: means with their counts, and what was lost."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.evaluation import statistics
from assistant.evaluation.metrics import abstention, costs, means, repeats
from assistant.evaluation.metrics.costs import Prices
from assistant.evaluation.metrics.funnel import STAGES
from assistant.evaluation.metrics.means import Mean
from assistant.evaluation.scoring import Scored
from assistant.evaluation.statistics import Interval

HEADLINE = ("title_f1", "exact_set", "balanced_abstention")
"""What one number of a run is worth is seen in these: no trivial system does well in them."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a run: its scores averaged over repeats."""

    id: str
    parent: str
    type: str
    """Its type, or the name of the overlay that it is a variant by."""
    answerable: bool
    values: Mapping[str, float]
    unscored: frozenset[str]
    failed: int
    """Repeats that could not be asked."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in numbers."""

    rows: Mapping[str, Mapping[str, Mean]]
    """Type -> metric -> mean; "all" holds the questions that are no variants and no turns of conversations."""
    intervals: Mapping[str, Interval]
    """Metric -> interval over all questions, by cluster."""
    extra: Mapping[str, float | None]
    """What is no mean over questions: percentiles, areas, balanced abstention, flips."""
    lost: Mapping[str, int]
    """Stage -> gold groups lost there; "found" -> those that were cited with support."""
    questions: tuple[Question, ...]


def table(scored: Sequence[Scored], prices: Prices | None = None) -> RunSummary:
    """Return the table of a run, its cost by `prices`; raises `ValueError` for a run without a line."""
    questions = _questions(scored)
    if not questions:
        raise ValueError("nothing was asked yet")
    plain = [one for one in questions if one.type in _plain_types(scored)]
    rows = {"all": _means(plain)} if plain else {}
    rows |= {kind: _means([one for one in questions if one.type == kind]) for kind in _types(questions)}
    intervals = {
        metric: statistics.bootstrap(*_column(plain, metric))
        for metric in rows.get("all", {})
        if _column(plain, metric)[0]
    }
    asked = [one for one in scored if not one.case.overlay and one.case.type != "conversation"]
    extra = _extra(rows.get("all", {}), asked) | _costs(scored, prices)
    return RunSummary(rows, intervals, extra, _lost(asked), tuple(questions))


def question(row: Mapping[str, Any]) -> Question:
    """Return a question that was written as JSON; raises `KeyError` or `TypeError` for another row."""
    return Question(**{**row, "unscored": frozenset(row["unscored"])})


def headline(found: RunSummary) -> float | None:
    """Return the mean of the headline figures, None where one is missing."""
    means_of = found.rows.get("all", {})
    values = [means_of[name].value if name in means_of else found.extra.get(name) for name in HEADLINE]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if len(known) == len(values) else None


def _questions(scored: Sequence[Scored]) -> list[Question]:
    grouped: dict[str, list[Scored]] = {}
    for one in scored:
        grouped.setdefault(one.case.id, []).append(one)
    return [_question(id, several) for id, several in grouped.items()]


def _question(id: str, several: Sequence[Scored]) -> Question:
    done = [one for one in several if not one.error]
    names = dict.fromkeys(name for one in done for name in one.values)
    values: dict[str, float] = {}
    for name in names:
        known = [value for one in done if (value := one.values.get(name)) is not None]
        if known:
            values[name] = sum(known) / len(known)
    case = several[0].case
    return Question(
        id=id,
        parent=case.parent,
        type=case.overlay or case.type,
        answerable=case.answerable,
        values=values,
        unscored=frozenset(names) - values.keys(),
        failed=len(several) - len(done),
    )


def _types(questions: Iterable[Question]) -> list[str]:
    return list(dict.fromkeys(one.type for one in questions))


def _plain_types(scored: Sequence[Scored]) -> set[str]:
    return {one.case.type for one in scored if not one.case.overlay and one.case.type != "conversation"}


def _means(questions: Sequence[Question]) -> dict[str, Mean]:
    names = dict.fromkeys(name for one in questions for name in (*one.values, *sorted(one.unscored)))
    failed = sum(one.failed > 0 for one in questions)
    return {
        name: means.mean(
            [one.values.get(name) for one in questions if name in one.values or name in one.unscored], failed
        )
        for name in names
    }


def _column(questions: Sequence[Question], metric: str) -> tuple[list[float], list[str]]:
    held = [one for one in questions if metric in one.values]
    return [one.values[metric] for one in held], [one.parent for one in held]


def _extra(overall: Mapping[str, Mean], asked: Sequence[Scored]) -> dict[str, float | None]:
    done = [one for one in asked if not one.error]
    seconds = [value for one in done if (value := one.values.get("seconds")) is not None]
    wrong, shy = _value(overall, "false_answer"), _value(overall, "false_abstain")
    answered = [(one, one.turn["confidence"]) for one in done if one.turn and one.turn["confidence"] is not None]
    sure = [confidence for _, confidence in answered]
    errors = [1.0 - _right(one) for one, _ in answered]
    return {
        "balanced_abstention": None if wrong is None or shy is None else abstention.balanced(wrong, shy),
        "aurc": abstention.aurc(sure, errors) if sure else None,
        "excess_aurc": abstention.excess_aurc(sure, errors) if sure else None,
        "coverage_at_risk_0.2": abstention.coverage_at(sure, errors, 0.2) if sure else None,
        "seconds_p50": costs.percentile(seconds, 0.5) if seconds else None,
        "seconds_p95": costs.percentile(seconds, 0.95) if seconds else None,
        "flip_rate": _flips(done),
    }


def _value(overall: Mapping[str, Mean], name: str) -> float | None:
    return overall[name].value if name in overall else None


def _costs(scored: Sequence[Scored], prices: Prices | None) -> dict[str, float | None]:
    """Return what all calls cost, and each right answer of them; None where a price or number of tokens is unknown."""
    calls = [(one, turn) for one in scored if (turn := one.turn) and turn["model"]]
    if not calls or prices is None:
        return {"dollars": None, "dollars_an_answer": None}
    spent: list[float] = []
    for _, turn in calls:
        read, written = turn["tokens"]
        cost = None if read is None or written is None else prices.cost(turn["model"], read, written)
        if cost is None:
            return {"dollars": None, "dollars_an_answer": None}
        spent.append(cost)
    right = sum(_right(one) for one, _ in calls)
    return {"dollars": sum(spent), "dollars_an_answer": sum(spent) / right if right else None}


def _right(one: Scored) -> float:
    """Return whether an answer would be right, for the risk-coverage curve: it cites a gold paper."""
    return float((one.values.get("title_recall") or 0.0) > 0)


def _flips(done: Sequence[Scored]) -> float | None:
    """Return the share of repeated questions whose set of titles is exact in some repeats only."""
    grouped: dict[str, list[bool]] = {}
    for one in done:
        value = one.values.get("exact_set", one.values.get("false_answer"))
        if value is not None:
            grouped.setdefault(one.case.id, []).append(value == 1.0)
    again = [passed for passed in grouped.values() if len(passed) > 1]
    return sum(map(repeats.flipped, again)) / len(again) if again else None


def _lost(asked: Sequence[Scored]) -> dict[str, int]:
    first = [one for one in asked if one.repeat == 1 and not one.error and one.case.answerable]
    counted = Counter(stage for one in first for _, stage in one.lost)
    groups = sum(len(one.case.turns[0].gold) for one in first)
    return {"found": groups - counted.total(), **{stage: counted[stage] for stage in STAGES}}
