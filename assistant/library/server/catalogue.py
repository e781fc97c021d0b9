"""The records of one version at a server -> what a catalogue answers: a few papers by their records, facts of all
papers by a copy in memory, made when it is first asked for."""

import contextlib
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assistant.domain import identifiers
from assistant.domain.errors import LibraryError
from assistant.library import bm25, names, schema
from assistant.library.annotations import AnnotationRow
from assistant.library.catalogue import Catalogue
from assistant.library.rows import StoredPaper
from assistant.library.server import records
from assistant.library.server.annotation_records import AnnotationReader
from assistant.library.server.client import PAGE
from assistant.library.server.collection import Records, Row, Where
from assistant.library.server.records import DRAWS
from assistant.library.server.versions import Version, Versions

_ATTEMPTS = 3  # to read all papers while others sweep records, which moves the pages
_KEPT = 5_000  # papers that are kept for the next question


class ServerCatalogue(Catalogue):
    """A catalogue that is only read. What asks for all papers, or for facts of the library as a whole, reads all
    records once; everything else asks the server for what it needs."""

    def __init__(self, place: str, store: Records, version: Version) -> None:
        """`place` names the server in errors."""
        self.path = Path(place)
        self._place = place
        self.store = store
        self.now = version
        self._is_malformed = False
        self._seen = None
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.executescript(f"{schema.tables(schema.VERSION)} PRAGMA user_version = {schema.VERSION};")
        self._connection.executemany("INSERT INTO state VALUES (?, ?)", self.state().items())
        self._is_whole = False
        self._papers: dict[str, StoredPaper] = {}
        self._damaged: dict[str, StoredPaper] = {}
        self._places: dict[str, int] = {}
        self._arrivals: dict[str, str] = {}
        self._said = AnnotationReader(store, version.number)

    # -- what the version notes

    def state(self) -> dict[str, str]:
        """Return the facts about the library that a catalogue has."""
        return {
            "fingerprint": self.now.fingerprint,
            "generation": str(self.now.number),
            "dimension": str(self.now.dimension),
            "words": bm25.SCHEME,
            "revision": "0",
        }

    def version(self) -> int:
        """Return the version of the schema that the copy in memory has."""
        return schema.VERSION

    def size(self) -> int:
        """Return the number of papers."""
        return self.now.counts.papers

    def count(self) -> tuple[int, int]:
        """Return the numbers of papers and of listings."""
        return self.now.counts.papers, self.now.counts.listings

    def dimension(self) -> int:
        """Return how many numbers each stored vector has."""
        return self.now.dimension

    def vector_counts(self, dimension: int) -> list[int]:
        """Return how many vectors there are, as one number."""
        return [self.now.counts.vectors]

    # -- some papers

    def stored_papers(self, ids: Sequence[str] | None = None) -> list[StoredPaper]:
        """Return papers as `papers` does, those included that are not as they were written."""
        if ids is None:
            self._load()
            return [*super().stored_papers(), *self._damaged.values()]
        if self._is_whole:
            by_id = {stored.paper.id: stored for stored in super().stored_papers(ids)} | self._damaged
            return [by_id[id] for id in ids if id in by_id]
        if missing := [id for id in dict.fromkeys(ids) if id not in self._papers]:
            if len(self._papers) > _KEPT:
                self._papers, missing = {}, list(dict.fromkeys(ids))
            self._papers |= {records.paper_of(row.id): records.read(row) for row in self.whole(missing)}
        return [self._papers[id] for id in ids if id in self._papers]

    def whole(self, ids: Collection[str]) -> list[Row]:
        """Return the records of these papers, with their documents."""
        return self._records(list(ids), ("metadatas", "documents"), {"part": 0})

    def texts(self, ids: Sequence[str]) -> list[tuple[str, str, str]]:
        """Return (id, title, abstract) of the papers with these ids."""
        return [(stored.paper.id, stored.paper.title, stored.paper.abstract) for stored in self.stored_papers(ids)]

    def positions(self, ids: Iterable[str]) -> dict[str, int]:
        """Return {id: place in the order added} of those of these papers that are there."""
        unique = list(dict.fromkeys(ids))
        self._records([id for id in unique if id not in self._places], ("metadatas",), {"part": 0})
        return {id: self._places[id] for id in unique if id in self._places}

    def embeddings(self, ids: Sequence[str] | None = None) -> Iterator[tuple[str, bytes | None]]:
        """Yield (paper id, its vectors) for these ids, or for all in the order added; None for vectors that are missing
        or not as they were stored."""
        include = ("metadatas", "embeddings")
        rows = self._all(include) if ids is None else self._records(list(ids), include)
        parts: dict[str, dict[int, Row]] = {}
        for row in rows:
            parts.setdefault(records.paper_of(row.id), {})[row.metadata["part"]] = row
        for id in sorted(parts, key=lambda id: self._places.get(id, 0)) if ids is None else ids:
            if id in parts:
                yield id, records.blob(parts[id])

    def batches(self, size: int = 1_000) -> Iterator[list[tuple[int, str]]]:
        """Yield (place, id) of all papers, `size` at a time, in the order added."""
        self._load()
        places = sorted((place, id) for id, place in self._places.items())
        yield from (places[start : start + size] for start in range(0, len(places), size))

    def places(self, ids: Iterable[str]) -> list[str]:
        """Return those of these papers that were read, in the order added."""
        return sorted((id for id in ids if id in self._places), key=self._places.__getitem__)

    def sampled(self, most: int) -> list[Row]:
        """Return the records, with vectors, of about `most` papers drawn from all, or of all where these are fewer."""
        size = max(self.size(), 1)
        drawn: tuple[Where, ...] = () if size <= most else ({"draw": {"$lt": DRAWS * most // size}},)
        return self.store.get(where=records.visible(self.now.number, {"part": 0}, *drawn), include=("embeddings",))

    # -- found by the server, without a copy of all

    def within(self, since: date | None, until: date | None) -> list[str]:
        """Return the ids of the papers dated from one day to another, both included."""
        first, last = records.day(since) or 1, records.day(until) or 99999999
        return self._ids({"day": {"$gte": first}}, {"day": {"$lte": last}})

    def undated(self, ids: Collection[str] | None = None) -> int:
        """Return how many papers have no date."""
        if ids is None:
            return self.now.counts.undated
        among = set(ids)
        return sum(id in among for id in self._ids({"day": 0}))

    def of_source(self, name: str) -> set[str]:
        """Return the ids of the papers that a source lists whose name has `name` in it, in any case."""
        part = name.casefold().replace("@", " ")
        rows = self.store.get(
            where=records.visible(self.now.number, {"part": 0}), words={"$contains": part}, include=("documents",)
        )
        return {records.paper_of(row.id) for row in rows if part in row.document.rpartition("\n@")[2]}

    def keys_beside(self, digests: Iterable[str]) -> set[str]:
        """Return the digests of all papers whose keys begin as those of these digests do."""
        beginnings = sorted({digest[: records.KEY_DIGITS] for digest in digests})
        pages = (beginnings[start : start + PAGE] for start in range(0, len(beginnings), PAGE))
        rows = (row for page in pages for row in self.store.get(where={"key": {"$in": page}}, include=()))
        return {identifiers.digest(records.paper_of(row.id))[: len(names.digits(0))] for row in rows}

    def annotation_rows(self, ids: Sequence[str] | None) -> list[AnnotationRow]:
        """Return what readers say of these papers, or of all, as it is stored."""
        return self._said.rows(ids)

    def is_overtaken(self) -> bool:
        """Whether two versions have been published after this one, whereupon what it shows is deleted."""
        return Versions(self.store.server).overtaken(self.now)

    def arrivals(self, ids: Iterable[str]) -> dict[str, str]:
        """Return {id: when it was added, in ISO form} of those of these papers of which that is known."""
        return {id: self._arrivals[id] for id in self.positions(ids) if id in self._arrivals}

    def read(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query of the copy in memory."""
        self._load()
        return super().read(statement, values)

    def stream(self, statement: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query of the copy in memory."""
        self._load()
        yield from super().stream(statement, values)

    @contextlib.contextmanager
    def changing(self, ids: Sequence[str]) -> Iterator[None]:
        """Note nothing beside the papers, which are written once."""
        yield

    def note_names_of(self, papers: Iterable[Any]) -> None:
        """Note no names: the server finds papers by these."""

    def _load(self) -> None:
        """Make the copy in memory of all papers, once."""
        if self._is_whole:
            return
        self._is_whole = True
        try:
            stored = [records.read(row) for row in self._all(("metadatas", "documents"), {"part": 0})]
            self._damaged = {paper.paper.id: paper for paper in stored if paper.problem}
            self.put((paper.paper, paper.content) for paper in stored if not paper.problem)
        except BaseException:
            self._is_whole = False
            raise

    def _all(self, include: Sequence[str], *conditions: Where) -> list[Row]:
        """Return all records of this version, in the order in which their papers were added."""
        for _ in range(_ATTEMPTS):
            rows = self.store.get(where=records.visible(self.now.number, *conditions), include=include)
            whole = {records.paper_of(row.id): row for row in rows if row.metadata["part"] == 0}
            if len(whole) == self.size():
                self._note(whole.values())
                return sorted(
                    {row.id: row for row in rows}.values(), key=lambda row: self._places[records.paper_of(row.id)]
                )
        what = f"{len(whole):,} of {self.size():,} papers could be read"
        cure = "run this again: others may have written; `assistant status --full` tells whether papers are missing"
        raise LibraryError(what, path=self._place, cure=cure)

    def _records(self, ids: Sequence[str], include: Sequence[str], *conditions: Where) -> list[Row]:
        """Return the records of some papers, as far as they are of this version, and keep their places."""
        rows: list[Row] = []
        for start in range(0, len(ids), PAGE):
            of_them = records.of_papers(ids[start : start + PAGE])
            where = {"$and": [of_them, *conditions]} if conditions else of_them
            rows += self.store.get(where=where, include=include)
        rows = [row for row in rows if records.is_visible(row.metadata, self.now.number)]
        self._note(row for row in rows if row.metadata["part"] == 0)
        return rows

    def _note(self, rows: Iterable[Row]) -> None:
        """Keep the places of whole papers, and when they were added."""
        for row in rows:
            id = records.paper_of(row.id)
            self._places[id] = row.metadata["position"]
            if added := row.metadata.get("added"):
                self._arrivals[id] = str(added)

    def _ids(self, *conditions: Where) -> list[str]:
        """Return the ids of the papers of which these conditions hold."""
        where = records.visible(self.now.number, {"part": 0}, *conditions)
        return [records.paper_of(row.id) for row in self.store.get(where=where, include=())]
