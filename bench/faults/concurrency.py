"""Run `python -m bench.faults.concurrency`: many writers and readers at once -> every one right, or told to wait.

A try is one process; they run eight at a time.
"""

import json
import subprocess
from collections import deque

from bench.faults.trials import CLEAR, LOST, QUESTIONS, RIGHT, SILENT, FaultClass, Place, Run, finish, judge, main

_BATCH = 5  # papers of one ingest
_START = 20
_TOGETHER = 8
_PATIENCE = 300.0  # seconds: writers wait for each other


class Crowd:
    """Processes that run together; each try returns the outcome of one of them."""

    def __init__(self) -> None:
        self._outcomes: deque[str] = deque()
        self._next = 1_000
        self._acknowledged = {f"id{number}" for number in range(_START)}

    def trial(self, place: Place, _: int) -> str:
        """Return the outcome of one process; eight more are run when all are told."""
        if not self._outcomes:
            self._round(place)
        return self._outcomes.popleft()

    def _round(self, place: Place) -> None:
        processes: list[tuple[str, int, subprocess.Popen[bytes]]] = []
        for member in range(_TOGETHER):
            if member < 3:
                first, self._next = self._next, self._next + _BATCH
                listing = place.listing(first, self._next, f"batch{member}.jsonl")
                processes.append(("ingest", first, place.start("ingest", str(listing))))
            else:
                words = (["search", "--json", QUESTIONS[0]], ["ask", "--json", QUESTIONS[1]], ["papers", "--json"])
                reading = words[member % 3]
                processes.append((reading[0], 0, place.start(*reading)))
        for kind, first, process in processes:
            run = finish(process, limit=_PATIENCE)
            outcome = judge(run, None)
            if kind == "ingest" and run.code == 0:
                self._acknowledged |= {f"id{number}" for number in range(first, first + _BATCH)}
            if kind == "papers" and outcome == RIGHT:
                outcome = _listed(run)
            self._outcomes.append(outcome)
        ids = place.ids() or []
        if not self._acknowledged <= set(ids) or len(ids) != len(set(ids)):
            self._outcomes[-1] = LOST
        elif len(ids) % _BATCH:
            self._outcomes[-1] = SILENT


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
