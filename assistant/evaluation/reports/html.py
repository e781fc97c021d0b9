"""A judged run -> one HTML file that needs nothing else: figures first, then every question with what became of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from assistant.evaluation import summary as summaries
from assistant.evaluation.cases import DIALOGUE
from assistant.evaluation.metrics import abstention, judged_turn
from assistant.evaluation.metrics.judged_turn import PaperIds
from assistant.evaluation.metrics.registry import METRICS, Metrics
from assistant.evaluation.outcomes import ClaimOutcome, TurnOutcome
from assistant.evaluation.reports import tables
from assistant.evaluation.runs import Run
from assistant.evaluation.scoring import Score
from assistant.evaluation.summary import RunSummary
from assistant.publishing.page import page, resource

TEMPLATE = "report.html.j2"
_RANKING = 10  # papers of a ranking that are listed


@dataclass(frozen=True, slots=True)
class RankedPaper:
    """One line of a ranking."""

    title: str
    role: str
    """gold, acceptable, trap, or "" for a paper that nobody asked for."""
    in_evidence: bool


@dataclass(frozen=True, slots=True)
class QuestionView:
    """One question as the template writes it."""

    id: str
    kind: str
    state: str
    """right, wrong, answered or error, and whether it abstained."""
    text: str
    reason: str
    error: str = ""
    figures: Sequence[tuple[str, float]] = ()
    read_as: str = ""
    claims: Sequence[ClaimOutcome] = ()
    lost: Sequence[tuple[str, str]] = ()
    """(title, the stage at which it was lost)."""
    ranking: Sequence[RankedPaper] = ()


def html(
    run: Run,
    scores: Sequence[Score],
    summary: RunSummary,
    metrics: Metrics = METRICS,
    trivial: Mapping[str, RunSummary] = MappingProxyType({}),
) -> str:
    """Return the page, with the figures of trivial systems beside those of the run."""
    ids = PaperIds(run.titles)
    title = f"{run.manifest['suite']}: {run.folder.name}"
    style, script = resource(__package__, "report.css"), resource(__package__, "report.js")
    return page(
        title,
        resource(__package__, TEMPLATE),
        {
            "title": title,
            "manifest": {name: str(value) for name, value in run.manifest.items() if value not in (None, [], "")},
            "headline": tables.headline(summary),
            "bars": [
                (stage, count, count / (sum(summary.lost.values()) or 1)) for stage, count in summary.lost.items()
            ],
            "tables": {
                "All questions": tables.overall(summary),
                "Beside systems that read nothing": tables.beside(summary, trivial),
                "By type": tables.by_type(summary, metrics),
                "Turns of conversations, recall@5 by history": tables.conversations(summary, metrics),
                "Later turns of dialogues, answered rightly": tables.dialogues(summary),
            },
            "curve": _curve(scores),
            "parts": (parts := _calibration(scores)),
            "calibration_error": abstention.calibration_error(parts) if parts else None,
            "not_measured": tables.NOT_MEASURED,
            "kinds": list(dict.fromkeys(_kind(score) for score in scores)),
            "questions": [_question(score, ids, run.titles, metrics) for score in scores],
        },
        style=style,
        script=script,
    )


def _curve(scores: Sequence[Score]) -> list[tuple[float, float]]:
    """Return (coverage, risk) of the surest answers; none where no confidence is known."""
    confidences, errors, abstained = summaries.risks(score for score in scores if score.plain)
    return abstention.risk_coverage(confidences, errors, abstained) if confidences else []


def _calibration(scores: Sequence[Score]) -> list[tuple[float, float, int]]:
    """Return the reliability diagram of the confidence that the library holds an answer, over plain questions."""
    known = [
        (score.turn.confidence, score.case.answerable)
        for score in scores
        if score.plain and score.turn and score.turn.confidence is not None
    ]
    return abstention.calibration([confidence for confidence, _ in known], [is_so for _, is_so in known])


def _question(score: Score, ids: PaperIds, titles: Mapping[str, str], metrics: Metrics) -> QuestionView:
    case, turn = score.case, score.turn
    kind, text = _kind(score), case.turns[0].question
    if turn is None:
        return QuestionView(case.id, kind, "error", text, case.reason, error=score.error)
    names = [metric.name for metric in metrics if metric.in_report]
    return QuestionView(
        id=case.id,
        kind=kind,
        state=_state(score, turn),
        text=text,
        reason=case.reason,
        figures=[(name, value) for name in names if (value := score.values.get(name)) is not None],
        read_as=turn.read_as,
        claims=turn.claims,
        lost=[(titles.get(id, id), stage) for id, stage in score.lost],
        ranking=_ranking(score, turn, ids, titles),
    )


def _kind(score: Score) -> str:
    return score.case.perturbation or score.case.type


def _state(score: Score, turn: TurnOutcome) -> str:
    if (right := score.values.get("followup_right")) is not None:
        return "right" if right else "wrong"
    if turn.status == "abstained":
        return "wrong abstained" if score.case.answerable else "right abstained"
    if score.case.type in ("conversation", DIALOGUE):
        return "answered"  # its turns are judged by their rankings, not by their citations
    return "right" if score.case.answerable and score.right else "wrong"


def _ranking(score: Score, turn: TurnOutcome, ids: PaperIds, titles: Mapping[str, str]) -> list[RankedPaper]:
    judged = judged_turn.judge(score.case, score.case.turns[0], turn, ids)
    roles = (
        dict.fromkeys(judged.forbidden, "trap")
        | dict.fromkeys(judged.acceptable, "acceptable")
        | dict.fromkeys(judged.own, "gold")
    )
    return [RankedPaper(titles.get(id, id), roles.get(id, ""), id in turn.evidence) for id in turn.retrieved[:_RANKING]]
