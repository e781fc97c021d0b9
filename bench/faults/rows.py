"""Run `python -m bench.faults.rows`: change values and rows of what readers say, of what can be taken back, and of when
papers came -> the same answers, or a word."""

import contextlib
import re
import shutil
import sqlite3
from dataclasses import replace
from datetime import datetime

from bench.faults.forks import copied, run, warm
from bench.faults.trials import CLEAR, RIGHT, FaultClass, Place, Run, judge, main, worst

_PAPERS = 40
_TABLES = ("annotations", "arrivals", "sources", "past_changes", "past_annotations", "past_papers", "past_listings")
_READING = (
    ("tags", "--json"), ("papers", "--json"), ("papers", "--json", "--unread"), ("sources", "--json"),
    ("papers", "--json", "--in", "first"), ("note", "id4", "--json"), ("undo", "--dry-run", "--json"),
)  # fmt: skip
_WRITING = (
    ("undo", "--json"), ("tag", "id4", "id5", "--add", "x", "--json"), ("note", "id4", "More.", "--json"),
    ("ingest", "more.jsonl"), ("read", "id1"), ("undo", "--forget"), ("remove", "--yes", "id3", "id4"),
)  # fmt: skip
_AFTERWARDS = ("papers", "--json")
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+[+-][0-9:]+")


class Changer:
    """Changes rows of copies of a library, and compares what they answer with what the unchanged one does."""

    def __init__(self) -> None:
        self._expected: dict[tuple[str, ...], tuple[str, str]] = {}
        self._begun = ""

    def prepare(self, place: Place) -> None:
        """Make a library with all that one can have, keep a copy, and note what is right."""
        listing = str(place.listing(0, _PAPERS))
        warm(place, ["ingest", listing], ["tag", "--match", "moss", "--add", "first"], ["note", "id4", "One."],
             *_READING)  # fmt: skip
        run(place, "ingest", str(place.listing(40, 45, "later.jsonl")))
        for changing in (["remove", "--yes", "id5", "id6"], ["tag", "id4", "id7", "--add", "second/part"],
                         ["read", "--match", "granite"], ["remove", "--yes", "id8", "id4"]):  # fmt: skip
            run(place, *changing)
        place.listing(100, 103, "more.jsonl")
        shutil.copytree(place.library, place.folder / "whole")
        self._begun = datetime.now().astimezone().isoformat()
        for words in (*_READING, *_WRITING):
            copied(place, "library", place.folder / "whole")
            self._expected[words] = (self._run(place, *words).timeless, self._run(place, *_AFTERWARDS).timeless)

    def trial(self, place: Place, number: int) -> str:
        """Change one row of a fresh copy, and run one command and, where it wrote, a list of all papers."""
        copied(place, "library", place.folder / "whole")
        what = change(place, _TABLES[number % len(_TABLES)])
        words = place.chance.choice(_WRITING if number % 3 else _READING)
        expected, afterwards = self._expected[words]
        done = self._run(place, *words)
        outcomes = [judge(done, expected)]
        later = self._run(place, *_AFTERWARDS)
        is_told = outcomes[0] == CLEAR or bool(done.messages and done.code)
        outcomes.append(judge(later, None if is_told else afterwards))
        if worst(outcomes) not in (RIGHT, CLEAR):
            print(f"try {number}: {what}; {' '.join(words)}", flush=True)
        return worst(outcomes)

    def _run(self, place: Place, *words: str) -> Run:
        """Run a command; times since all began are left out of what it prints."""
        done = run(place, *words)
        return replace(done, output=_TIME.sub(lambda time: time[0] if time[0] < self._begun else "now", done.output))


def change(place: Place, table: str) -> str:
    """Change a value of a row, or take a row away, or add one; return what was done."""
    chance = place.chance
    with contextlib.closing(sqlite3.connect(place.library / "catalogue.sqlite3")) as connection:
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        several = connection.execute(f"SELECT * FROM {table}").fetchall()
        row = chance.choice(several)
        where = " AND ".join(f"{name} IS ?" for name in names)
        for _ in range(100):
            with contextlib.suppress(sqlite3.Error):
                name = chance.choice(names)
                kind = chance.choice(("flip", "flip", "flip", "other", "other", "type", "delete", "add"))
                value = row[names.index(name)]
                match kind:
                    case "delete":
                        connection.execute(f"DELETE FROM {table} WHERE {where}", row)
                    case "add":
                        changed = [_flipped(place, each) if each == value else each for each in row]
                        connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(names))})", changed)
                    case _:
                        others = [each[names.index(name)] for each in several if each[names.index(name)] != value]
                        new: object = _flipped(place, value)
                        if kind == "other" and others:
                            new = chance.choice(others)
                        elif kind == "type":
                            new = chance.choice((None, b"\xff\x00", -1, 2**62, 0, "", "x" * 10_000, 1.5))
                        if new == value:
                            continue
                        connection.execute(f"UPDATE {table} SET {name} = ? WHERE {where}", (new, *row))
                        kind = f"{kind} {value!r:.60} -> {new!r:.60}"
                connection.commit()
                return f"{table}.{name}: {kind}"
    raise RuntimeError(f"{table} takes no change")


def _flipped(place: Place, value: object) -> object:
    """Return a value with one bit flipped."""
    if isinstance(value, int):
        return value ^ (1 << place.chance.randrange(5))
    content = bytearray(str(value or "0").encode())
    content[place.chance.randrange(len(content))] ^= 1 << place.chance.randrange(7)
    return content.decode("utf-8", "replace")


_CHANGER = Changer()
FAULTS = FaultClass("changed rows", 300, _CHANGER.trial, _CHANGER.prepare)

if __name__ == "__main__":
    main(FAULTS)
