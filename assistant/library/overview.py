"""A catalogue -> what it says of its papers together: how many, of which days, by whom, and out of which files."""

import contextlib
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.domain.records import Paper
from assistant.library import rows
from assistant.library.catalogue import Catalogue
from assistant.library.connection import AMONG
from assistant.library.damaged_papers import VOUCHED
from assistant.library.finding import FindsPapers

_WITH_ALIASES = 3
"""The first version of a catalogue's schema that has other ids of a paper beside it."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts over papers."""

    papers: int
    dated: int
    first: str | None
    """The earliest day, in ISO form; None where no paper has a date."""
    last: str | None
    named: int
    """How many have names of authors."""
    counted: int
    """How many have at least the number of their authors."""


def overview(catalogue: Catalogue, ids: Collection[str] | None = None) -> Overview:
    """Return the counts over the papers with these ids (None: all)."""
    [row] = catalogue.read(
        "SELECT count(*), count(date), min(date), max(date), sum(authors <> '[]'), "
        f"sum(authors <> '[]' OR author_count IS NOT NULL) FROM papers {among(ids)}",
        values(ids),
    )
    papers, dated, first, last, named, counted = row
    return Overview(papers, dated, first, last, named or 0, counted or 0)


def by_date(catalogue: Catalogue, limit: int, ids: Collection[str] | None = None, *, newest: bool) -> list[str]:
    """Return the ids of the `limit` newest or oldest papers that have a date; of one day in the order added."""
    order = "DESC" if newest else "ASC"
    dated = f"{among(ids)} {'AND' if ids is not None else 'WHERE'} date IS NOT NULL"
    query = f"SELECT id FROM {table(catalogue)} {dated} ORDER BY date {order}, position LIMIT ?"
    return [id for (id,) in catalogue.read(query, (*values(ids), limit))]


def within(catalogue: Catalogue, since: date | None, until: date | None) -> list[str]:
    """Return the ids of the papers dated from one day to another, both included, in the order added."""
    if isinstance(catalogue, FindsPapers):
        return catalogue.within(since, until)
    query = f"SELECT id FROM {table(catalogue)} WHERE date BETWEEN ? AND ? ORDER BY position"
    return [id for (id,) in catalogue.read(query, _ends(since, until))]


def places_within(catalogue: Catalogue, since: date | None, until: date | None) -> list[int]:
    """Return the positions of the papers that `within` names: an index has these, and no paper is read."""
    query = f"SELECT position FROM {table(catalogue)} WHERE date BETWEEN ? AND ? ORDER BY position"
    return [position for (position,) in catalogue.read(query, _ends(since, until))]


def _ends(since: date | None, until: date | None) -> tuple[str, str]:
    return since.isoformat() if since else "", until.isoformat() if until else "9999-12-31"


def without_date(catalogue: Catalogue) -> list[str]:
    """Return the ids of the papers without a date, in the order added."""
    query = f"SELECT id FROM {table(catalogue)} WHERE date IS NULL ORDER BY position"
    return [id for (id,) in catalogue.read(query)]


def of_source(catalogue: Catalogue, name: str) -> set[str]:
    """Return the ids of the papers that a source lists whose name has `name` in it, in any case."""
    if isinstance(catalogue, FindsPapers):
        return catalogue.of_source(name)
    matching = json.dumps([source for source in source_names(catalogue) if name.casefold() in source.casefold()])
    query = f"SELECT DISTINCT paper_id FROM listings WHERE source {AMONG}"
    return {str(id) for (id,) in catalogue.read(query, (matching,))}


def of_source_alone(catalogue: Catalogue, name: str) -> list[str]:
    """Return the ids of the papers that the source of this name lists and no other, in the order listed."""
    query = (
        "SELECT paper_id FROM listings WHERE paper_id IN (SELECT paper_id FROM listings WHERE source = ?) "
        "GROUP BY paper_id HAVING min(source) = max(source) ORDER BY min(rowid)"
    )
    return [str(id) for (id,) in catalogue.read(query, (name,))]


def source_names(catalogue: Catalogue) -> list[str]:
    """Return the names of all sources."""
    return [str(source) for (source,) in catalogue.read("SELECT DISTINCT source FROM listings")]


def titles_with(catalogue: Catalogue, letters: str) -> Iterator[tuple[str, str]]:
    """Yield (id, title) of the papers whose titles have these ASCII letters and digits, in any case; reads all."""
    query = "SELECT id, title FROM papers WHERE title LIKE ? ORDER BY position"
    yield from ((str(id), str(title)) for id, title in catalogue.stream(query, (f"%{letters}%",)))


def days(catalogue: Catalogue, ids: Collection[str] | None = None) -> Iterator[tuple[date | None, int]]:
    """Yield each day, None for none, and how many of the papers with these ids (None: of all) have it as their date; in
    the order of the days."""
    query = f"SELECT date, count(*) FROM {table(catalogue)} {among(ids)} GROUP BY date"
    for day, papers in catalogue.stream(query, values(ids)):
        with contextlib.suppress(ValueError):  # the paper is damaged, which is told where it is read
            yield None if day is None else date.fromisoformat(str(day)), int(papers)


def words_of(catalogue: Catalogue, ids: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield (id, all texts that sources have of it) of the papers with these ids, in any order, whether or not they are
    as they were written: title, abstract, authors, ids and venues."""
    if catalogue.version() < _WITH_ALIASES:
        for paper in catalogue.papers(ids):
            venues = (listing.organisation or "" for listing in paper.listings)
            yield paper.id, [paper.title, paper.abstract, *paper.authors, paper.id, *paper.aliases, *venues]
        return
    venues_of: dict[str, list[str]] = {}
    query = f"SELECT paper_id, organisation FROM listings {among(ids, 'paper_id')} AND organisation IS NOT NULL"
    for id, organisation in catalogue.read(query, values(ids)):
        venues_of.setdefault(str(id), []).append(str(organisation))
    query = f"SELECT id, title, abstract, authors, aliases FROM papers {among(ids)}"
    for id, title, abstract, authors, aliases in catalogue.stream(query, values(ids)):
        listed = (*_names(authors), str(id), *_names(aliases), *venues_of.get(str(id), ()))
        yield str(id), [str(title), str(rows.unpacked(abstract)), *listed]


def headings(catalogue: Catalogue, ids: Collection[str]) -> Iterator[Paper]:
    """Yield the papers with these ids in the order added, with title, date and authors alone, whether or not they are
    as they were written."""
    query = f"SELECT id, title, date, authors FROM papers {among(ids)} ORDER BY position"
    for id, title, day, authors in catalogue.stream(query, values(ids)):
        with contextlib.suppress(ValueError):  # the paper is damaged, which is told where it is read
            day_read = None if day is None else date.fromisoformat(str(day))
            yield Paper(str(id), str(title), "", day_read, authors=tuple(_names(authors)))


def lacking(catalogue: Catalogue) -> Iterator[str]:
    """Yield the ids of the papers without a full date, authors or a link, in the order added."""
    query = (
        "SELECT id FROM papers WHERE date IS NULL OR date_inferred OR authors = '[]' OR coalesce(url, '') = '' "
        "ORDER BY position"
    )
    yield from (str(id) for (id,) in catalogue.stream(query))


def undated(catalogue: Catalogue, ids: Collection[str] | None = None) -> int:
    """Return how many papers have no date."""
    if isinstance(catalogue, FindsPapers):
        return catalogue.undated(ids)
    dateless = f"{among(ids)} {'AND' if ids is not None else 'WHERE'} date IS NULL"
    [(count,)] = catalogue.read(f"SELECT count(*) FROM {table(catalogue)} {dateless}", values(ids))
    return int(count)


def sources(catalogue: Catalogue, ids: Collection[str] | None = None) -> list[tuple[str, int]]:
    """Return (name of a source, how many papers it lists), in the order added."""
    counted = f"SELECT source, count(DISTINCT paper_id) FROM listings {among(ids, 'paper_id')}"
    query = f"{counted} GROUP BY source ORDER BY min(rowid)"
    return [(str(source), int(papers)) for source, papers in catalogue.read(query, values(ids))]


def by_writer(catalogue: Catalogue, names: Iterable[str], ids: Collection[str] | None = None) -> list[str]:
    """Return the ids of the papers that each of `names` wrote: authors by their names or parts of these, and
    organisations that a listing names, in any case and with or without accents."""
    wanted = [_words(name) for name in names]
    if not wanted or not all(wanted):
        return []
    organisations: dict[str, list[list[str]]] = {}
    query = "SELECT paper_id, organisation FROM listings WHERE organisation IS NOT NULL"
    for id, organisation in catalogue.read(query):
        if any(_is_part(name, words := _words(str(organisation))) for name in wanted):
            organisations.setdefault(str(id), []).append(words)
    # Only papers with the last word of a name among the authors are read; what is not ASCII has a backslash there.
    last_words = [re.sub(r"[%_!]", r"!\g<0>", name[-1]) for name in wanted]
    patterns = ["%\\%", *(f"%{word}%" for word in last_words)]
    either = " OR ".join("authors LIKE ? ESCAPE '!'" for _ in patterns)
    query = (
        f"SELECT id, authors FROM papers {among(ids) or 'WHERE true'} AND ({either} OR id {AMONG}) ORDER BY position"
    )
    rows = catalogue.read(query, (*values(ids), *patterns, json.dumps(list(organisations))))
    writers = {
        str(id): [*(_words(author) for author in _names(authors)), *organisations.get(str(id), ())]
        for id, authors in rows
    }
    return [
        id for id, people in writers.items() if all(any(_is_part(name, person) for person in people) for name in wanted)
    ]


def _is_part(name: list[str], person: list[str]) -> bool:
    """Whether a name may be short for a person: every word is one of theirs, or the initial of one."""
    return (
        bool(name)
        and name[-1] in person
        and all(any(word == part or (len(word) == 1 and part.startswith(word)) for part in person) for word in name)
    )


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(
        " " if character in ".,-'’" else character for character in plain if not unicodedata.combining(character)
    )
    return letters.split()


def _names(authors: object) -> list[str]:
    try:
        names = json.loads(str(authors))
    except (ValueError, RecursionError):
        return []  # the paper is damaged, which is told where it is read
    return [str(name) for name in names] if isinstance(names, list) else []


def table(catalogue: Catalogue) -> str:
    """Return the table of papers for a query of dates; in a small library without SQLite's own index of them, which has
    no checksums."""
    return "papers NOT INDEXED" if catalogue.size() <= VOUCHED else "papers"


def among(ids: Collection[str] | None, column: str = "id") -> str:
    """Return the condition of a query of the papers with these ids, whose `values` it takes; "" for all (None)."""
    return "" if ids is None else f"WHERE {column} {AMONG}"


def values(ids: Collection[str] | None) -> tuple[str, ...]:
    """Return what the condition `among` takes."""
    return () if ids is None else (json.dumps(list(ids)),)
