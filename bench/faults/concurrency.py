"""Run `python -m bench.faults.concurrency`: many writers and readers at once -> every one right, or told to wait.

A try is one process; they run nine at a time, and of those that write what readers say and what they like, ten.
"""

import json
import subprocess
from collections import Counter, deque

from bench.faults.edits import text_of
from bench.faults.forks import Fork, run, warm
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


class Editors:
    """Commands that tag, note, take back, ingest, and save settings and digests, all at once."""

    def __init__(self) -> None:
        self._outcomes: deque[str] = deque()
        self._rounds = 0
        self._tags: set[str] = set()  # acknowledged, and not taken back
        self._notes: Counter[str] = Counter()  # by paper
        self._saved: set[str] = set()

    def prepare(self, place: Place) -> None:
        """Make a library to begin with."""
        place.environment["ASSISTANT_CONFIG"] = str(place.folder / "config" / "config.toml")
        warm(place, ["ingest", str(place.listing(0, _START))], ["tag", "id1", "--add", "first"], ["tags", "--json"],
             ["digest", "--save", "first", "--topic", "moss"], ["config", "set", "model", "none"])  # fmt: skip
        self._tags, self._saved = {"first"}, {"first"}

    def trial(self, place: Place, _: int) -> str:
        """Return the outcome of one command; a round of ten is run when all are told."""
        if not self._outcomes:
            self._round(place)
        return self._outcomes.popleft()

    def _round(self, place: Place) -> None:
        self._rounds += 1
        number, first = self._rounds, 1_000 + _BATCH * self._rounds
        several = [
            *(["tag", "--match", "moss", "--add", f"t{number}{letter}"] for letter in "ab"),
            *(["note", id, f"Note {number}."] for id in ("id1", "id2")),
            *(["config", "set", f"profile.p{number}{letter}.model", "m"] for letter in "ab"),
            *(["digest", "--save", f"d{number}{letter}", "--topic", "moss"] for letter in "ab"),
            ["undo", "--json"], ["ingest", str(place.listing(first, first + _BATCH, "more.jsonl"))],
        ]  # fmt: skip
        place.chance.shuffle(several)
        forks = [(words, Fork(place, words)) for words in several]
        acknowledged: list[tuple[list[str], Run]] = []
        for words, fork in forks:
            done = fork.finish(_PATIENCE)
            is_nothing_to_undo = words[0] == "undo" and done.code == 3
            self._outcomes.append(RIGHT if is_nothing_to_undo else judge(done, None))
            acknowledged += [(words, done)] * (done.code == 0)
        for words, done in sorted(acknowledged, key=lambda each: each[0][0] == "undo"):
            self._note(words, done)
        if problem := self._missing(place):
            print(f"round {number}: {problem}", flush=True)
            self._outcomes[-1] = LOST

    def _note(self, words: list[str], done: Run) -> None:
        """Note what a command acknowledged."""
        match words[0]:
            case "tag":
                self._tags.add(words[-1])
            case "note":
                self._notes[words[1]] += 1
            case "config":
                self._saved.add(words[2].split(".")[1])
            case "digest":
                self._saved.add(words[2])
            case "undo":
                change = json.loads(done.output)
                self._tags.discard(change["detail"].removeprefix("+"))
                if change["what"] == "note":
                    self._notes[change["papers"][0]["id"]] -= 1

    def _missing(self, place: Place) -> str:
        """Return what was acknowledged and is not there, or is there and was taken back."""
        tags = {json.loads(line)["tag"] for line in run(place, "tags", "--json").output.splitlines()}
        if tags != self._tags:
            return f"tags {tags ^ self._tags}"
        for id, count in self._notes.items():
            notes = json.loads(run(place, "note", id, "--json").output)["notes"]
            if len(notes) != count:
                return f"{id} has {len(notes)} notes, not {count}"
        text = text_of(place.folder / "config" / "config.toml") + text_of(place.library / "digests.toml")
        lost = [name for name in self._saved if f"[profile.{name}]" not in text and f"[{name}]" not in text]
        health = run(place, "status", "--json", "--full")
        is_sound = health.code == 0 and json.loads(health.output)["healthy"]
        return f"not saved: {lost}" if lost else "" if is_sound else health.output + health.messages


def _listed(run: Run) -> str:
    """Return whether papers were listed of a state that there was: batches are visible whole or not at all."""
    count = len([json.loads(line) for line in run.output.splitlines()])
    return RIGHT if count >= _START and count % _BATCH == 0 else (CLEAR if run.messages else SILENT)


def prepare(place: Place) -> None:
    """Make a library to begin with."""
    place.run("ingest", str(place.listing(0, _START)))


FAULTS = FaultClass("concurrency (processes)", 500, Crowd().trial, prepare)
_EDITORS = Editors()
EDITS = FaultClass("concurrency (edits)", 200, _EDITORS.trial, _EDITORS.prepare)

if __name__ == "__main__":
    main(FAULTS, EDITS)
