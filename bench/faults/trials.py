"""A class of faults, tried many times -> its row of the table; and what all try with: commands and a library."""

import argparse
import contextlib
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

OUTCOMES = ("right", "clear error", "silent wrong", "traceback / rc 1", "hang", "lost")
RIGHT, CLEAR, SILENT, TRACEBACK, HANG, LOST = OUTCOMES
LIMIT = 120.0  # seconds until a command counts as hung; the machine may be busy

_NONE: Mapping[str, str] = {}
_TIMES = re.compile(r'"(?:seconds|retrieve|generate|verify|total)": [0-9.e-]+|\b[0-9]+\.[0-9] s\b')
_ALWAYS_SAID = "no thresholds were fitted to"  # of the embedder that trials have, whatever else happens
_CRASHES = ("Traceback (most recent call last)", "internal error", "Exception ignored")
_SUBJECTS = ("moss", "granite", "rivers", "ferns", "comets", "bridges", "violins", "glaciers", "lichen", "tides")
CASES = 6  # questions of a suite
QUESTIONS = ("How do we measure moss near granite?", "By how much does the error of moss and granite fall?")


@dataclass(frozen=True, slots=True)
class Run:
    """What a command ended with; the code is None where it had to be stopped."""

    code: int | None
    output: str
    messages: str
    command: str = ""

    @property
    def timeless(self) -> str:
        """The output without the seconds in it."""
        return _TIMES.sub("", self.output)

    @property
    def told(self) -> str:
        """The messages without what is said whatever happens."""
        return "\n".join(line for line in self.messages.splitlines() if _ALWAYS_SAID not in line).strip()


@dataclass(frozen=True, slots=True)
class Place:
    """A temporary folder with a library, chats and a cache of its own."""

    folder: Path
    chance: random.Random
    environment: dict[str, str] = field(default_factory=dict)
    open: list[socket.socket] = field(default_factory=list)
    """Connections that a client leaves open."""

    @property
    def library(self) -> Path:
        return self.folder / "library"

    @property
    def chats(self) -> Path:
        return self.folder / "chats"

    def start(
        self, *words: str, prefix: Sequence[str] = (), more: Mapping[str, str] = _NONE
    ) -> "subprocess.Popen[bytes]":
        """Start a command; it leads a process group of its own, so that it can be ended with its children."""
        return subprocess.Popen(
            [*prefix, sys.executable, "-m", "assistant", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            env={**self.environment, **more},
            start_new_session=True,
        )

    def run(
        self,
        *words: str,
        typed: bytes = b"",
        limit: float = LIMIT,
        prefix: Sequence[str] = (),
        more: Mapping[str, str] = _NONE,
    ) -> Run:
        """Run a command to its end, or to the limit."""
        return finish(self.start(*words, prefix=prefix, more=more), typed, limit)

    def listing(self, first: int, last: int, name: str = "papers.jsonl") -> Path:
        """Write papers made by rule, numbered from `first` to below `last`."""
        path = self.folder / name
        path.write_text("".join(f"{json.dumps(paper(number))}\n" for number in range(first, last)))
        return path

    def suite(self) -> Path:
        """Write a suite of `CASES` questions about papers made by rule."""
        folder = self.folder / "suite"
        folder.mkdir(exist_ok=True)
        (folder / "suite.toml").write_text('name = "faults"\n')
        rows = [
            {"id": f"q{number}", "split": "dev", "type": "described", "question": f"What is part {number}?",
             "gold": [[paper(number)["title"]]], "answerable": True}
            for number in range(CASES)
        ]  # fmt: skip
        (folder / "questions.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
        return folder

    def evaluation(self, out: Path) -> list[str]:
        """Return the words of the command that runs that suite into the folder `out`."""
        return ["eval", "run", str(self.suite()), "--out", str(out)]

    def ids(self) -> list[str] | None:
        """Return the ids of all papers of the library, sorted; None where they cannot be listed."""
        done = self.run("papers", "--json")
        return None if done.code else sorted(json.loads(line)["id"] for line in done.output.splitlines())


Trial = Callable[[Place, int], str]
"""Tries once, gets the number of the try, and returns one of `OUTCOMES`."""


@dataclass(frozen=True, slots=True)
class FaultClass:
    """One class of faults: its row's name, how often the table tries it, and what prepares a place for its trials."""

    name: str
    tries: int
    trial: Trial
    prepare: Callable[[Place], None] = lambda _: None


def paper(number: int) -> dict[str, str]:
    """Return a paper made by rule."""
    subject, other = _SUBJECTS[number % 10], _SUBJECTS[number // 10 % 10]
    abstract = f"We measure {subject} near {other}. The error falls by {number % 89 + 10}% in part {number}."
    return {"id": f"id{number}", "title": f"On {subject} and {other}, part {number}", "abstract": abstract}


def lines(run: Path) -> list[bytes]:
    """Return the outcomes of an evaluation that were written to the end of their line."""
    path = run / "outcomes.jsonl"
    return path.read_bytes().split(b"\n")[:-1] if path.exists() else []


def is_whole(run: Path) -> bool:
    """Whether a run of `Place.suite` has one outcome for each of its questions."""
    return sorted(json.loads(line)["case"] for line in lines(run)) == sorted(f"q{number}" for number in range(CASES))


def finish(process: "subprocess.Popen[bytes]", typed: bytes = b"", limit: float = LIMIT) -> Run:
    """Wait for a command, at most to the limit."""
    code: int | None
    try:
        output, messages = process.communicate(typed, timeout=limit)
        code = process.returncode
    except subprocess.TimeoutExpired:
        kill(process)
        output, messages = process.communicate()
        code = None
    command = str(process.args)
    return Run(code, output.decode("utf-8", "replace"), messages.decode("utf-8", "replace"), command)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a command and its children."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, 9)


def judge(run: Run, expected: str | None) -> str:
    """Return how a run came out; `expected` is what it prints without the fault, None where any result is right."""
    if (outcome := _outcome(run, expected)) not in (RIGHT, CLEAR):
        print(f"{run.command[-200:]}: code {run.code}: {run.messages[-1_000:]}", file=sys.stderr, flush=True)
    return outcome


def _outcome(run: Run, expected: str | None) -> str:
    if run.code is None:
        return HANG
    if run.code in (1, 120) or run.code < 0 or any(crash in run.messages for crash in _CRASHES):
        return TRACEBACK
    if run.code not in (2, 5, 6, 130) and (expected is None or run.timeless == expected):
        return RIGHT
    return CLEAR if run.told else SILENT


def worst(outcomes: Sequence[str]) -> str:
    """Return the outcome of a try that ran several commands: the worst of theirs."""
    order = (LOST, HANG, TRACEBACK, SILENT, CLEAR, RIGHT)
    return min(outcomes, key=order.index)


@contextlib.contextmanager
def place(seed: int) -> Iterator[Place]:
    """Give a temporary place whose chances come from a seed."""
    with tempfile.TemporaryDirectory(prefix="faults-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        settings = {key: text for key, text in os.environ.items() if not key.startswith(("ASSISTANT_", "OPENAI_"))}
        root = str(Path(__file__).parents[2])
        own = {
            "PYTHONPATH": root, "ASSISTANT_LIBRARY": str(folder / "library"), "ASSISTANT_CHATS": str(folder / "chats"),
            "ASSISTANT_CACHE": str(folder / "cache"), "ASSISTANT_EMBEDDER": "hashing", "ASSISTANT_MODEL": "none",
        }  # fmt: skip
        yield Place(folder, random.Random(seed), settings | own)


def tally(kind: FaultClass, tries: int | None, seed: int, first: int = 0) -> Counter[str]:
    """Try a class of faults so many times (None: as the table does), from number `first` on; tell what was bad."""
    outcomes: Counter[str] = Counter()
    with place(seed) as here:
        kind.prepare(here)
        for number in range(first, first + (kind.tries if tries is None else tries)):
            outcome = kind.trial(here, number)
            outcomes[outcome] += 1
            if outcome not in (RIGHT, CLEAR):
                print(f"{kind.name}, seed {seed}, try {number}: {outcome}", file=sys.stderr, flush=True)
    return outcomes


def header() -> str:
    """Return the head of the table."""
    cells = ("class", "tries", *OUTCOMES)
    return f"| {' | '.join(cells)} |\n|{'---|' * len(cells)}"


def row(kind: FaultClass, outcomes: Counter[str]) -> str:
    """Return a row of the table."""
    cells = (kind.name, outcomes.total(), *(outcomes[outcome] for outcome in OUTCOMES))
    return f"| {' | '.join(map(str, cells))} |"


def main(*kinds: FaultClass) -> None:
    """Run classes of faults as the command line says, print their rows, and end with 1 where anything was bad."""
    parser = argparse.ArgumentParser(description="Try faults, and count how they come out.")
    parser.add_argument("--tries", type=int, metavar="N", help="tries of each class, instead of the table's")
    parser.add_argument("--seed", type=int, default=20_261, metavar="S", help="which faults are chosen")
    parser.add_argument("--first", type=int, default=0, metavar="F", help="the number of the first try")
    options = parser.parse_args()
    print(header(), flush=True)
    bad = 0
    for kind in kinds:
        outcomes = tally(kind, options.tries, options.seed, options.first)
        bad += sum(count for outcome, count in outcomes.items() if outcome not in (RIGHT, CLEAR))
        print(row(kind, outcomes), flush=True)
    sys.exit(1 if bad else 0)
