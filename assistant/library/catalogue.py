"""Papers, listings and vectors <-> the SQLite file that is the library, and that names its current generation."""

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from assistant.domain.records import Paper
from assistant.library import database, digest_sums, embeddings, full_texts, names, rows, state
from assistant.library.connection import AMONG
from assistant.library.facts import CatalogueFacts
from assistant.library.rows import LISTING_COLUMNS, PAPER_COLUMNS, StoredPaper

_REPEATED = "several papers have one id"
_AT_ONCE = 500  # papers that are written at once


class Catalogue(CatalogueFacts):
    """All that a library holds and knows of itself."""

    # -- papers

    def size(self) -> int:
        """Return the number of papers."""
        [(papers,)] = self.read("SELECT count(*) FROM papers")
        return int(papers)

    def count(self) -> tuple[int, int]:
        """Return the numbers of papers and of listings."""
        [(papers, listings)] = self.read("SELECT (SELECT count(*) FROM papers), (SELECT count(*) FROM listings)")
        return papers, listings

    def papers(self, ids: Sequence[str] | None = None) -> list[Paper]:
        """Return the papers with these ids in their order, or all in the order added; none that is not as written."""
        return [stored.paper for stored in self.stored_papers(ids) if not stored.problem]

    def stored_papers(self, ids: Sequence[str] | None = None) -> list[StoredPaper]:
        """Return papers as `papers` does, those included that are not as they were written."""
        by_id, values = ("", ()) if ids is None else (f"WHERE id {AMONG}", (json.dumps(list(ids)),))
        stored_papers = self._judged(self.read(self._paper_query(by_id), values), ids)
        if ids is None:
            return stored_papers
        stored_by_id = {stored.paper.id: stored for stored in stored_papers}
        return [stored_by_id[id] for id in ids if id in stored_by_id]

    def stored_batches(self, size: int = 1_000) -> Iterator[list[StoredPaper]]:
        """Yield what `stored_papers` returns of all, `size` at a time."""
        paper_rows = self.stream(self._paper_query(""))
        while batch := list(islice(paper_rows, size)):
            yield self._judged(batch, [str(row[0]) for row in batch])

    def _paper_query(self, condition: str) -> str:
        """Return what reads rows of papers, each with its content hash and its checksum."""
        columns, checksum = rows.paper_columns(self.version()), "checksum" if self.version() > 1 else "NULL"
        return f"SELECT {columns}, content, {checksum} FROM papers {condition} ORDER BY position"

    def _judged(self, paper_rows: Iterable[Sequence[Any]], ids: Sequence[str] | None) -> list[StoredPaper]:
        """Read rows of `_paper_query`, with the listings of these papers, or of all."""
        by_paper_id, values = ("", ()) if ids is None else (f"WHERE paper_id {AMONG}", (json.dumps(list(ids)),))
        query = f"SELECT paper_id, {LISTING_COLUMNS} FROM listings {by_paper_id} ORDER BY rowid"
        listings: dict[str, list[rows.Row]] = {}
        for paper_id, *row in self.read(query, values):
            listings.setdefault(str(paper_id), []).append(row)
        has_checksums = (version := self.version()) > 1
        fingerprint = "" if has_checksums else self.state()["fingerprint"]
        aliases = rows.former_aliases(self.state()) if version == 2 else {}
        texts = full_texts.known(self, (row[-3] for row in paper_rows)) if version >= full_texts.VERSION else {}
        papers: list[StoredPaper] = []
        for *row, content, checksum in paper_rows:
            expected = "" if has_checksums else embeddings.text_hash(fingerprint, str(row[1]), str(row[2]))
            stored = rows.read(row, listings.get(str(row[0]), ()), content, checksum, expected, texts.get(str(row[-1])))
            if others := aliases.get(stored.paper.id):
                stored = replace(stored, paper=replace(stored.paper, aliases=others))
            papers.append(stored)
        return papers

    def texts(self, ids: Sequence[str]) -> list[tuple[str, str, str]]:
        """Return (id, title, abstract) of the papers with these ids, whether or not they are as they were written."""
        texts = self.read(f"SELECT id, title, abstract FROM papers WHERE id {AMONG}", (json.dumps(list(ids)),))
        return [(str(id), str(title), str(rows.unpacked(abstract))) for id, title, abstract in texts]

    def contents(self) -> list[tuple[str, str]]:
        """Return (id, content hash) of every paper, in the order added; raises `LibraryError` where several have one
        id."""
        # In a damaged file the values may be of any type, and pages of SQLite's be there twice.
        stored = self.read("SELECT id, content FROM papers ORDER BY position")
        contents = [(str(id), str(content)) for id, content in stored]
        if len(dict(contents)) < len(contents):
            raise database.unusable(self.path, _REPEATED)
        return contents

    def order(self) -> str:
        """Return the checksum of the ids of all papers and of their places, as the state has it."""
        if self.version() < names.VERSION:
            return rows.order_checksum([id for id, _ in self.contents()])
        [(repeated,)] = self.read("SELECT count(*) > count(DISTINCT id) FROM papers NOT INDEXED")
        if repeated:
            raise database.unusable(self.path, _REPEATED)
        places = self.stream("SELECT position, id FROM papers ORDER BY position")
        return digest_sums.total(names.places((position, str(id)) for position, id in places))

    def positions(self, ids: Iterable[str]) -> dict[str, int]:
        """Return {id: position} of those of these papers that are there; the word index numbers papers so."""
        query = f"SELECT id, position FROM papers WHERE id {AMONG}"
        return {str(id): position for id, position in self.read(query, (json.dumps(list(ids)),))}

    def ids_at(self, positions: Iterable[int]) -> dict[int, str]:
        """Return {position: id} of the papers at these positions."""
        query = f"SELECT position, id FROM papers WHERE position {AMONG}"
        return {position: str(id) for position, id in self.read(query, (json.dumps(list(positions)),))}

    def spread(self, most: int) -> list[str]:
        """Return the ids of at most `most` papers, spread over the places of all."""
        [(first, last)] = self.read("SELECT min(position), max(position) FROM papers")
        if first is None:
            return []
        numbers = {first + (last - first) * step // max(most - 1, 1) for step in range(most)}
        query = (
            "SELECT DISTINCT papers.id FROM json_each(?) AS wanted JOIN papers ON papers.position = "
            "(SELECT min(position) FROM papers WHERE position >= wanted.value)"
        )
        return [str(id) for (id,) in self.read(query, (json.dumps(sorted(numbers)),))]

    def batches(self, size: int = 1_000) -> Iterator[list[tuple[int, str]]]:
        """Yield (position, id) of all papers, `size` at a time, in the order added."""
        last: object = None
        query = "SELECT position, id FROM papers WHERE position > ? ORDER BY position LIMIT ?"
        while batch := self.read(query, (-1 if last is None else last, size)):
            yield [(position, str(id)) for position, id in batch]
            if last is not None and batch[-1][0] <= last:
                raise database.unusable(self.path, "its papers are in no order")
            last = batch[-1][0]

    def put(self, papers: Iterable[tuple[Paper, str]]) -> None:
        """Add or replace papers, each with its content hash; a replaced one keeps its position."""
        remaining = iter(papers)
        while batch := list(islice(remaining, _AT_ONCE)):
            with self.changing([paper.id for paper, _ in batch]):
                for paper, content in batch:
                    self._put(paper, content)
            self.note_names_of(paper for paper, _ in batch)

    def remove(self, ids: Iterable[str]) -> None:
        """Remove papers and their listings; their vectors stay until `forget`."""
        keys = list(dict.fromkeys(ids))
        with self.changing(keys):
            self.run_many("DELETE FROM listings WHERE paper_id = ?", [(id,) for id in keys])
            self.run_many("DELETE FROM papers WHERE id = ?", [(id,) for id in keys])

    def _put(self, paper: Paper, content: str) -> None:
        row, listings = rows.paper_row(paper), [rows.listing_row(listing) for listing in paper.listings]
        self.run(
            f"INSERT INTO papers ({PAPER_COLUMNS}, content, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET title = excluded.title, abstract = excluded.abstract, "
            "date = excluded.date, date_inferred = excluded.date_inferred, authors = excluded.authors, "
            "author_count = excluded.author_count, url = excluded.url, content = excluded.content, "
            "aliases = excluded.aliases, full_text = excluded.full_text, checksum = excluded.checksum",
            (*rows.stored_row(row), content, rows.checksum(row, listings)),
        )
        self.run("DELETE FROM listings WHERE paper_id = ?", (paper.id,))
        self.run_many(
            f"INSERT INTO listings (paper_id, {LISTING_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [(paper.id, *listing) for listing in listings],
        )

    @contextlib.contextmanager
    def changing(self, ids: Sequence[str]) -> Iterator[None]:
        """Forget the names of papers, which are changed inside, and note how many papers there are and in which
        places."""
        before = self.positions(ids)
        self.run_many(
            "DELETE FROM names WHERE (kind, name, position) = (?, ?, ?)",
            [
                (*name, before[stored.paper.id])
                for stored in self.stored_papers(list(before))
                for name in names.of_paper(stored.paper)
            ],
        )
        yield
        after, facts = self.positions(ids), self.state()
        places, gone = (names.places((n, id) for id, n in positions.items()) for positions in (after, before))
        order = digest_sums.total(places, facts.get("order", "0"), minus=gone)
        count = state.whole_number(self.path, facts, "papers") + len(after) - len(before)
        self.set_state(order=order, papers=str(max(count, 0)))

    def note_names_of(self, papers: Iterable[Paper]) -> None:
        """Note the names of papers that are there."""
        by_id = {paper.id: paper for paper in papers}
        positions = self.positions(by_id)
        noted = [(*name, positions[id]) for id in positions for name in names.of_paper(by_id[id])]
        self.run_many("INSERT OR IGNORE INTO names VALUES (?, ?, ?)", noted)

    def note_names(self) -> None:
        """Note the names of all papers anew."""
        self.run("DELETE FROM names")
        for batch in self.batches():
            self.note_names_of(stored.paper for stored in self.stored_papers([id for _, id in batch]))

    def set_contents(self, hashes: Iterable[tuple[str, str]]) -> None:
        """Set the content hashes of (paper id, content hash) pairs; the papers stay as they are."""
        self.run_many("UPDATE papers SET content = ? WHERE id = ?", ((content, id) for id, content in hashes))

    # -- vectors

    def embedded(self, contents: Sequence[str]) -> dict[str, int]:
        """Return {content hash: bytes of its vectors} of those of these hashes whose vectors are as they were
        stored."""
        query = f"SELECT content, vectors, {self._checksum_column()} FROM embeddings WHERE content {AMONG}"
        dimension = self.dimension()
        return {
            content: len(vectors)
            for content, vectors, checksum in self.stream(query, (json.dumps(list(contents)),))
            if embeddings.is_sound(content, vectors, checksum, dimension)
        }

    def put_embeddings(self, vectors: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors by content hash, all at once."""
        with self.transaction():
            self.run_many(
                "INSERT OR REPLACE INTO embeddings (content, vectors, checksum) VALUES (?, ?, ?)",
                ((content, blob, embeddings.checksum(content, blob)) for content, blob in vectors),
            )

    def vector_counts(self, dimension: int) -> list[int]:
        """Return how many vectors each paper has, each of `dimension` numbers of two bytes."""
        sizes = self.read("SELECT length(vectors) FROM papers JOIN embeddings USING (content)")
        return [size // (2 * dimension) for (size,) in sizes]

    def embeddings(self, ids: Sequence[str] | None = None) -> Iterator[tuple[str, bytes | None]]:
        """Yield (paper id, its vectors) in the order the papers were added, for all or for these ids; None for vectors
        that are missing, or not as they were stored."""
        where, values = ("", ()) if ids is None else (f"WHERE papers.id {AMONG}", (json.dumps(list(ids)),))
        query = (
            f"SELECT papers.id, papers.content, vectors, {self._checksum_column()} "
            f"FROM papers LEFT JOIN embeddings ON embeddings.content = papers.content {where} ORDER BY position"
        )
        dimension = self.dimension()
        for id, content, vectors, checksum in self.stream(query, values):
            yield str(id), vectors if embeddings.is_sound(content, vectors, checksum, dimension) else None

    def forget(self) -> int:
        """Drop vectors and full texts of no paper, nor of one that `undo` brings back; return how many vectors."""
        full_texts.forget(self)
        used = "SELECT content FROM papers UNION SELECT content FROM past_papers"
        return self.run(f"DELETE FROM embeddings WHERE content NOT IN ({used})").rowcount

    def _checksum_column(self) -> str:
        return "embeddings.checksum" if self.version() > 1 else "NULL"
