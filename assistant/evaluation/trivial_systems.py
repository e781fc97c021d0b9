"""A run -> the runs of systems that answer without reading, from the rankings that it has: nothing is asked again.

What a figure is worth is seen beside theirs: `cite-first` cites the first paper found by its first sentence, whatever
is asked, `cite-all` all papers that would be evidence, `abstain` none; `first-sentence` cites what the run itself
cites, each paper by its first sentence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.domain.sentences import Span
from assistant.evaluation import scoring
from assistant.evaluation import summary as summaries
from assistant.evaluation.cases import DIALOGUE
from assistant.evaluation.metrics.registry import METRICS, Metrics
from assistant.evaluation.outcomes import ClaimOutcome, FindingOutcome, TurnOutcome
from assistant.evaluation.runs import Run
from assistant.evaluation.scoring import Score
from assistant.evaluation.suites import Suite
from assistant.evaluation.summary import RunSummary

_EVIDENCE = 8  # papers, where a manifest does not say how many its answers could rest on
_OF_SENTENCES = ("sentence_hit@1", "sentence_hit")
_OF_PAPERS = ("title_precision", "title_recall", "title_f1", "exact_set", "list_recall", "list_precision")
_OF_ANSWERING = ("false_abstain", "false_answer", "followup_right")
BEATEN = ("title_f1", "sentence_hit@1", "followup_right", "balanced_abstention")
"""Figures that a system is good in only if it has read; in others one is perfect by what it leaves out, as `abstain`
gives no false answer, and `cite-first` cites no second paper that is wrong."""
FIGURES = (*_OF_SENTENCES, *_OF_PAPERS, *_OF_ANSWERING, "balanced_abstention")
Papers = Callable[[TurnOutcome, int], Sequence[str]]
"""What the run has of a turn, and how many papers are evidence -> the papers that a system cites."""


@dataclass(frozen=True, slots=True)
class TrivialSystem:
    """What answers without reading."""

    papers: Papers
    metrics: tuple[str, ...] = (*_OF_SENTENCES, *_OF_PAPERS, *_OF_ANSWERING)
    """Those in which it can differ from the run."""


def scores(run: Run, suite: Suite, metrics: Metrics = METRICS) -> dict[str, list[Score]]:
    """Return {name of a system: its scores over what the run was asked}, variants of questions left out."""
    return {name: _scores(system, run, suite, metrics) for name, system in SYSTEMS.items()}


def figures(summary: RunSummary) -> dict[str, float]:
    """Return the figures of a run that stand beside those of these systems, as far as it has them."""
    values = {name: _figure(summary, name) for name in FIGURES} | {"headline": summaries.headline(summary)}
    return {name: value for name, value in values.items() if value is not None}


def _figure(summary: RunSummary, name: str) -> float | None:
    value = summaries.figure(summary, name)
    return summaries.figure(summary, f"{DIALOGUE}:{name}") if value is None else value


def _scores(system: TrivialSystem, run: Run, suite: Suite, metrics: Metrics) -> list[Score]:
    limit = int(run.manifest.get("limit", _EVIDENCE))
    plain = {case.id for case in scoring.cases(run, suite) if not case.perturbation}
    outcomes = {
        key: replace(outcome, turns=tuple(_answer(system, turn, limit, run.openings) for turn in outcome.turns))
        for key, outcome in run.outcomes.items()
        if key.case in plain
    }
    unknown = () if run.openings else _OF_SENTENCES  # a run that was made before they were kept
    told = [metric for metric in metrics if metric.name in system.metrics and metric.name not in unknown]
    return scoring.score(replace(run, outcomes=outcomes), suite, told)


def _answer(system: TrivialSystem, turn: TurnOutcome, limit: int, openings: Mapping[str, Span]) -> TurnOutcome:
    findings = tuple(_finding(paper, openings.get(paper)) for paper in system.papers(turn, limit))
    claims = (ClaimOutcome("See these papers.", "quoted", "quote", findings, ""),) if findings else ()
    status = "answered" if claims else "abstained"
    return replace(turn, status=status, claims=claims, notes=(), said="", reply="", confidence=None)


def _finding(paper: str, opening: Span | None) -> FindingOutcome:
    """Return a citation of a paper by its first sentence, which a run knows by its place and not by its words."""
    quote = f"the first sentence of {paper}" if opening else ""
    return FindingOutcome(paper, paper, "quoted", "quote", quote, 1.0, "", opening)


def _evidence(turn: TurnOutcome, limit: int) -> Sequence[str]:
    """Return the papers found first; dialogues have no ranking beside what their answers rest on."""
    return turn.retrieved[:limit] or turn.evidence


def _own(turn: TurnOutcome, _limit: int) -> Sequence[str]:
    papers = [finding.paper for claim in turn.claims for finding in claim.findings if finding.paper]
    return list(dict.fromkeys(papers))


SYSTEMS: Mapping[str, TrivialSystem] = {
    "cite-first": TrivialSystem(lambda turn, limit: _evidence(turn, limit)[:1]),
    "first-sentence": TrivialSystem(_own, _OF_SENTENCES),
    "cite-all": TrivialSystem(_evidence),
    "abstain": TrivialSystem(lambda _turn, _limit: ()),
}
"""Systems that any figure worth its name must be above."""
