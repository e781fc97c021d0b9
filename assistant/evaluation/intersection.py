"""Two runs whose suite or library differ -> the scores of the cases that are comparable, both judged by one gold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.domain import titles
from assistant.evaluation import perturbations, scoring
from assistant.evaluation.metrics.registry import METRICS, Metrics
from assistant.evaluation.outcomes import Outcome
from assistant.evaluation.runs import Run
from assistant.evaluation.scoring import Score
from assistant.evaluation.suites import Case, Suite


@dataclass(frozen=True, slots=True)
class Intersection:
    """The scores of two runs over the cases that both were asked in the same words."""

    before: Sequence[Score]
    after: Sequence[Score]
    left_out: Mapping[str, tuple[str, ...]]
    """Why -> the ids of the cases that are not compared."""


def intersect(before: Run, after: Run, suite: Suite, metrics: Metrics = METRICS) -> Intersection:
    """Return what two runs share, judged by `suite`, whatever gold they were asked with: a run's answers do not depend
    on gold, but for what is left out here.

    Left out are cases that one run lacks; whose questions were not those of `suite`; whose gold papers only
    one of the libraries holds; and, where gold has changed, variants of the library and rankings (`Metric.reads_gold`)
    that were made from the gold of then.
    """
    changed = any(run.manifest["gold"] != suite.digest for run in (before, after))
    if changed:
        metrics = [metric for metric in metrics if not metric.reads_gold]
    sides = [_Side(run, suite) for run in (before, after)]
    left_out: dict[str, list[str]] = {}
    shared = set()
    for id in dict.fromkeys(id for side in sides for id in side.outcomes):
        if reason := _reason(id, sides, changed=changed):
            left_out.setdefault(reason, []).append(id)
        else:
            shared.add(id)
    old, new = [
        scoring.score(
            replace(run, outcomes={key: outcome for key, outcome in run.outcomes.items() if key.case in shared}),
            suite,
            metrics,
        )
        for run in (before, after)
    ]
    return Intersection(old, new, {reason: tuple(ids) for reason, ids in left_out.items()})


class _Side:
    """One of the runs, its cases as the suite has them, its outcomes by case, and the titles of its papers."""

    def __init__(self, run: Run, suite: Suite) -> None:
        self.cases = {case.id: case for case in scoring.cases(run, suite)}
        self.outcomes: dict[str, list[Outcome]] = {}
        for key, outcome in run.outcomes.items():
            self.outcomes.setdefault(key.case, []).append(outcome)
        self._titles = {titles.normalise(title) for title in run.titles.values()}

    def same_words(self, case: Case) -> bool:
        """Whether a case was asked as its suite has it; of an error nothing else is known."""
        questions = [turn.question for turn in case.turns]
        return all(
            outcome.failed or [turn.question for turn in outcome.turns] == questions
            for outcome in self.outcomes[case.id]
        )

    def gold(self, case: Case) -> set[str]:
        """Return which gold papers of a case its library holds, by their titles."""
        gold = {titles.normalise(title) for turn in case.turns for title in turn.gold_titles}
        return gold & self._titles


def _reason(id: str, sides: Sequence[_Side], *, changed: bool) -> str:
    """Return why a case cannot be compared, "" where it can."""
    if not all(id in side.outcomes for side in sides):
        return "are in one of the runs only"
    if not all(id in side.cases for side in sides):
        return "are not in the suite"
    case = sides[0].cases[id]
    if not all(side.same_words(case) for side in sides):
        return "were asked in other words"
    if changed and case.perturbation in perturbations.READING_GOLD:
        return "are variants made from other gold"
    if sides[0].gold(case) != sides[1].gold(case):
        return "have gold papers that only one of the libraries holds"
    return ""
