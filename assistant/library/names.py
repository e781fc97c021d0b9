"""Papers <-> numbers under which a catalogue finds them without reading all: their ids, their titles, their keys.

A number is the beginning of a hash. Papers that share one by chance are told apart by whoever looks them up.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

from assistant.domain.identifiers import digest, identity, qualified, source_identity, title_id
from assistant.domain.records import Entry, Paper
from assistant.domain.titles import normalise
from assistant.library.connection import CatalogueConnection
from assistant.library.finding import FindsPapers

VERSION = 4
"""The first version of a catalogue's schema that has names."""

ID, TITLE, KEY = 0, 1, 2
Name = tuple[int, int]
"""A kind and a number."""
_BYTES = 7  # of a hash: as many as SQLite's integers have room for, and a collision among a million papers is rare
_AMBIGUOUS = 50  # papers whose keys begin alike; two are enough for the beginning to name none


def of_paper(paper: Paper) -> set[Name]:
    """Return the names of a paper: of what its ids stand for, of its title, and of its id, which its key begins."""
    from assistant.ingest.identities import keys_of  # with all formats, which who only reads has no use for

    own = {(TITLE, _number(normalise(paper.title))), (KEY, _number(paper.id))}
    return own | {(ID, _number(key)) for key in keys_of(paper)}


def of_keys(keys: Iterable[str], titles: Iterable[str]) -> set[Name]:
    """Return the names of what ids stand for (see `source_identity`), and of normalised titles."""
    return {*((ID, _number(key)) for key in keys), *((TITLE, _number(title)) for title in titles)}


def of_entries(entries: Sequence[Entry]) -> set[Name]:
    """Return the names of what the ids of entries stand for, and of their titles."""
    keys = [source_identity(entry.id, entry.listing.source) for entry in entries if entry.id is not None]
    keys += [identity(alias) for entry in entries for alias in entry.aliases]
    return of_keys(keys, [normalise(entry.listing.title) for entry in entries])


def of_ids(ids: Iterable[str]) -> set[Name]:
    """Return the names of papers that have exactly these ids."""
    return {(KEY, _number(id)) for id in ids}


def possible_ids(entry: Entry) -> Iterator[str]:
    """Yield the ids under which an entry may be stored, or which it may not take, for others have them."""
    yield title_id(entry.listing.title)
    if entry.id is not None:
        yield entry.id
        once = qualified(entry.id, entry.listing.source)
        yield once
        yield qualified(once, entry.listing.source)


def digits(number: int) -> str:
    """Return the hex digits of a number, with which those of the whole hash begin."""
    return f"{number:0{2 * _BYTES}x}"


def places(rows: Iterable[tuple[int, str]]) -> Iterator[bytes]:
    """Yield a text for each (position, id); the sum of their digests (see `digest_sums`) is the `order` that a
    catalogue notes."""
    return (f"{position}\0{id}".encode("utf-8", "surrogatepass") for position, id in rows)


def _number(text: str) -> int:
    return int(digest(text)[: 2 * _BYTES], 16)


def papers_named(connection: CatalogueConnection, some: Iterable[Name]) -> set[str]:
    """Return the ids of the papers that have one of these names, and perhaps of others."""
    query = (
        "SELECT DISTINCT papers.id FROM json_each(?) AS wanted "
        "JOIN names ON names.kind = json_extract(wanted.value, '$[0]') "
        "AND names.name = json_extract(wanted.value, '$[1]') JOIN papers USING (position)"
    )
    return {str(id) for (id,) in connection.read(query, (json.dumps(list(some)),))}


def are_noted(connection: CatalogueConnection, rows: Iterable[tuple[int, int, int]]) -> bool:
    """Whether these (kind, name, position of a paper) are all noted."""
    query = (
        "SELECT 1 FROM json_each(?) AS own LEFT JOIN names ON names.kind = json_extract(own.value, '$[0]') "
        "AND names.name = json_extract(own.value, '$[1]') AND names.position = json_extract(own.value, '$[2]') "
        "WHERE names.position IS NULL LIMIT 1"
    )
    return not connection.read(query, (json.dumps(list(rows)),))


def keys_beside(connection: CatalogueConnection, neighbours: Iterable[str]) -> set[str]:
    """Return, of the digests of all ids (see `digits`), those next to each of these in their order."""
    if isinstance(connection, FindsPapers):
        return connection.keys_beside(neighbours)
    numbers = json.dumps([int(digest, 16) for digest in neighbours])
    beside = (("max", "<"), ("min", ">"))
    queries = (
        f"SELECT (SELECT {end}(name) FROM names WHERE kind = {KEY} AND name {sign} own.value) FROM json_each(?) AS own"
        for end, sign in beside
    )
    return {digits(n) for query in queries for (n,) in connection.read(query, (numbers,)) if n is not None}


def papers_with_key(connection: CatalogueConnection, digits: str) -> set[str]:
    """Return the ids of the papers whose citation key begins with these hex digits; of very many, some."""
    first, last = (int((digits + end * 2 * _BYTES)[: 2 * _BYTES], 16) for end in "0f")
    query = (
        f"SELECT papers.id FROM names JOIN papers USING (position) WHERE kind = {KEY} AND name BETWEEN ? AND ? LIMIT ?"
    )
    return {str(id) for (id,) in connection.read(query, (first, last, _AMBIGUOUS))}
