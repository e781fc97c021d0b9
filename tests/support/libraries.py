"""What the tests of the library stand on: papers made by rule, an embedder without a model, a look into every part."""

import atexit
import contextlib
import functools
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Entry, Listing
from assistant.library import (
    bm25,
    chunks,
    contents,
    database,
    generations,
    health,
    index,
    integrity,
    rows,
    tail,
    writer,
)
from assistant.library.reports import Report
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import retriever
from assistant.testing import HashingEmbedder

SUBJECTS = ("moss", "granite", "rivers", "ferns", "comets", "bridges", "violins", "glaciers", "lichen", "tides")
VERBS = ("measure", "weigh", "predict", "explain", "compare", "count", "restore")
MADE = 40
QUESTIONS = ("How do we predict glaciers?", "moss and granite", "counting violins in paper 17", "Who restores bridges?")


class HashedWords(HashingEmbedder):
    """The hashing embedder, which remembers what it embedded."""

    def __init__(self, dimension: int = 32) -> None:
        super().__init__(dimension)
        self.read: list[str] = []
        """Every text that was embedded, in order."""

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        self.read += texts
        return super().embed(texts, on_progress)


def entry(number: int, extra: str = "") -> Entry:
    """One listing; the same number is the same paper, `extra` another edition of its abstract."""
    subject, other = SUBJECTS[number % 10], SUBJECTS[number // 10 % 10]
    verb = VERBS[number % 7]
    abstract = (
        f"This paper is about {subject} near {other}. We {verb} item{number} in {number % 13} places and see {other} "
        f"change. The error is below {number % 9 + 1} percent. Nothing of this was known for {subject}{number}.{extra}"
    )
    title = f"How to {verb} {subject} and {other}, part {number}"
    return Entry(
        Listing("made.jsonl", number + 1, title, date(2024, 1, 1) + timedelta(number)), abstract, f"id{number}"
    )


def entries(start: int, stop: int) -> list[Entry]:
    return [entry(number) for number in range(start, stop)]


def ids(start: int, stop: int) -> set[str]:
    return {f"id{number}" for number in range(start, stop)}


def ingest(folder: Path, rows: Sequence[Entry], embedder: HashedWords | None = None) -> Report:
    return writer.add(folder, rows, embedder or HashedWords())


@functools.cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    ingest(folder / "library", entries(0, MADE))
    return folder / "library"


def made(folder: Path) -> Path:
    """Put a library of `MADE` papers into `folder`: a copy of one made once, the times of its files copied too."""
    return Path(shutil.copytree(_made(), folder / "library"))


Results = list[list[tuple[str, float]]]


def results(library: LibrarySnapshot, embedder: HashedWords | None = None) -> Results:
    """The papers for every question, with their scores."""
    vectors = (embedder or HashedWords(library.dimension)).embed(QUESTIONS)
    evidence = [
        retriever.retrieve(library, vector, question, 10) for vector, question in zip(vectors, QUESTIONS, strict=True)
    ]
    return [[(item.paper.id, item.score) for item in items] for items in evidence]


@dataclass(frozen=True)
class Parts:
    """The ids of the papers in each of the three parts of a library."""

    catalogue: set[str]
    words: set[str]
    vectors: set[str]


def parts(folder: Path) -> Parts:
    """Open the library as a reader does, without mending it, and look into every part; all must be sound."""
    messages: list[str] = []
    with LibrarySnapshot(folder, HashedWords().fingerprint, on_message=messages.append, heal=False) as library:
        assert (library.problems, messages) == ({}, [])
        papers = library.papers()
        assert [paper.id for paper in papers] == list(library.ids) == list(library.table.ids)
        words = set(library.word_search.scores("paper", len(papers) + 10))
        changes = tail.ids(library.catalogue)
        indexed = [paper for paper in papers if paper.id not in changes]
        expected = [chunks.chunk_id(paper.id, n) for paper in indexed for n in range(chunks.count_of(paper))]
        if not library.vector_index_folder.exists():
            assert not papers
            return Parts(set(), set(), set())
        # Read from a copy, for reading changes a few bytes.
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(shutil.copytree(library.vector_index_folder, Path(scratch) / "copy"))
            with contextlib.closing(index.load(library.catalogue.vector_index())(copy)) as vectors:
                assert vectors.count() == contents.of(library.catalogue).chunk_count
                assert changes or vectors.count() == len(expected)
                stored = vectors.get(expected)
                assert sorted(stored) == sorted(expected)
    ids = {paper.id for paper in papers}
    return Parts(ids, words, {id.rsplit("#", 1)[0] for id in stored} | (changes.keys() & ids))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def examined(library: LibrarySnapshot) -> list[str]:
    """All that is wrong with a library, with every file read and the vector index tried."""
    return [fault.problem for fault in health.faults(library.folder, library.catalogue, library.problems)]


def downgrade(folder: Path) -> None:
    """Make of a catalogue what the first version of the schema wrote."""
    downgrade_lookups(folder)
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        connection.execute("ALTER TABLE papers DROP COLUMN aliases")
        for table in ("papers", "embeddings"):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN checksum")
        connection.execute("DELETE FROM state WHERE key = 'checksum'")
        connection.execute("PRAGMA user_version = 1")


def downgrade_lookups(folder: Path) -> None:
    """Take out of a library what the fourth version of the schema brought."""
    downgrade_upkeep(folder)
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        for name in ("TABLE names", "TABLE changes", "INDEX papers_by_date"):
            connection.execute(f"DROP {name}")
        new = "'order', 'papers', 'vectors', 'indexed', 'changes', 'words', 'gone'"
        connection.execute(f"DELETE FROM state WHERE key IN ({new})")
        texts = connection.execute("SELECT title, abstract FROM papers ORDER BY position").fetchall()
        [(generation,)] = connection.execute("SELECT value FROM state WHERE key = 'generation'").fetchall()
        connection.execute("DELETE FROM files WHERE path LIKE 'lexical/%'")
        generations.empty(folder, index.LEXICAL, int(generation))
        bm25.build_index(texts, folder / index.LEXICAL / generation)
        files = integrity.manifest(folder, index.LEXICAL, int(generation))
        rows = [(generation, path, *facts) for path, facts in files.items()]
        connection.executemany("INSERT INTO files VALUES (?, ?, ?, ?, ?)", rows)


def downgrade_full_texts(folder: Path) -> None:
    """Take out of a library what the sixth version of the schema brought."""
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        for name in ("INDEX papers_by_full_text", "TABLE full_texts"):
            connection.execute(f"DROP {name}")
        for table in ("papers", "past_papers"):
            connection.execute(f"ALTER TABLE {table} DROP COLUMN full_text")
        connection.execute("PRAGMA user_version = 5")


def downgrade_upkeep(folder: Path) -> None:
    """Take out of a library what the fifth version of the schema brought."""
    downgrade_full_texts(folder)
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        for table in ("annotations", "arrivals", "sources"):
            connection.execute(f"DROP TABLE {table}")
        for table in ("changes", "annotations", "papers", "listings"):
            connection.execute(f"DROP TABLE past_{table}")
        connection.execute("DELETE FROM state WHERE key = 'past' OR key LIKE 'rows%'")
        checksum = rows.state_checksum(dict(connection.execute("SELECT key, value FROM state")))
        connection.execute("UPDATE state SET value = ? WHERE key = 'checksum'", (checksum,))
        connection.execute("PRAGMA user_version = 4")


def sql(path: Path, *statements: str) -> None:
    """Run statements on a database, whatever refers to what they change."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for statement in statements:
            connection.execute(statement)


def damage_indexes(folder: Path) -> None:
    """Damage both indexes, so that a reader mends them."""
    (folder / "chroma/1/chroma.sqlite3").write_bytes(b"x")
    shutil.rmtree(folder / "lexical/1", ignore_errors=True)
