"""Run `python -m bench.faults.concurrency`: many writers and readers at once -> every one right, or told to wait.

A try is one process; they run nine at a time.
"""

import json
import subprocess
from collections import deque

from bench.faults.trials import (
    CLEAR,
    LOST,
    QUESTIONS,
    RIGHT,
    SILENT,
    FaultClass,
    Place,
    Run,
    finish,
    is_whole,
    judge,
    main,
)

_BATCH = 5  # papers of one ingest
_START = 20
_PATIENCE = 300.0  # seconds: writers wait for each other


class Crowd:
    """Processes that run together; each try returns the outcome of one of them."""

    def __init__(self) -> None:
        self._outcomes: deque[str] = deque()
        self._next = 1_000
        self._acknowledged = {f"id{number}" for number in range(_START)}
        self._removed: set[str] = set()
        self._batches: deque[list[str]] = deque()  # acknowledged, and not removed
        self._rounds = 0

    def trial(self, place: Place, _: int) -> str:
        """Return the outcome of one process; a round of nine is run when all are told: three ingests, a removal,
        two evaluations into one folder, and three readers."""
        if not self._outcomes:
            self._round(place)
        return self._outcomes.popleft()

    def _round(self, place: Place) -> None:
        self._rounds += 1
        out = place.folder / f"run{self._rounds}"
        processes: list[tuple[str, list[str], subprocess.Popen[bytes]]] = []
        for member in range(3):
            first, self._next = self._next, self._next + _BATCH
            listing = place.listing(first, self._next, f"batch{member}.jsonl")
            batch = [f"id{number}" for number in range(first, self._next)]
            processes.append(("ingest", batch, place.start("ingest", str(listing))))
        if self._batches:
            batch = self._batches.popleft()
            processes.append(("remove", batch, place.start("remove", "--yes", *batch)))
        processes += [("eval", [], place.start(*place.evaluation(out))) for _ in range(2)]
        readings = (["search", "--json", QUESTIONS[0]], ["ask", "--json", QUESTIONS[1]], ["papers", "--json"])
        processes += [(words[0], [], place.start(*words)) for words in readings]
        for kind, batch, process in processes:
            self._outcomes.append(self._ended(kind, batch, finish(process, limit=_PATIENCE)))
        ids = place.ids() or []
        is_lost = not self._acknowledged <= set(ids) or len(ids) != len(set(ids)) or not is_whole(out)
        if is_lost:
            self._outcomes[-1] = LOST
        elif len(ids) % _BATCH or self._removed & set(ids):
            self._outcomes[-1] = SILENT

    def _ended(self, kind: str, batch: list[str], run: Run) -> str:
        """Note what a process acknowledged, and return how it came out."""
        outcome = judge(run, None)
        if kind == "ingest" and run.code == 0:
            self._acknowledged |= set(batch)
            self._batches.append(batch)
        if kind == "remove":
            self._acknowledged -= set(batch)  # also where it is not known whether it was done
            self._removed |= set(batch) if run.code == 0 else set()
        return _listed(run) if kind == "papers" and outcome == RIGHT else outcome


def _listed(run: Run) -> str:
    """Return whether papers were listed of a state that there was: batches are visible whole or not at all."""
    count = len([json.loads(line) for line in run.output.splitlines()])
    return RIGHT if count >= _START and count % _BATCH == 0 else (CLEAR if run.messages else SILENT)


def prepare(place: Place) -> None:
    """Make a library to begin with."""
    place.run("ingest", str(place.listing(0, _START)))


FAULTS = FaultClass("concurrency (processes)", 500, Crowd().trial, prepare)

if __name__ == "__main__":
    main(FAULTS)
