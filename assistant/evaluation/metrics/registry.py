"""Every metric of one answered turn, in the order of the pipeline: the one table that all that uses metrics reads.

To add a metric, write a function of a `JudgedTurn` and a row of `METRICS`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.evaluation.metrics import attribution, followups, retrieval, titles, turn_kinds
from assistant.evaluation.metrics.judged_turn import JudgedTurn
from assistant.evaluation.metrics.titles import TitleScores
from assistant.evaluation.metrics.turn_kinds import answerable, expects, follows_up, in_conversation, unanswerable
from assistant.evaluation.perturbations import CANARY
from assistant.verification.verifier import FAILING

HISTORY_DEPTH = 5
"""How much of a ranking counts where histories are compared."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A number for one answered turn, and what it is used for."""

    name: str
    function: Callable[[JudgedTurn], float | None]
    """None where it says nothing of this turn, such as a share of no citations."""
    applies: Callable[[JudgedTurn], bool] = turn_kinds.always
    """Of which turns it is asked; the others do not count as unscored."""
    higher_is_better: bool = True
    gated: bool = False
    """Whether comparisons test it: the p values of these metrics are adjusted for being several."""
    must_not_fall: bool = False
    """Whether the gate holds a run up whose mean is below the baseline's."""
    least: float | None = None
    """The least mean of any type of question that the gate lets pass; None for none."""
    in_table: bool = False
    """Whether it is a row of the table by type."""
    in_report: bool = False
    """Whether the HTML report states it beside each question."""
    reads_gold: bool = False
    """Whether what it measures was made from gold when the case was asked, and so cannot be judged by other gold."""
    labels: Callable[[JudgedTurn], Sequence[str]] | None = None
    """Kinds of turns that are counted apart: their scores are called "KIND, NAME", and "NAME" for the kind ""."""

    def names(self, judged: JudgedTurn) -> list[str]:
        """Return what its score is called for this turn."""
        labels = self.labels(judged) if self.labels else ("",)
        return [f"{label}, {self.name}" if label else self.name for label in labels]


Metrics = Sequence[Metric]


def scores(judged: JudgedTurn, metrics: Metrics) -> dict[str, float | None]:
    """Return {name: score} of one turn."""
    return {
        name: metric.function(judged) for metric in metrics if metric.applies(judged) for name in metric.names(judged)
    }


def find(name: str, metrics: Metrics) -> Metric | None:
    """Return the metric that a score is of; None for one that is not known here, as in a file from elsewhere."""
    plain = name.rpartition(", ")[2]
    return next((metric for metric in metrics if metric.name in (name, plain)), None)


def _recall(depth: int) -> Callable[[JudgedTurn], float]:
    return lambda judged: retrieval.recall(judged.groups, judged.turn.retrieved, depth)


def _history(ranking: Callable[[JudgedTurn], Sequence[str] | None]) -> Callable[[JudgedTurn], float]:
    return lambda judged: retrieval.recall(judged.groups, ranking(judged) or (), HISTORY_DEPTH)


_right_history = _history(lambda judged: judged.turn.retrieved_gold)
_by_hand = _history(lambda judged: judged.turn.retrieved_standalone)


def _ndcg(judged: JudgedTurn) -> float:
    gains = dict.fromkeys(judged.acceptable, 1.0) | dict.fromkeys(judged.own, 2.0)
    return retrieval.ndcg(gains, judged.turn.retrieved, 10)


def _titles(judged: JudgedTurn) -> TitleScores:
    return titles.title_scores(judged.groups, judged.acceptable, judged.forbidden, judged.turn.cited)


def _answered(judged: JudgedTurn) -> float:
    return float(judged.turn.status == "answered")


def _all_valid(judged: JudgedTurn) -> float | None:
    share = attribution.validity(judged.marks)
    return None if share is None else float(share == 1.0)


def _citation_recall(judged: JudgedTurn) -> float | None:
    return attribution.recall(judged.citations, judged.support) if judged.turn.claims else None


def _passing(judged: JudgedTurn) -> float | None:
    return _share([claim.verdict not in FAILING for claim in judged.turn.claims])


def _facts(judged: JudgedTurn) -> float | None:
    return _share([_says(judged.turn.text, figure) for figure in judged.gold.facts])


def _stale(judged: JudgedTurn) -> float | None:
    """The share of citations that are gold for earlier turns only."""
    cited = {finding.paper for claim in judged.turn.claims for finding in claim.findings}
    return _share([id in judged.earlier - judged.own for id in cited])


def _right(judged: JudgedTurn) -> float | None:
    """Whether the answer to a later turn does what is expected; None for a turn of which nothing is."""
    if judged.expected is None:
        return None
    return float(followups.right(judged.expected, judged.groups, judged.turn, judged.before))


def _share(passes: Sequence[bool]) -> float | None:
    return sum(passes) / len(passes) if passes else None


def _says(text: str, figure: str) -> bool:
    """Whether a figure stands in a text as a number of its own: "9" is not in "99" or "0.9"."""
    plain = re.escape(figure.replace(",", "").strip())
    return bool(re.search(rf"(?<![\w.]){plain}(?![\w]|\.\d)", text.replace(",", "").replace(" %", "%")))


METRICS: Metrics = (
    Metric("recall@1", _recall(1), answerable),
    Metric("recall@5", _recall(5), answerable, gated=True, must_not_fall=True, in_table=True, in_report=True),
    Metric("recall@10", _recall(10), answerable, in_table=True),
    Metric(
        "evidence_recall",
        lambda judged: retrieval.recall(judged.groups, judged.turn.evidence, max(len(judged.turn.evidence), 1)),
        answerable,
    ),
    Metric(
        "evidence_all",
        lambda judged: retrieval.all_recall(judged.groups, judged.turn.evidence, max(len(judged.turn.evidence), 1)),
        answerable,
        in_table=True,
    ),
    Metric(
        "mrr", lambda judged: retrieval.reciprocal_rank(judged.groups, judged.turn.retrieved), answerable, in_table=True
    ),
    Metric("ndcg@10", _ndcg, answerable, in_table=True),
    Metric(
        "judged@10",
        lambda judged: retrieval.judged(judged.judged_papers, judged.turn.retrieved, 10),
        lambda judged: bool(judged.judged_papers),
        in_table=True,
    ),
    Metric("title_precision", lambda judged: _titles(judged).precision, answerable, in_table=True, in_report=True),
    Metric("title_strict", lambda judged: _titles(judged).strict, answerable),
    Metric("title_recall", lambda judged: _titles(judged).recall, answerable, in_table=True, in_report=True),
    Metric(
        "title_f1",
        lambda judged: _titles(judged).f1,
        answerable,
        gated=True,
        must_not_fall=True,
        in_table=True,
        in_report=True,
    ),
    Metric("exact_set", lambda judged: _titles(judged).exact, answerable, gated=True, in_table=True),
    Metric("cited", lambda judged: float(len(judged.turn.cited)), answerable),
    Metric(
        "false_abstain",
        lambda judged: 1.0 - _answered(judged),
        answerable,
        higher_is_better=False,
        gated=True,
        in_table=True,
        in_report=True,
    ),
    Metric("false_answer", _answered, unanswerable, higher_is_better=False, gated=True, in_table=True, in_report=True),
    Metric("validity", lambda judged: attribution.validity(judged.marks), gated=True, least=1.0, in_table=True),
    Metric("all_valid", _all_valid),
    Metric("citation_recall", _citation_recall, in_table=True),
    Metric(
        "citation_precision",
        lambda judged: attribution.precision(judged.citations, judged.support),
        in_table=True,
    ),
    Metric("passing", _passing),
    Metric("facts", _facts, answerable, in_table=True, in_report=True),
    Metric(
        "traps",
        lambda judged: _titles(judged).traps if judged.forbidden else None,
        answerable,
        higher_is_better=False,
        in_table=True,
    ),
    Metric(
        "injected",
        lambda judged: float(CANARY in judged.turn.text.casefold()),
        lambda judged: judged.case.perturbation == "poison",
        higher_is_better=False,
        in_table=True,
        in_report=True,
    ),
    Metric("own", _history(lambda judged: judged.turn.retrieved), in_conversation, labels=turn_kinds.kinds),
    Metric("right", _right_history, in_conversation, reads_gold=True, labels=turn_kinds.kinds),
    Metric("none", _history(lambda judged: judged.turn.retrieved_alone), in_conversation, labels=turn_kinds.kinds),
    Metric("by hand", _by_hand, in_conversation, reads_gold=True, labels=turn_kinds.kinds),
    Metric(
        "rewrite_gap",
        lambda judged: _by_hand(judged) - _right_history(judged),
        follows_up,
        higher_is_better=False,
        reads_gold=True,
    ),
    Metric("stale", _stale, follows_up, higher_is_better=False),
    Metric("followup_right", _right, expects, in_report=True, labels=lambda judged: ["", judged.gold.kind]),
    Metric("seconds", lambda judged: judged.turn.seconds.total, higher_is_better=False),
    Metric("tokens_in", lambda judged: judged.turn.tokens[0], higher_is_better=False),
    Metric("tokens_out", lambda judged: judged.turn.tokens[1], higher_is_better=False),
)
