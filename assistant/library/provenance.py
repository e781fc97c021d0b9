"""Files as they were read -> when each source and each paper was added, and whether a file is still what it was."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from assistant.ingest.origins import Origin, State, state
from assistant.library import annotations
from assistant.library.connection import CatalogueConnection
from assistant.library.finding import FindsPapers


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
    state: State


def unnoted(
    catalogue: CatalogueConnection, names: Iterable[str], origins: Iterable[Origin]
) -> dict[str, Origin | None]:
    """Return {name: its file as it is now} of the sources with these names of which that is not noted."""
    now = {origin.name: origin for origin in origins}
    unique = dict.fromkeys(names)
    noted = _noted(catalogue, unique)
    return {
        name: now.get(name) for name in unique if name not in noted or (name in now and now[name] != noted[name][1])
    }


def note(catalogue: CatalogueConnection, sources: Mapping[str, Origin | None], at: datetime) -> None:
    """Note when sources were first read, and what their files are now, within a transaction."""
    rows = [
        (name, origin.path, origin.size, origin.modified, origin.digest) if origin else (name, *[None] * 4)
        for name, origin in sources.items()
    ]
    catalogue.run_many(
        "INSERT INTO sources (added, name, path, size, modified, digest) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (name) "
        "DO UPDATE SET path = excluded.path, size = excluded.size, modified = excluded.modified, "
        "digest = excluded.digest",
        [(at.isoformat(), *row) for row in rows],
    )


def note_arrival(catalogue: CatalogueConnection, ids: Iterable[str], at: datetime) -> None:
    """Note when these papers were added, the last of all, within the transaction that adds them."""
    query = "SELECT min(position) FROM papers WHERE id IN (SELECT value FROM json_each(?))"
    [(first,)] = catalogue.read(query, (json.dumps(list(ids)),))
    if first is not None:
        catalogue.run("DELETE FROM arrivals WHERE position >= ?", (first,))  # of papers that have gone
        catalogue.run("INSERT INTO arrivals VALUES (?, ?)", (first, at.isoformat()))


def arrivals(catalogue: CatalogueConnection, positions: Mapping[str, int]) -> dict[str, str]:
    """Return {paper id: when it was added, in ISO form} of {paper id: position}; without those that an older version
    added."""
    if isinstance(catalogue, FindsPapers):
        return catalogue.arrivals(positions)
    if catalogue.version() < annotations.VERSION:
        return {}
    rows = catalogue.read("SELECT position, at FROM arrivals ORDER BY position")
    firsts = [first for first, _ in rows]
    places = {id: bisect_right(firsts, position) - 1 for id, position in positions.items()}
    return {id: str(rows[place][1]) for id, place in places.items() if place >= 0}


def carry(source: CatalogueConnection, target: CatalogueConnection) -> None:
    """Note of a copy of a library what is noted of the library: when its papers and sources were added, and what the
    files were. Within a transaction, which has put the papers in the same order."""
    columns = "name, added, path, size, modified, digest"
    if source.version() >= annotations.VERSION:
        query = f"INSERT OR REPLACE INTO sources ({columns}) VALUES (?, ?, ?, ?, ?, ?)"
        target.run_many(query, source.read(f"SELECT {columns} FROM sources"))
    positions, copies = (
        dict(each.read("SELECT id, position FROM papers ORDER BY position")) for each in (source, target)
    )
    moments = arrivals(source, positions)
    in_order = [(position, moments.get(id)) for id, position in copies.items()]
    firsts = [row for before, row in zip([(0, None), *in_order], in_order, strict=False) if row[1] != before[1]]
    target.run_many("INSERT INTO arrivals VALUES (?, ?)", firsts)


def sources(catalogue: CatalogueConnection) -> list[SourceFacts]:
    """Return all sources in the order in which they were added; their files are looked at."""
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


def _noted(catalogue: CatalogueConnection, names: Iterable[str]) -> dict[str, tuple[str, Origin | None]]:
    """Return {name: (when it was first read, "" where nobody knows, its file)} of those of these sources that are
    noted."""
    if catalogue.version() < annotations.VERSION:
        return {}
    rows = catalogue.read(
        "SELECT name, added, path, size, modified, digest FROM sources WHERE name IN (SELECT value FROM json_each(?))",
        (json.dumps(list(names)),),
    )
    return {
        str(name): (str(added), None if path is None else Origin(str(name), str(path), size, modified, str(digest)))
        for name, added, path, size, modified, digest in rows
    }
