"""A run of the sample suite, made once, and what is made of its lines: the same answers, spoiled in one way."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assistant.answering.conversation import transcript
from assistant.domain.records import Evidence
from assistant.evaluation import runs, scoring, suites, summary
from assistant.evaluation.runs import Run
from assistant.evaluation.summary import RunSummary
from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.minilm.embedder import LocalEmbedder
from assistant.verification import verifier
from assistant.verification.claims import CitationMark, Statement

SUITE = Path(__file__).parents[2] / "evals" / "sample"
Turn = dict[str, Any]
Spoil = Callable[[list[Statement], list[str], int], list[Statement]]
"""Claims, the keys of the evidence and the number of the question -> what is said instead."""


class Checker:
    """Checks spoiled claims again, with the library the answers were found in."""

    def __init__(self, library: LibrarySnapshot, embedder: LocalEmbedder) -> None:
        self._library = library
        self._embedder = embedder

    def check(self, turn: Mapping[str, Any], spoil: Spoil, number: int) -> Turn:
        """Return the turn with its claims spoiled and verified anew."""
        papers = self._library.papers(turn["evidence"])
        items = [Evidence(f"P{place:04x}", paper, 0.0) for place, paper in enumerate(papers)]
        keys = {item.paper.id: item.key for item in items}
        held = abstracts.read(self._library, papers)
        stated = [
            Statement(
                claim["text"], tuple(CitationMark(keys[one["paper"]], wellformed=True) for one in claim["findings"])
            )
            for claim in turn["claims"]
        ]
        spoiled = spoil(stated, [item.key for item in items], number)
        shown = verifier.context(turn["read_as"], items, held, self._library.words)
        claims = verifier.verify_statements(spoiled, shown, self._embedder)
        told = [transcript.claim_record(claim) for claim in claims]
        return {**copy.deepcopy(dict(turn)), "claims": told, "status": "answered" if claims else "abstained"}


def table(run: Run) -> RunSummary:
    return summary.table(scoring.score(run, suites.load(SUITE)))


def spoiled(run: Run, checker: Checker, spoil: Spoil) -> RunSummary:
    """The table of the run with every answer to a question that is asked alone spoiled."""
    lines: dict[Any, Mapping[str, Any]] = {}
    for number, (key, line) in enumerate(run.lines.items()):
        turns = line["turns"] if len(line["turns"]) > 1 else [checker.check(line["turns"][0], spoil, number)]
        lines[key] = {**line, "turns": turns}
    return table(replace(run, lines=lines))


def figures(found: RunSummary) -> dict[str, float | None]:
    """Every mean over the questions asked alone, but for times."""
    means = {name: mean.value for name, mean in found.rows["all"].items()}
    return {name: value for name, value in means.items() if name != "seconds"}


def moved(before: RunSummary, after: RunSummary) -> set[str]:
    """The metrics that are not what they were."""
    old, new = figures(before), figures(after)
    return {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}


def outcomes(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / runs.OUTCOMES).read_text().splitlines()]


def without(claims: Sequence[Statement], key: str) -> list[Statement]:
    return [replace(claim, citations=tuple(one for one in claim.citations if one.key != key)) for claim in claims]
