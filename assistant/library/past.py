"""Changes of a library -> what it takes to take them back, last first, kept in the catalogue until the next merge."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from assistant.domain.errors import LibraryError
from assistant.library import annotations, row_sums, state
from assistant.library.catalogue import Catalogue
from assistant.library.connection import AMONG
from assistant.library.rows import LISTING_COLUMNS, PAPER_COLUMNS

Kind = Literal["remove", "tag", "note", "read"]
_MOST = 100  # changes that can be taken back
_PAPER = f"{PAPER_COLUMNS}, content, checksum"
_LISTING = f"paper_id, {LISTING_COLUMNS}"
_ANNOTATION = "tags, notes, read, checksum"
_TABLES = {"past_changes": "number", "past_annotations": "change", "past_papers": "change", "past_listings": "change"}
_SUMS = "past"  # the name of a fact about the library
_DAMAGED = "what it takes to take changes back is not as it was written"
CURE = "`assistant undo --forget` has it forgotten, and changes can be taken back from there on"
"""Of that."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change that can be taken back."""

    number: int
    what: str
    """A `Kind`."""
    detail: str
    """What more there is to say of it: which tags, or whether papers were marked as read; "" for nothing."""
    at: str
    """When it was made, in ISO form."""


def note(catalogue: Catalogue, what: Kind, detail: str, ids: Sequence[str], at: datetime) -> None:
    """Keep what papers and readers' words on them are, before they are changed, within the transaction that does."""
    sums = _noted_sums(catalogue)
    if sums is None:
        sums = {earlier: _sum(catalogue, earlier) for earlier in _numbers(catalogue)}
    number = max(sums, default=0) + 1
    for table, column in _TABLES.items():
        catalogue.run(f"DELETE FROM {table} WHERE {column} >= ?", (number,))  # there are none, but by a damage
    values = (number, json.dumps(list(ids)))
    catalogue.run("INSERT INTO past_changes VALUES (?, ?, ?, ?)", (number, what, detail, at.isoformat()))
    catalogue.run(
        f"INSERT INTO past_annotations (change, paper_id, {_ANNOTATION}) SELECT ?, value, {_ANNOTATION} "
        "FROM json_each(?) LEFT JOIN annotations ON paper_id = value",
        values,
    )
    if what == "remove":
        papers = f"SELECT ?, position, {_PAPER} FROM papers WHERE id {AMONG}"
        listings = f"SELECT ?, {_LISTING} FROM listings WHERE paper_id {AMONG} ORDER BY rowid"
        catalogue.run(f"INSERT INTO past_papers (change, position, {_PAPER}) {papers}", values)
        catalogue.run(f"INSERT INTO past_listings (change, {_LISTING}) {listings}", values)
    for table, column in _TABLES.items():
        catalogue.run(f"DELETE FROM {table} WHERE {column} <= ?", (number - _MOST,))
    recent = {earlier: sum for earlier, sum in sums.items() if earlier > number - _MOST}
    _note_sums(catalogue, recent | {number: _sum(catalogue, number)})


def last(catalogue: Catalogue) -> Change | None:
    """Return the last change that can be taken back, None where there is none; raises `LibraryError` where what that
    takes is not as it was written."""
    if catalogue.version() < annotations.VERSION:
        return None
    numbers, sums = _numbers(catalogue), _noted_sums(catalogue)
    latest = max([*numbers, *(sums or ())], default=0)
    if latest and sums is not None and sums.get(latest) != _sum(catalogue, latest):
        raise LibraryError(_DAMAGED, path=catalogue.path.parent, cure=CURE)
    rows = catalogue.read("SELECT number, what, detail, at FROM past_changes ORDER BY number DESC LIMIT 1")
    return next((Change(number, str(what), str(detail), str(at)) for number, what, detail, at in rows), None)


def titles(catalogue: Catalogue, change: Change) -> dict[str, str]:
    """Return {paper id: title} of the papers that a change was made to, in the order added."""
    rows = catalogue.read(
        "SELECT id, title, position FROM past_papers WHERE change = ? UNION ALL SELECT id, title, position FROM papers "
        "WHERE id IN (SELECT paper_id FROM past_annotations WHERE change = ?) ORDER BY position",
        (change.number, change.number),
    )
    return {str(id): str(title) for id, title, _ in rows}


def take_back(catalogue: Catalogue, change: Change) -> list[str]:
    """Make papers and what is said of them what they were before a change, the last; return the ids of the papers that
    came back by that. Within a transaction; needs the writer's lock."""
    number = (change.number,)
    rows = catalogue.read("SELECT id FROM past_papers WHERE change = ? ORDER BY position", number)
    ids = [str(id) for (id,) in rows]
    if ids:
        with catalogue.changing(ids):
            papers = f"SELECT position, {_PAPER} FROM past_papers WHERE change = ?"
            catalogue.run(f"INSERT INTO papers (position, {_PAPER}) {papers}", number)
            listings = f"SELECT {_LISTING} FROM past_listings WHERE change = ? ORDER BY rowid"
            catalogue.run(f"INSERT INTO listings ({_LISTING}) {listings}", number)
        catalogue.note_names_of(stored.paper for stored in catalogue.stored_papers(ids))
    former = "FROM past_annotations WHERE change = ?"
    columns = f"paper_id, {_ANNOTATION}"
    with row_sums.noting(catalogue, "annotations"):
        catalogue.run(f"DELETE FROM annotations WHERE paper_id IN (SELECT paper_id {former})", number)
        catalogue.run(f"INSERT INTO annotations ({columns}) SELECT {columns} {former} AND tags IS NOT NULL", number)
    for table, column in _TABLES.items():
        catalogue.run(f"DELETE FROM {table} WHERE {column} = ?", number)
    if (sums := _noted_sums(catalogue)) is not None:
        _note_sums(catalogue, {earlier: sum for earlier, sum in sums.items() if earlier < change.number})
    return ids


def forget(catalogue: Catalogue) -> bool:
    """Keep nothing by which changes could be taken back, within a transaction; return whether there were papers, whose
    vectors `Catalogue.forget` can drop then."""
    [(has_papers,)] = catalogue.read("SELECT EXISTS (SELECT 1 FROM past_papers)")
    for table in _TABLES:
        catalogue.run(f"DELETE FROM {table}")
    if _SUMS in catalogue.state():
        _note_sums(catalogue, {})
    return bool(has_papers)


def problems(catalogue: Catalogue) -> list[str]:
    """Return what is wrong with what it takes to take changes back."""
    if catalogue.version() < annotations.VERSION or (sums := _noted_sums(catalogue)) is None:
        return []
    is_sound = set(_numbers(catalogue)) == set(sums) and all(_sum(catalogue, n) == sum for n, sum in sums.items())
    return [] if is_sound else [_DAMAGED]


def _numbers(catalogue: Catalogue) -> list[int]:
    return [state.integer(number) for (number,) in catalogue.read("SELECT number FROM past_changes")]


def _sum(catalogue: Catalogue, number: int) -> str:
    """Return the sum of all rows that are kept for a change."""
    tables = _TABLES.items()
    return row_sums.total(
        (table, *row)
        for table, column in tables
        for row in catalogue.stream(f"SELECT * FROM {table} WHERE {column} = ?", (number,))
    )


def _noted_sums(catalogue: Catalogue) -> dict[int, str] | None:
    """Return {number of a change: the sum of its rows when it was made}; None where that was never noted, as by an
    older version. The facts about a library have a checksum of their own."""
    noted = catalogue.state().get(_SUMS)
    return None if noted is None else {int(number): sum for number, sum in json.loads(noted).items()}


def _note_sums(catalogue: Catalogue, sums: Mapping[int, str]) -> None:
    catalogue.set_state(**{_SUMS: json.dumps(sums)})
