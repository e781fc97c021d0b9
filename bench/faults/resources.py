"""Run `python -m bench.faults.resources`: little memory, room or files, odd homes, far clocks -> answers, or a word."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.faults.trials import QUESTIONS, FaultClass, Place, judge, main

_READING = (
    ("search", "--json", QUESTIONS[0]), ("ask", "--json", QUESTIONS[1]), ("show", "id3"), ("papers",), ("status",),
    ("history",),
)  # fmt: skip
_PAPERS = 20
_LIMITED = 'eval "$0" && exec "$@"'


@dataclass(frozen=True, slots=True)
class Condition:
    """What a command has to live with."""

    shell: str = ":"
    """What a shell does before it becomes the command."""
    environment: dict[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    """Variables that are taken out."""
    far: float | None = None
    """The time of the library's files, in seconds since 1970."""


def conditions() -> list[Condition]:
    """Return all conditions; those with a number come in several strengths."""
    limits = [f"ulimit -v {size}" for size in (150_000, 200_000, 250_000, 300_000, 600_000, 900_000, 1_200_000)]
    limits += [f"ulimit -n {count}" for count in (5, 7, 10, 16, 24, 32, 48, 64)]
    limits += ["exec <&-", "exec >&-", "exec 2>&-", "exec <&- >&- 2>&-", "exec >/dev/full", "ulimit -f 0"]
    homes = [("ASSISTANT_LIBRARY", "~nobody-such/x"), ("ASSISTANT_CACHE", "~nobody-such/x")]
    homes += [("ASSISTANT_CHATS", "~nobody-such/x"), ("ASSISTANT_CHATS", "x" * 5_000), ("ASSISTANT_CHATS", "/dev/null")]
    homes += [("ASSISTANT_LIBRARY", "x" * 5_000), ("ASSISTANT_CACHE", "/proc/x"), ("TMPDIR", "/nowhere"), ("HOME", "")]
    homes += [("TERM", ""), ("LANG", "C"), ("LC_ALL", "xx_YY.nonsense"), ("COLUMNS", "0"), ("TZ", "Nowhere/Else")]
    several = [Condition(shell) for shell in limits]
    several += [Condition(environment={name: text}) for name, text in homes]
    several += [Condition(missing=("HOME", "ASSISTANT_CHATS", "ASSISTANT_CACHE")), Condition(missing=("PATH",))]
    several += [Condition(far=seconds) for seconds in (-(2.0**31), 2.0**33, 2.0**34, 0.0)]
    if not subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True).returncode:
        several += [Condition(_full(room)) for room in (0, 16, 64, 300, 2_000)]
    return several


def _full(room: int) -> str:
    """Return what puts the library on a disk with `room` KB left."""
    return (
        'mount -t tmpfs -o size=16m tmpfs "$FAULTS_DISK" && cp -r "$ASSISTANT_LIBRARY" "$FAULTS_DISK/library" && '
        'export ASSISTANT_LIBRARY="$FAULTS_DISK/library" ASSISTANT_CHATS="$FAULTS_DISK/chats" '
        'ASSISTANT_CONFIG="$FAULTS_DISK/config.toml" TMPDIR="$FAULTS_DISK" && '
        f'head -c {room}k /dev/zero >"$FAULTS_DISK/room" && {{ cat /dev/zero >"$FAULTS_DISK/ballast" 2>&-; '
        'rm "$FAULTS_DISK/room"; }'
    )


class Poor:
    """Runs commands where something is lacking, and compares them with what they do where nothing is."""

    def __init__(self) -> None:
        self._expected: dict[Sequence[str], str] = {}
        self._conditions: list[Condition] = []

    def prepare(self, place: Place) -> None:
        """Make a library, keep a copy, and note what is right."""
        self._conditions = conditions()
        place.run("ingest", str(place.listing(0, _PAPERS)))
        place.run("tag", "id1", "--add", "first")
        self._expected = {words: place.run(*words).timeless for words in _READING}
        shutil.copytree(place.library, place.folder / "whole")
        for name in ("disk", "copies"):
            (place.folder / name).mkdir()
        place.environment["ASSISTANT_CONFIG"] = str(place.folder / "config" / "config.toml")

    def trial(self, place: Place, number: int) -> str:
        """Run one command under one condition; the next tries take the next ones."""
        condition = self._conditions[number % len(self._conditions)]
        words = place.chance.choice((*_READING, *_writing(place)))
        shutil.rmtree(place.library)
        shutil.copytree(place.folder / "whole", place.library)
        if condition.far is not None:
            for path in place.library.rglob("*"):
                os.utime(path, (condition.far, condition.far))
        environment = {name: text for name, text in place.environment.items() if name not in condition.missing}
        environment |= {"FAULTS_DISK": str(place.folder / "disk"), **condition.environment}
        there = Place(place.folder, place.chance, environment)
        prefix = ["bash", "-c", _LIMITED, condition.shell]
        is_muted = ">&-" in condition.shell
        is_moved = "FAULTS_DISK" in condition.shell or words[0] not in ("search", "ask", "show")
        run = there.run(*words, prefix=["unshare", "-m", *prefix] if "FAULTS_DISK" in condition.shell else prefix)
        if is_muted and run.code in (0, 2, 3, 5, 6):
            return judge(run, run.timeless if run.output or not run.code else None) if not run.code else "clear error"
        # Paths differ on another disk, and the library of a writer is another afterwards.
        return judge(run, None if is_moved else self._expected[words])


def _writing(place: Place) -> tuple[tuple[str, ...], ...]:
    listing = place.listing(100, 120, "more.jsonl")
    copy = str(place.folder / "copies" / str(place.chance.randrange(10**9)))
    return (
        ("ingest", str(listing)), ("reindex",), ("remove", "--yes", "id3"), ("chat",), ("undo",), ("read", "id3"),
        ("tag", "id3", "--add", "x"), ("note", "id3", "A thought."), ("enrich", str(listing)), ("export", "--to", copy),
        ("digest", "--save", "weekly", "--topic", "moss"), ("digest", "--since", "last"), ("backup", f"{copy}.backup"),
        ("config", "set", "timeout", "77"), ("papers", "-o", f"{copy}.md"),
    )  # fmt: skip


_POOR = Poor()
FAULTS = FaultClass("resources", 300, _POOR.trial, _POOR.prepare)

if __name__ == "__main__":
    main(FAULTS)
