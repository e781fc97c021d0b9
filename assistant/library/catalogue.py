"""Papers, listings and vectors <-> the SQLite file that is the library, and that names its current generation."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assistant.domain.records import Listing, Paper
from assistant.library import aliases, database, index

_PAPER_COLUMNS = "id, title, abstract, date, date_inferred, authors, author_count, url"
_LISTING_COLUMNS = "source, line, title, date, date_inferred, author_count, organisation, discussions"
_AMONG = "IN (SELECT value FROM json_each(?))"  # any number of ids, where SQLite allows 32,766 parameters


class Catalogue:
    """One open connection. SQLite's own errors become `LibraryError`s that name the file and the next step."""

    def __init__(self, folder: Path) -> None:
        """Open the catalogue of `folder`; raises `LibraryError` where it cannot be used."""
        self.path = folder / database.NAME
        self._seen = database.stamp(self.path)
        self._connection = database.connect(folder)

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        self._connection.close()

    # -- transactions

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written inside becomes visible at once when the block ends, or not at all."""
        self._run("BEGIN IMMEDIATE")
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def snapshot(self) -> None:
        """From here on, reads see the library as it is now, whatever others write; called again, as it is then."""
        self.release()
        if self._seen is not None and database.stamp(self.path) != self._seen:
            self._connection.close()  # in a read-only folder SQLite does not look at what others write
            self._seen = database.stamp(self.path)
            self._connection = database.connect(self.path.parent)
        self._run("BEGIN")
        self.state()

    def release(self) -> None:
        """End a snapshot."""
        if self._connection.in_transaction:
            self._run("COMMIT")

    # -- state

    def state(self) -> dict[str, str]:
        """Return the named facts about the library: `fingerprint`, `generation`, and so on."""
        facts = {str(key): str(value) for key, value in self._read("SELECT key, value FROM state")}
        if not {"fingerprint", "generation", "dimension"} <= facts.keys():
            raise database.unusable(self.path, "it does not say what the library was built with")
        return facts

    def generation(self) -> int:
        """Return the number of the current generation of indexes; 0 before the first ingest has ended."""
        return int(self.state()["generation"])

    def vector_index(self) -> str:
        """Return the name of the library's vector index, one of `index.VECTOR_INDEXES`."""
        return index.require(self.state().get("vector_index", index.DEFAULT), self.path.parent)

    def set_state(self, **values: str) -> None:
        """Set facts; those not named stay."""
        self._many(
            "INSERT INTO state VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", values.items()
        )

    def faults(self) -> list[str]:
        """Return what SQLite finds wrong with the file when it reads all of it."""
        findings = [str(finding) for (finding,) in self._read("PRAGMA quick_check(3)")]
        return [f"{self.path}: {finding}" for finding in findings if finding != "ok"]

    # -- papers

    def count(self) -> tuple[int, int]:
        """Return the numbers of papers and of listings."""
        [(papers, listings)] = self._read("SELECT (SELECT count(*) FROM papers), (SELECT count(*) FROM listings)")
        return papers, listings

    def papers(self, ids: Sequence[str] | None = None) -> list[Paper]:
        """Return the papers with these ids in their order (unknown ones left out), or all in the order added."""
        by_id, by_paper_id = ("", "") if ids is None else (f"WHERE id {_AMONG}", f"WHERE paper_id {_AMONG}")
        values = () if ids is None else (json.dumps(list(ids)),)
        rows = self._read(f"SELECT {_PAPER_COLUMNS} FROM papers {by_id} ORDER BY position", values)
        query = f"SELECT paper_id, {_LISTING_COLUMNS} FROM listings {by_paper_id} ORDER BY rowid"
        listings: dict[str, list[Listing]] = {}
        try:
            for paper_id, *row in self._read(query, values):
                listings.setdefault(paper_id, []).append(_listing(row))
            other_ids = self._aliases()
            papers = {row[0]: _paper(row, tuple(listings.get(row[0], ())), other_ids.get(row[0], ())) for row in rows}
        except ValueError as error:
            raise database.unusable(self.path, f"a paper cannot be read ({error})") from error
        return list(papers.values()) if ids is None else [papers[id] for id in ids if id in papers]

    def contents(self) -> list[tuple[str, str]]:
        """Return (id, content hash) of every paper, in the order added."""
        return [(id, content) for id, content in self._read("SELECT id, content FROM papers ORDER BY position")]

    def put(self, papers: Iterable[tuple[Paper, str]]) -> None:
        """Add or replace papers, each with its content hash; a replaced one keeps its position."""
        other_ids: dict[str, Sequence[str]] = {}
        for paper, content in papers:
            other_ids[paper.id] = paper.aliases
            self._run(
                f"INSERT INTO papers ({_PAPER_COLUMNS}, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
                "ON CONFLICT (id) DO UPDATE SET title = excluded.title, abstract = excluded.abstract, "
                "date = excluded.date, date_inferred = excluded.date_inferred, authors = excluded.authors, "
                "author_count = excluded.author_count, url = excluded.url, content = excluded.content",
                (*_paper_row(paper), content),
            )
            self._run("DELETE FROM listings WHERE paper_id = ?", (paper.id,))
            self._many(
                f"INSERT INTO listings (paper_id, {_LISTING_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [(paper.id, *_listing_row(listing)) for listing in paper.listings],
            )
        self._put_aliases(other_ids)

    def remove(self, ids: Iterable[str]) -> None:
        """Remove papers and their listings; their vectors stay until `forget`."""
        keys = [(id,) for id in ids]
        self._many("DELETE FROM listings WHERE paper_id = ?", keys)
        self._many("DELETE FROM papers WHERE id = ?", keys)
        self._put_aliases({id: () for (id,) in keys})

    def _aliases(self) -> dict[str, tuple[str, ...]]:
        return aliases.parse(self.path, self._read("SELECT value FROM state WHERE key = ?", (aliases.STATE,)))

    def _put_aliases(self, changes: Mapping[str, Sequence[str]]) -> None:
        before = self._aliases()
        if before or any(changes.values()):
            self.set_state(**{aliases.STATE: aliases.dump({**before, **changes})})

    # -- vectors

    def embedded(self) -> dict[str, int]:
        """Return {content hash: bytes of its vectors}."""
        return dict(self._read("SELECT content, length(vectors) FROM embeddings"))

    def put_embeddings(self, vectors: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors by content hash, all at once."""
        with self.transaction():
            self._many("INSERT OR REPLACE INTO embeddings VALUES (?, ?)", vectors)

    def parts(self, dimension: int) -> list[int]:
        """Return how many vectors each paper has, each of `dimension` numbers of two bytes."""
        sizes = self._read("SELECT length(vectors) FROM papers JOIN embeddings USING (content)")
        return [size // (2 * dimension) for (size,) in sizes]

    def embeddings(self, ids: Sequence[str] | None = None) -> Iterator[tuple[str, bytes]]:
        """Yield (paper id, its vectors) in the order the papers were added, for all or for these ids."""
        query = "SELECT papers.id, vectors FROM papers JOIN embeddings USING (content)"
        if ids is None:
            yield from self._stream(f"{query} ORDER BY position")
        else:
            yield from self._stream(f"{query} WHERE papers.id {_AMONG} ORDER BY position", (json.dumps(list(ids)),))

    def forget(self) -> int:
        """Drop vectors that no paper has any more; return how many."""
        return self._run("DELETE FROM embeddings WHERE content NOT IN (SELECT content FROM papers)").rowcount

    # -- index files

    def files(self, generation: int) -> dict[str, tuple[int, int, str]]:
        """Return {relative path: (size, modified ns, sha256)} of the index files of a generation."""
        rows = self._read("SELECT path, size, modified, digest FROM files WHERE generation = ?", (generation,))
        return {path: (size, modified, digest) for path, size, modified, digest in rows}

    def set_files(self, generation: int, files: dict[str, tuple[int, int, str]]) -> None:
        """Record the index files of `generation`, and forget those of every other."""
        self._run("DELETE FROM files")
        self._many(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?)", [(generation, path, *facts) for path, facts in files.items()]
        )

    def renew_files(self, generation: int, files: dict[str, tuple[int, int, str]]) -> None:
        """Record some index files of `generation` as they are now; nothing where it is no longer current."""
        with self.transaction():
            self._many(
                "UPDATE files SET size = ?, modified = ?, digest = ? WHERE generation = ? AND path = ?",
                [(*facts, generation, path) for path, facts in files.items()],
            )

    # -- plumbing

    def _run(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        with database.translated(self.path):
            return self._connection.execute(statement, values)

    def _read(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return list(self._stream(statement, values))

    def _stream(self, statement: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        with database.translated(self.path):
            yield from self._connection.execute(statement, values)

    def _many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        with database.translated(self.path):
            self._connection.executemany(statement, values)


def _paper(row: Sequence[object], listings: tuple[Listing, ...], other_ids: tuple[str, ...]) -> Paper:
    """Read a row of `_PAPER_COLUMNS`."""
    id, title, abstract, day, inferred, authors, count, url = row
    return Paper(
        str(id), str(title), str(abstract), _date(day), bool(inferred), tuple(json.loads(str(authors))),
        count if isinstance(count, int) else None, url if isinstance(url, str) else None, listings,
        other_ids,
    )  # fmt: skip


def _listing(row: Sequence[object]) -> Listing:
    """Read a row of `_LISTING_COLUMNS`."""
    source, line, title, day, inferred, *rest = row
    return Listing(source, line, title, _date(day), bool(inferred), *rest)  # type: ignore[arg-type]


def _paper_row(paper: Paper) -> tuple[object, ...]:
    return (
        paper.id, paper.title, paper.abstract, paper.date and paper.date.isoformat(), paper.date_inferred,
        json.dumps(paper.authors), paper.author_count, paper.url,
    )  # fmt: skip


def _listing_row(listing: Listing) -> tuple[object, ...]:
    day = listing.date and listing.date.isoformat()
    return (
        listing.source, listing.line, listing.title, day, listing.date_inferred,
        listing.author_count, listing.organisation, listing.discussions,
    )  # fmt: skip


def _date(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
