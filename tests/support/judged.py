"""A run of the sample suite, made once, and what is made of its lines: the same answers, spoiled in one way."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.domain.answers import Answer
from assistant.domain.records import Evidence
from assistant.evaluation import outcomes, runs, scoring, suites, summary
from assistant.evaluation.outcomes import Key, Outcome, TurnOutcome
from assistant.evaluation.runs import Run
from assistant.evaluation.summary import RunSummary
from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder
from assistant.verification import verifier
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.support import SupportScorer

SUITE = Path(__file__).parents[2] / "evals" / "sample"
Spoil = Callable[[list[Statement], list[str], int], list[Statement]]
"""Claims, the keys of the evidence and the number of the question -> what is claimed instead."""


class Checker:
    """Checks spoiled claims again, with the library the answers come from."""

    def __init__(self, library: LibrarySnapshot, embedder: Embedder) -> None:
        self._library = library
        self._embedder = embedder

    def check(self, turn: TurnOutcome, spoil: Spoil, number: int) -> TurnOutcome:
        """Return the turn with its claims spoiled and verified anew."""
        papers = self._library.papers(turn.evidence)
        items = [Evidence(f"P{place:04x}", paper, 0.0) for place, paper in enumerate(papers)]
        keys = {item.paper.id: item.key for item in items}
        statements = [
            Statement(
                claim.text,
                tuple(CitationMark(keys[str(finding.paper)], wellformed=True) for finding in claim.findings),
            )
            for claim in turn.claims
        ]
        spoiled = spoil(statements, [item.key for item in items], number)
        scorer = SupportScorer.fitted(self._library.words, self._embedder)
        by_id = abstracts.read(self._library, papers, self._embedder)
        context = verifier.context(turn.read_as, items, by_id, scorer)
        claims = tuple(verifier.verify_statements(spoiled, context, self._embedder))
        answer = Answer(turn.read_as, "answered" if claims else "abstained", claims, tuple(items))
        return replace(turn, claims=outcomes.turn(turn.question, answer, ()).claims, status=answer.status)


def summarise(run: Run) -> RunSummary:
    return summary.summarise(scoring.score(run, suites.load(SUITE)))


def spoiled(run: Run, checker: Checker, spoil: Spoil) -> RunSummary:
    """The figures of the run with every answer to a question that is asked alone spoiled."""
    lines: dict[Key, Outcome] = {}
    for number, (key, outcome) in enumerate(run.outcomes.items()):
        turns = outcome.turns if len(outcome.turns) > 1 else (checker.check(outcome.turns[0], spoil, number),)
        lines[key] = replace(outcome, turns=turns)
    return summarise(replace(run, outcomes=lines))


def figures(run: RunSummary) -> dict[str, float | None]:
    """Every mean over the questions asked alone, but for times."""
    means = {name: mean.value for name, mean in run.means["all"].items()}
    return {name: value for name, value in means.items() if name != "seconds"}


def moved(before: RunSummary, after: RunSummary) -> set[str]:
    """The metrics that are not what they were."""
    old, new = figures(before), figures(after)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def lines(folder: Path) -> list[dict[str, Any]]:
    """The lines of a run as they are on disk."""
    return [json.loads(line) for line in (folder / runs.OUTCOMES).read_text().splitlines()]
