"""Run `python -m bench.faults.edits`: kill -9 every command that writes, at any moment -> what was before, or after.

What a library, a copy, a backup, a configuration and saved digests hold is compared whole with what the command makes
of them undisturbed; then they are sound, the command goes through, and nothing is left of the one that was killed.
"""

import contextlib
import json
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.library.rows import state_checksum
from bench.faults.forks import Fork, copied, run, warm
from bench.faults.trials import LOST, RIGHT, SILENT, FaultClass, Place, judge, main, paper, worst

_PAPERS = 40
_MANY = 5_300  # papers: more than are merged at once
_TABLES = ("papers", "listings", "annotations", "arrivals", "sources", "past_changes", "past_annotations",
           "past_papers", "past_listings")  # fmt: skip
_UNLIKE = {"checksum", "modified", "full_text"}  # columns that have a time in them, or that schema 4 has not
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+([+-][0-9:]+)?")
_KEPT = ("library", "copy", "config", "out")
Content = dict[str, object]


@dataclass(frozen=True, slots=True)
class Edit:
    """A command that writes."""

    words: tuple[str, ...]
    base: str = "whole"
    """What it is given: the name of a folder beside."""
    again: tuple[int, ...] = (0,)
    """The codes with which it may end when it is run again."""
    is_repeated: bool = True
    """Whether run again it makes what it made before."""


def edits(place: Place) -> dict[str, Edit]:
    """Return every command that writes."""
    few, more = str(place.listing(100, 120, "more.jsonl")), str(place.listing(1_000, 1_000 + _MANY, "many.jsonl"))
    facts = place.folder / "facts.jsonl"
    rows = [{"title": paper(n)["title"], "id": f"id{n}", "date": "2024-05-06", "authors": ["Ada"]} for n in range(30)]
    facts.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    old = {f"{name}, schema 4": Edit(words, "old") for name, words in {
        "tag": ("tag", "--match", "moss", "--add", "x"), "ingest": ("ingest", few), "reindex": ("reindex",),
    }.items()}  # fmt: skip
    return {
        "tag": Edit(("tag", "--match", "moss", "--add", "thesis", "--remove", "first")),
        "note": Edit(("note", "id3", "A thought."), is_repeated=False),
        "read": Edit(("read", "--match", "granite")),
        "remove": Edit(("remove", "--yes", "id3", "id7", "id12"), again=(0, 3)),
        "undo": Edit(("undo",), is_repeated=False),
        "undo of a note": Edit(("undo",), "noted", is_repeated=False),
        "forget": Edit(("undo", "--forget")),
        "ingest": Edit(("ingest", few)),
        "enrich": Edit(("enrich", str(facts))),
        "reindex": Edit(("reindex",)),
        "export": Edit(("export", "--to", str(place.folder / "copy")), again=(0, 6)),
        "backup": Edit(("backup", str(place.folder / "out" / "backup")), again=(0, 2)),
        "digest": Edit(("digest", "weekly", "--html", str(place.folder / "out" / "page.html")), again=(0, 3)),
        "save": Edit(("digest", "--save", "rivers", "--topic", "rivers"), again=(0, 2, 3)),
        "config": Edit(("config", "set", "timeout", "77")),
        "profile": Edit(("config", "set", "--profile", "local", "model", "qwen3")),
        "write": Edit(("papers", "-o", str(place.folder / "out" / "papers.md")), again=(0, 2)),
        **old,
        "ingest of many": Edit(("ingest", more)),
    }


class Killer:
    """Kills commands, and compares what they leave."""

    def __init__(self, names: Sequence[str] = (), *, without: Sequence[str] = ()) -> None:
        """Only the commands of these names (none: all) are tried."""
        self._names, self._without = names, without
        self._edits: dict[str, Edit] = {}
        self._after: dict[str, tuple[Content, float]] = {}

    def prepare(self, place: Place) -> None:
        """Make a library with all that one can have, and copies of it: as it is, with a note more, and as of schema
        4."""
        place.environment["ASSISTANT_CONFIG"] = str(place.folder / "config" / "config.toml")
        listing = str(place.listing(0, _PAPERS))
        warm(place, ["ingest", listing], ["tag", "--match", "moss", "--add", "first"], ["note", "id4", "One."],
             ["digest", "--save", "weekly", "--topic", "moss", "--topic", "granite"],
             ["config", "set", "model", "none"], ["papers", "--csv"])  # fmt: skip
        downgrade(place)
        run(place, "remove", "--yes", "id5", "id6")
        self._keep(place, "whole")
        run(place, "note", "id9", "Two.")
        self._keep(place, "noted")
        everything = edits(place)
        self._edits = {
            name: edit for name, edit in everything.items()
            if (name in self._names or not self._names) and name not in self._without
        }  # fmt: skip

    def trial(self, place: Place, number: int) -> str:
        """Kill one command at a moment by chance."""
        name = list(self._edits)[number % len(self._edits)]
        edit = self._edits[name]
        self._reset(place, edit)
        before = content(place)
        if name not in self._after:
            fork = Fork(place, edit.words)
            fork.wait(600.0)
            seconds = fork.seconds
            done = fork.finish()
            if done.code:
                raise RuntimeError(f"{name}: {done}")
            self._after[name] = content(place), seconds
            self._reset(place, edit)
        after, seconds = self._after[name]
        fork = Fork(place, edit.words)
        fork.wait(place.chance.uniform(0, 1.05 * seconds))
        has_ended = fork.has_ended()
        fork.kill()
        fork.finish()
        outcomes = [_of_two(name, content(place), before, after, has_ended=has_ended)]
        health = run(place, "status", "--json", "--full")
        outcomes.append(judge(health, None))
        if health.code == 0 and not json.loads(health.output)["healthy"]:
            outcomes.append(SILENT)
        again = run(place, *edit.words, limit=600.0)
        outcomes.append(judge(again, None) if again.code not in edit.again else RIGHT)
        if again.code not in edit.again:
            outcomes.append(LOST)
        now = content(place)
        if edit.is_repeated and now != after:
            print(f"{name}, run again: {_differences(now, after)}", flush=True)
            outcomes.append(LOST)
        return worst(outcomes)

    def _keep(self, place: Place, name: str) -> None:
        for part in _KEPT:
            copied(place, f"{name}/{part}", place.folder / part)

    def _reset(self, place: Place, edit: Edit) -> None:
        for part in _KEPT:
            copied(place, part, place.folder / edit.base / part)
        (place.folder / "out").mkdir(exist_ok=True)


def downgrade(place: Place) -> None:
    """Keep a copy of a library as a version before wrote it, of schema 4."""
    shutil.copytree(place.library, place.folder / "old" / "library")
    shutil.copytree(place.folder / "config", place.folder / "old" / "config")
    with contextlib.closing(sqlite3.connect(place.folder / "old" / "library" / "catalogue.sqlite3")) as connection:
        for table in ("annotations", "arrivals", "sources", *(name for name in _TABLES if name.startswith("past"))):
            connection.execute(f"DROP TABLE {table}")
        for change in ("DROP INDEX papers_by_full_text", "DROP TABLE full_texts", "ALTER TABLE papers DROP full_text"):
            connection.execute(change)
        facts = dict(connection.execute("SELECT key, value FROM state WHERE key <> 'past' AND key NOT LIKE 'rows%'"))
        connection.execute("DELETE FROM state")
        facts["checksum"] = state_checksum(facts)
        connection.executemany("INSERT INTO state VALUES (?, ?)", facts.items())
        connection.execute("PRAGMA user_version = 4")
        connection.commit()


def content(place: Place) -> Content:
    """Return all that the library, a copy and a backup of it, the configuration and what was written hold, without
    times, and the names of files that are none of theirs."""
    found: Content = {name: rows(place.folder / name / "catalogue.sqlite3") for name in ("library", "copy")}
    found["backup"] = rows(place.folder / "out" / "backup")
    texts = [place.folder / "config" / "config.toml", place.library / "digests.toml", place.library / "digests",
             place.folder / "out"]  # fmt: skip
    for path in texts:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and file.name != "backup":
                found[str(file.relative_to(place.folder))] = _TIME.sub("", file.read_text())
    return found


def text_of(path: Path) -> str:
    """Return the text of a file, "" where there is none."""
    return path.read_text() if path.exists() else ""


def rows(path: Path) -> dict[str, list[str]] | None:
    """Return the rows of a catalogue that say something, read from a copy; None where there is no catalogue, or one
    that holds nothing."""
    if not path.exists():
        return None
    tables: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        for ending in ("", "-wal"):
            if path.with_name(path.name + ending).exists():
                shutil.copyfile(path.with_name(path.name + ending), f"{copy}{ending}")
        with contextlib.closing(sqlite3.connect(copy)) as connection:
            there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            for table in _TABLES:
                if table in there:
                    names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                    columns = ", ".join(name for name in names if name not in _UNLIKE)
                    # What an upgrade notes of sources is that nothing is known of them: no more than was before.
                    known = "WHERE added <> '' OR path IS NOT NULL" if table == "sources" else ""
                    each = connection.execute(f"SELECT {columns} FROM {table} {known}")
                    tables[table] = sorted(_TIME.sub("", repr(row)) for row in each)
    return {name: each for name, each in tables.items() if each} or None


def _of_two(name: str, now: Content, before: Content, after: Content, *, has_ended: bool) -> str:
    """Return whether what there is now is what was before, or what is afterwards; nothing in between."""
    states = [after] if has_ended else [before, after]
    if any(now == state for state in states):
        return RIGHT
    print(f"{name}, killed: {_differences(now, after)}; or {_differences(now, before)}", flush=True)
    return LOST


def _differences(now: Content, then: Content) -> str:
    """Return what one has and the other has not, of each part that differs."""
    parts = {part: (_lines(now.get(part)), _lines(then.get(part))) for part in {*now, *then}}
    several = [f"{part}: +{sorted(one - other)} -{sorted(other - one)}" for part, (one, other) in parts.items()]
    return "; ".join(text[:400] for text in several if not text.endswith("+[] -[]"))


def _lines(part: object) -> set[str]:
    if isinstance(part, dict):
        return {f"{table} {row}" for table, rows in part.items() for row in rows}
    return {str(part)}


_KILLER = Killer(without=["ingest of many"])
_STREAM = Killer(["ingest of many"])
FAULTS = FaultClass("kills of every command that writes", 200, _KILLER.trial, _KILLER.prepare)
STREAM = FaultClass("kills of a streamed ingest", 12, _STREAM.trial, _STREAM.prepare)

if __name__ == "__main__":
    main(FAULTS, STREAM)
