"""Files as they were read -> when each source and each paper was added, and whether a file is still what it was."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Literal

from assistant.library import annotations, row_sums
from assistant.library.connection import AMONG
from assistant.library.facts import CatalogueFacts
from assistant.library.finding import FindsPapers

if TYPE_CHECKING:
    from assistant.ingest.origins import Origin, State

_AT_ONCE = 1_000  # papers in memory
_PROBLEMS = {
    "arrivals": "when papers were added is not as it was written",
    "sources": "when sources were added, and what their files were, is not as it was written",
}


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """One source of a library."""

    name: str
    papers: int
    """How many papers it lists."""
    alone: int
    """How many of these no other source lists."""
    added: str | None
    """When it was first read, in ISO form; None where an older version read it."""
    path: str | None
    """Where its file was; None for what is no file."""
    state: "State"


def unnoted(catalogue: CatalogueFacts, names: Iterable[str], origins: "Iterable[Origin]") -> "dict[str, Origin | None]":
    """Return {name: its file as it is now} of the sources with these names of which that is not noted."""
    now = {origin.name: origin for origin in origins}
    unique = dict.fromkeys(names)
    noted = _noted(catalogue, unique)
    return {
        name: now.get(name) for name in unique if name not in noted or (name in now and now[name] != noted[name][1])
    }


def note(catalogue: CatalogueFacts, sources: "Mapping[str, Origin | None]", at: datetime) -> None:
    """Note when sources were first read, and what their files are now, within a transaction."""
    rows = [
        (name, origin.path, origin.size, origin.modified, origin.digest) if origin else (name, *[None] * 4)
        for name, origin in sources.items()
    ]
    with row_sums.noting(catalogue, "sources"):
        catalogue.run_many(
            "INSERT INTO sources (added, name, path, size, modified, digest) VALUES (?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (name) DO UPDATE SET path = excluded.path, size = excluded.size, "
            "modified = excluded.modified, digest = excluded.digest",
            [(at.isoformat(), *row) for row in rows],
        )


def note_arrival(catalogue: CatalogueFacts, ids: Iterable[str], at: datetime) -> None:
    """Note when these papers were added, the last of all, within the transaction that adds them."""
    query = f"SELECT min(position) FROM papers WHERE id {AMONG}"
    [(first,)] = catalogue.read(query, (json.dumps(list(ids)),))
    if first is not None:
        with row_sums.noting(catalogue, "arrivals"):
            catalogue.run("DELETE FROM arrivals WHERE position >= ?", (first,))  # of papers that have gone
            catalogue.run("INSERT INTO arrivals VALUES (?, ?)", (first, at.isoformat()))


def arrivals(catalogue: CatalogueFacts, positions: Mapping[str, int]) -> dict[str, str]:
    """Return {paper id: when it was added, in ISO form} of {paper id: position}; without those that an older version
    added, and nothing where `problems` has something to tell of that."""
    if isinstance(catalogue, FindsPapers):
        return catalogue.arrivals(positions)
    if catalogue.version() < annotations.VERSION or not row_sums.is_sound(catalogue, "arrivals"):
        return {}
    rows = catalogue.read("SELECT position, at FROM arrivals ORDER BY position")
    firsts = [first for first, _ in rows]
    places = {id: bisect_right(firsts, position) - 1 for id, position in positions.items()}
    return {id: str(rows[place][1]) for id, place in places.items() if place >= 0 and rows[place][1]}


def problems(catalogue: CatalogueFacts, *tables: Literal["arrivals", "sources"]) -> list[str]:
    """Return what is wrong with what is noted of when papers and sources were added, and of what the files were."""
    if catalogue.version() < annotations.VERSION:
        return []
    return [_PROBLEMS[table] for table in tables if not row_sums.is_sound(catalogue, table)]


def carry(source: CatalogueFacts, target: CatalogueFacts) -> None:
    """Note of a copy of a library what is noted of the library: when its papers and sources were added, and what the
    files were. Within a transaction, which has put the papers in the same order."""
    columns = "name, added, path, size, modified, digest"
    if source.version() >= annotations.VERSION:
        query = f"INSERT OR REPLACE INTO sources ({columns}) VALUES (?, ?, ?, ?, ?, ?)"
        rows = source.read(f"SELECT {columns} FROM sources") if row_sums.is_sound(source, "sources") else []
        with row_sums.noting(target, "sources"):
            target.run_many(query, rows)
    firsts = list(_firsts(source, target))
    with row_sums.noting(target, "arrivals"):
        target.run_many("INSERT INTO arrivals VALUES (?, ?)", firsts)


def _firsts(source: CatalogueFacts, target: CatalogueFacts) -> Iterator[tuple[int, str]]:
    """Yield (position in a copy, when that was added) of each paper that was added at another moment than the one
    before it, "" where nobody knows."""
    before = ""
    copies = target.stream("SELECT id, position FROM papers ORDER BY position")
    while batch := list(islice(copies, _AT_ONCE)):
        ids = json.dumps([id for id, _ in batch])
        moments = arrivals(source, dict(source.read(f"SELECT id, position FROM papers WHERE id {AMONG}", (ids,))))
        for id, position in batch:
            if (moment := moments.get(id, "")) != before:
                yield position, moment
                before = moment


def sources(catalogue: CatalogueFacts) -> list[SourceFacts]:
    """Return all sources in the order in which they were added; their files are looked at."""
    from assistant.ingest.origins import state

    counted = catalogue.read(
        "SELECT source, count(*), sum(sources = 1) FROM (SELECT DISTINCT source, paper_id FROM listings) JOIN "
        "(SELECT paper_id, count(DISTINCT source) AS sources FROM listings GROUP BY paper_id) USING (paper_id) "
        "JOIN (SELECT source, min(rowid) AS first FROM listings GROUP BY source) USING (source) "
        "GROUP BY source ORDER BY first"
    )
    noted = _noted(catalogue, (str(name) for name, _, _ in counted))
    rows = []
    for name, papers, alone in counted:
        added, origin = noted.get(str(name), ("", None))
        known = (origin.path, state(origin)) if origin else (None, "unknown")
        rows.append(SourceFacts(str(name), papers, alone, added or None, *known))
    return rows


def _noted(catalogue: CatalogueFacts, names: Iterable[str]) -> "dict[str, tuple[str, Origin | None]]":
    """Return {name: (when it was first read, "" where nobody knows, its file)} of those of these sources that are
    noted; nothing where `problems` has something to tell of that."""
    from assistant.ingest.origins import Origin

    if catalogue.version() < annotations.VERSION or not row_sums.is_sound(catalogue, "sources"):
        return {}
    rows = catalogue.read(
        f"SELECT name, added, path, size, modified, digest FROM sources WHERE name {AMONG}",
        (json.dumps(list(names)),),
    )
    return {
        str(name): (str(added), None if path is None else Origin(str(name), str(path), size, modified, str(digest)))
        for name, added, path, size, modified, digest in rows
    }
