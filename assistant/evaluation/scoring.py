"""The lines of a run and the gold of its suite -> scores of every question, by the name of the metric."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from assistant.evaluation import runner
from assistant.evaluation.metrics import judged_turn, registry
from assistant.evaluation.metrics.funnel import Stage
from assistant.evaluation.metrics.judged_turn import PaperIds
from assistant.evaluation.metrics.registry import METRICS, Metrics
from assistant.evaluation.outcomes import Key, Outcome, TurnOutcome
from assistant.evaluation.runner import RunPlan
from assistant.evaluation.runs import Run
from assistant.evaluation.suites import DIALOGUE, Case, Suite

Values = Mapping[str, float | None]
"""Metric -> score; None where the metric says nothing of this case."""


@dataclass(frozen=True, slots=True)
class Score:
    """One question of a run, asked once, with its scores; each turn of a conversation is one."""

    case: Case
    repeat: int
    values: Values
    turn: TurnOutcome | None = None
    """What came of it; None where it could not be asked."""
    lost: tuple[tuple[str, Stage], ...] = ()
    """Each missing gold paper with the stage at which it was lost."""
    error: str = ""
    """Why it could not be asked, "" where it could."""

    @property
    def plain(self) -> bool:
        """Whether it is a question asked alone that is no variant of another."""
        return not self.case.perturbation and self.case.type not in ("conversation", DIALOGUE)

    @property
    def right(self) -> bool:
        """Whether it cites a gold paper."""
        return (self.values.get("title_recall") or 0.0) > 0


def cases(run: Run, suite: Suite) -> list[Case]:
    """Return the cases of a suite that the plan of a run has."""
    return runner.cases(suite, _plan(run))


def score(run: Run, suite: Suite, metrics: Metrics = METRICS) -> list[Score]:
    """Return the scores of all that the run has a line of, in the order of the suite."""
    ids = PaperIds(run.titles)
    return [
        score
        for case in cases(run, suite)
        for repeat in range(1, _plan(run).repeats + 1)
        if (outcome := run.outcomes.get(Key(case.id, repeat))) is not None
        for score in _scores(case, outcome, ids, metrics)
    ]


def complete_size(run: Run, suite: Suite) -> int:
    """Return how many lines the run has when it is complete."""
    return len(cases(run, suite)) * _plan(run).repeats


def _plan(run: Run) -> RunPlan:
    manifest = run.manifest
    return RunPlan(manifest["split"], tuple(manifest["perturbations"]), manifest["repeats"], tuple(manifest["types"]))


def _scores(case: Case, outcome: Outcome, ids: PaperIds, metrics: Metrics) -> Iterator[Score]:
    if outcome.failed:
        kind = f"{outcome.error_type}: " if outcome.error_type else ""
        yield Score(case, outcome.repeat, {}, error=f"{kind}{outcome.error}")
    elif len(case.turns) > 1:
        yield from _conversation(case, outcome, ids, metrics)
    else:
        judged = judged_turn.judge(case, case.turns[0], outcome.turns[0], ids)
        lost = judged_turn.lost(judged, ids.library) if case.answerable else ()
        yield Score(case, outcome.repeat, registry.scores(judged, metrics), judged.turn, lost)


def _conversation(case: Case, outcome: Outcome, ids: PaperIds, metrics: Metrics) -> Iterator[Score]:
    earlier: frozenset[str] = frozenset()
    for number, (gold, turn) in enumerate(zip(case.turns, outcome.turns, strict=True), 1):
        judged = judged_turn.judge(case, gold, turn, ids, earlier, outcome.turns[: number - 1])
        part = replace(case, id=f"{case.id}#{number}", turns=(gold,))
        yield Score(part, outcome.repeat, registry.scores(judged, metrics), turn)
        earlier |= judged.own
