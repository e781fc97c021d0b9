"""Papers, listings and vectors <-> the SQLite file that is the library, and that names its current generation."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from assistant.domain.errors import LibraryError
from assistant.domain.records import Paper
from assistant.library import database, embeddings, index, rows, state
from assistant.library.connection import CatalogueConnection
from assistant.library.rows import FORMER_COLUMNS, LISTING_COLUMNS, PAPER_COLUMNS, StoredPaper

_AMONG = "IN (SELECT value FROM json_each(?))"  # any number of ids, where SQLite allows 32,766 parameters


class Catalogue(CatalogueConnection):
    """All that a library holds and knows of itself."""

    # -- state

    def state(self) -> dict[str, str]:
        """Return the named facts about the library: `fingerprint`, `generation`, and so on."""
        facts = {str(key): str(value) for key, value in self.read("SELECT key, value FROM state")}
        if not {"fingerprint", "generation", "dimension"} <= facts.keys():
            raise database.unusable(self.path, "it does not say what the library was built with")
        return facts

    def check_state(self) -> None:
        """Raise `LibraryError` where the facts about the library are not as they were written."""
        facts = self.state()
        if self.version() > 1 and facts.get("checksum") != rows.state_checksum(facts):
            raise LibraryError(
                "what the catalogue says of itself is not as it was written",
                path=self.path,
                cause=f"fingerprint {facts['fingerprint']}, dimension {facts['dimension']}",
                cure=f"{index.REINDEX} with --embedder NAME",
            )

    def generation(self) -> int:
        """Return the number of the current generation of indexes; 0 before the first ingest has ended."""
        return state.whole_number(self.path, self.state(), "generation")

    def dimension(self) -> int:
        """Return how many numbers each stored vector has."""
        return state.whole_number(self.path, self.state(), "dimension", 1)

    def vector_index(self) -> str:
        """Return the name of the library's vector index, one of `index.VECTOR_INDEXES`."""
        return index.require(self.state().get("vector_index", index.DEFAULT), self.path.parent)

    def set_state(self, **values: str) -> None:
        """Set facts; those not named stay."""
        facts = self.state() | values
        facts["checksum"] = rows.state_checksum(facts)
        self.run_many(
            "INSERT INTO state VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", facts.items()
        )

    def faults(self, *, every: bool = False) -> list[str]:
        """Return what SQLite finds wrong with the file when it reads all of it; with `every`, also what its own indexes
        say of its tables."""
        check = "integrity_check" if every else "quick_check"
        findings = [str(finding) for (finding,) in self.read(f"PRAGMA {check}(3)")]
        return [f"{self.path}: {finding}" for finding in findings if finding != "ok"]

    # -- papers

    def count(self) -> tuple[int, int]:
        """Return the numbers of papers and of listings."""
        [(papers, listings)] = self.read("SELECT (SELECT count(*) FROM papers), (SELECT count(*) FROM listings)")
        return papers, listings

    def papers(self, ids: Sequence[str] | None = None) -> list[Paper]:
        """Return the papers with these ids in their order (unknown ones left out), or all in the order added; but none
        that is not as it was written."""
        return [stored.paper for stored in self.stored_papers(ids) if not stored.problem]

    def stored_papers(self, ids: Sequence[str] | None = None) -> list[StoredPaper]:
        """Return papers as `papers` does, those included that are not as they were written."""
        by_id, by_paper_id = ("", "") if ids is None else (f"WHERE id {_AMONG}", f"WHERE paper_id {_AMONG}")
        values = () if ids is None else (json.dumps(list(ids)),)
        version = self.version()
        has_checksums = version > 1
        own_columns = PAPER_COLUMNS if version > 2 else FORMER_COLUMNS
        columns = f"{own_columns}, content, {'checksum' if has_checksums else 'NULL'}"
        paper_rows = self.read(f"SELECT {columns} FROM papers {by_id} ORDER BY position", values)
        query = f"SELECT paper_id, {LISTING_COLUMNS} FROM listings {by_paper_id} ORDER BY rowid"
        listings: dict[str, list[rows.Row]] = {}
        for paper_id, *row in self.read(query, values):
            listings.setdefault(str(paper_id), []).append(row)
        fingerprint = "" if has_checksums else self.state()["fingerprint"]
        aliases = rows.former_aliases(self.state()) if version == 2 else {}
        papers: list[StoredPaper] = []
        for *row, content, checksum in paper_rows:
            expected = "" if has_checksums else embeddings.text_hash(fingerprint, str(row[1]), str(row[2]))
            stored = rows.read(row, listings.get(str(row[0]), ()), content, checksum, expected)
            if others := aliases.get(stored.paper.id):
                stored = replace(stored, paper=replace(stored.paper, aliases=others))
            papers.append(stored)
        if ids is None:
            return papers
        stored_by_id = {stored.paper.id: stored for stored in papers}
        return [stored_by_id[id] for id in ids if id in stored_by_id]

    def texts(self, ids: Sequence[str]) -> list[tuple[str, str, str]]:
        """Return (id, title, abstract) of the papers with these ids, whether or not they are as they were written."""
        rows = self.read(f"SELECT id, title, abstract FROM papers WHERE id {_AMONG}", (json.dumps(list(ids)),))
        return [(str(id), str(title), str(abstract)) for id, title, abstract in rows]

    def contents(self) -> list[tuple[str, str]]:
        """Return (id, content hash) of every paper, in the order added; raises `LibraryError` where several have one
        id."""
        # In a damaged file the values may be of any type, and pages of SQLite's be there twice.
        query = "SELECT id, content FROM papers ORDER BY position"
        contents = [(str(id), str(content)) for id, content in self.read(query)]
        if len(dict(contents)) < len(contents):
            raise database.unusable(self.path, "several papers have one id")
        return contents

    def order(self) -> str:
        """Return the checksum of the ids of all papers, in the order added."""
        return rows.order_checksum(id for id, _ in self.contents())

    def orphans(self) -> list[tuple[str, str, str]]:
        """Return (paper id, title, source) of every listing whose paper is gone."""
        present = "SELECT id FROM papers NOT INDEXED"  # an index may still have the id of a row that is gone
        query = f"SELECT paper_id, title, source FROM listings WHERE paper_id NOT IN ({present})"
        return [(str(id), str(title), str(source)) for id, title, source in self.read(query)]

    def put(self, papers: Iterable[tuple[Paper, str]]) -> None:
        """Add or replace papers, each with its content hash; a replaced one keeps its position."""
        for paper, content in papers:
            row, listings = rows.paper_row(paper), [rows.listing_row(listing) for listing in paper.listings]
            self.run(
                f"INSERT INTO papers ({PAPER_COLUMNS}, content, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET title = excluded.title, abstract = excluded.abstract, "
                "date = excluded.date, date_inferred = excluded.date_inferred, authors = excluded.authors, "
                "author_count = excluded.author_count, url = excluded.url, content = excluded.content, "
                "aliases = excluded.aliases, checksum = excluded.checksum",
                (*row, content, rows.checksum(row, listings)),
            )
            self.run("DELETE FROM listings WHERE paper_id = ?", (paper.id,))
            self.run_many(
                f"INSERT INTO listings (paper_id, {LISTING_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(paper.id, *listing) for listing in listings],
            )

    def set_contents(self, hashes: Iterable[tuple[str, str]]) -> None:
        """Set the content hashes of (paper id, content hash) pairs; the papers stay as they are."""
        self.run_many("UPDATE papers SET content = ? WHERE id = ?", ((content, id) for id, content in hashes))

    def remove(self, ids: Iterable[str]) -> None:
        """Remove papers and their listings; their vectors stay until `forget`."""
        keys = [(id,) for id in ids]
        self.run_many("DELETE FROM listings WHERE paper_id = ?", keys)
        self.run_many("DELETE FROM papers WHERE id = ?", keys)

    # -- vectors

    def embedded(self, contents: Sequence[str]) -> dict[str, int]:
        """Return {content hash: bytes of its vectors} of those of these hashes whose vectors are as they were
        stored."""
        query = f"SELECT content, vectors, {self._checksum_column()} FROM embeddings WHERE content {_AMONG}"
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
        where, values = ("", ()) if ids is None else (f"WHERE papers.id {_AMONG}", (json.dumps(list(ids)),))
        query = (
            f"SELECT papers.id, papers.content, vectors, {self._checksum_column()} "
            f"FROM papers LEFT JOIN embeddings ON embeddings.content = papers.content {where} ORDER BY position"
        )
        dimension = self.dimension()
        for id, content, vectors, checksum in self.stream(query, values):
            yield str(id), vectors if embeddings.is_sound(content, vectors, checksum, dimension) else None

    def forget(self) -> int:
        """Drop vectors that no paper has any more; return how many."""
        return self.run("DELETE FROM embeddings WHERE content NOT IN (SELECT content FROM papers)").rowcount

    # -- index files

    def files(self, generation: int) -> dict[str, tuple[int, int, str]]:
        """Return {relative path: (size, modified ns, sha256)} of the index files of a generation."""
        records = self.read("SELECT path, size, modified, digest FROM files WHERE generation = ?", (generation,))
        return {
            str(path): (state.integer(size), state.integer(modified), str(digest))
            for path, size, modified, digest in records
        }

    def set_files(self, generation: int, files: dict[str, tuple[int, int, str]]) -> None:
        """Record the index files of `generation`, and forget those of every other."""
        self.run("DELETE FROM files")
        self.run_many(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?)", [(generation, path, *facts) for path, facts in files.items()]
        )

    def renew_files(self, generation: int, files: dict[str, tuple[int, int, str]]) -> None:
        """Record some index files of `generation` as they are now; nothing where it is no longer current."""
        with self.transaction():
            self.run_many(
                "UPDATE files SET size = ?, modified = ?, digest = ? WHERE generation = ? AND path = ?",
                [(*facts, generation, path) for path, facts in files.items()],
            )

    def _checksum_column(self) -> str:
        return "embeddings.checksum" if self.version() > 1 else "NULL"
