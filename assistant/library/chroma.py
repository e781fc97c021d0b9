"""Chunks with vectors <-> a Chroma collection in a folder, laid out so that stock llama-index opens it."""

import contextlib
import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import LibraryError
from assistant.library import allowance, disk
from assistant.library.index import REINDEX, ChunkRow, Neighbour, VectorIndex, is_panic

_COLLECTION = "papers"
_DATABASE = "chroma.sqlite3"
_HOME = ("default_tenant", "default_database")  # where the public client looks unless told otherwise
_BREADTHS = ((300_000, 500), (math.inf, 800))
"""(most chunks, how many of them are looked at for one question: `ef_search`). Of 100,000 papers the ten nearest are
among the candidates with 500 in 0.995 of cases, with 800 in 0.998, with Chroma's own 100 in 0.930; of a million with
400 in 0.966, with 800 in 0.987. Words are searched meanwhile, which takes as long."""
_SYNCED = 100
"""After so many new chunks Chroma writes its graph; what came since every process that opens it adds anew."""
_PAGE = 32_768  # bytes of the database
_GRAPHS = 16  # that the engine may hold in memory; a folder has one
_BATCH = 500  # Chroma refuses more than 5,461; 500 keeps memory and the time to Ctrl-C small


class ChromaIndex(VectorIndex):
    """An open collection.

    It speaks to the engine inside of the package, `chromadb_rust_bindings`, as `chromadb/api/rust.py` of version 1.5
    does. The public client around it takes half a second to import, and heeds the environment and a `.env` file. Only
    where it fails does the engine import the rest of the package, for the classes of its errors.
    """

    def __init__(self, folder: Path, *, size: int | None = None) -> None:
        """Open the collection in `folder`; with a `size` make it, for about so many chunks."""
        self._folder = folder
        self._engine: Any = None
        self._is_changed = False
        allowance.require_for_indexing()
        with _translated(folder):
            if size is None and not (folder / _DATABASE).stat().st_size:
                raise EOFError(f"{_DATABASE} is empty")  # of which Chroma would make a new, empty index
            self._engine = _engine(folder.absolute())
            try:
                if size is None:
                    collection = self._engine.get_collection(_COLLECTION, *_HOME)
                else:
                    settings = _configuration(size)
                    collection = self._engine.create_collection(_COLLECTION, settings, None, None, False, *_HOME)
            except BaseException:
                self.close()
                raise
            self._collection = str(collection.id)

    def close(self) -> None:
        """Flush and let go of the folder, both of which the engine does when nobody has it any more."""
        self._engine = None
        if self._is_changed:
            self._is_changed = False
            with _translated(self._folder):
                _compact(self._folder / _DATABASE)

    def count(self) -> int:
        """Return the number of chunks."""
        with _translated(self._folder):
            return int(self._engine.count(self._collection, *_HOME))

    def put(self, rows: Iterable[ChunkRow]) -> None:
        """Add chunks, or replace those whose ids are there."""
        remaining = iter(rows)
        while batch := list(islice(remaining, _BATCH)):
            with _translated(self._folder):
                self._engine.upsert(
                    self._collection,
                    [row.id for row in batch],
                    [row.vector.tolist() for row in batch],
                    [_metadata(row) for row in batch],
                    None,  # no documents: Chroma's index of their trigrams takes 5 KB a paper, and a third of the time
                    None,
                    *_HOME,
                )
        self._is_changed = True

    def remove(self, paper_ids: Sequence[str]) -> None:
        """Remove every chunk of these papers."""
        for start in range(0, len(paper_ids), _BATCH):
            where = json.dumps({"document_id": {"$in": list(paper_ids[start : start + _BATCH])}})
            with _translated(self._folder):
                self._engine.delete(self._collection, None, where, None, None, *_HOME)
        self._is_changed = True

    def get(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of these chunks; unknown ids are left out."""
        with _translated(self._folder):
            if not ids:
                return {}  # Chroma refuses to look for nothing
            answer = self._engine.get(self._collection, list(ids), None, None, 0, None, ["embeddings"], *_HOME)
            return dict(zip(answer.ids, np.asarray(answer.embeddings, np.float32), strict=True))

    def nearest(self, vectors: NDArray[np.float32], limit: int) -> list[list[Neighbour]]:
        """Return for each unit row of `vectors` the `limit` chunks nearest to it, best first. Chroma's cosine distance
        is 1 - cosine."""
        with _translated(self._folder):
            answer = self._engine.query(
                self._collection, None, vectors.tolist(), limit, None, None, ["distances"], *_HOME
            )
        return [
            [Neighbour(id, 1.0 - distance) for id, distance in zip(*row, strict=True)]
            for row in zip(answer.ids, answer.distances, strict=True)
        ]

    @staticmethod
    def changes_when_opened(path: Path) -> bool:
        """Whether this is Chroma's database: whoever opens a collection, if only to read, writes a few bytes there."""
        return path.name == _DATABASE

    @staticmethod
    def is_unwritten(path: Path) -> bool:
        """Whether a file is of a graph that Chroma has not written yet, as it does from 100 chunks on.

        Until then the vectors are in its database, and each opening writes whatever is in memory to these files.
        """
        return path.suffix == ".bin" and not (path.parent / "index_metadata.pickle").exists()


@contextlib.contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Turn whatever Chroma raises into a `LibraryError` that names the cure."""
    try:
        yield
    except BaseException as error:
        if not isinstance(error, Exception) and not is_panic(error):
            raise
        cause = f"{type(error).__name__}: {str(error)[:200]}"
        raise disk.full(folder, error) or LibraryError(
            "the vector index failed", path=folder, cause=cause, cure=REINDEX
        ) from error


def _configuration(size: int) -> str:
    """Return the settings of a collection of so many chunks, as the public client writes them. No embedding function,
    ever: one named by a tampered store would be loaded and run."""
    breadth = next(breadth for most, breadth in _BREADTHS if size <= most)
    graph = {"space": "cosine", "sync_threshold": _SYNCED, "ef_search": breadth}
    return json.dumps({"hnsw": graph, "spann": None, "embedding_function": {"type": "legacy"}})


def _metadata(row: ChunkRow) -> dict[str, str]:
    """Return what llama-index's ChromaVectorStore expects of a node, in the layout of its version 0.14; what it takes
    for granted where that is left out is left out."""
    facts = {"title": row.title, "date": row.date}
    node = {
        "id_": row.id,
        "metadata": facts,
        "relationships": {"1": {"node_id": row.paper_id, "class_name": "RelatedNodeInfo"}},
        "text": row.text,
    }
    content = json.dumps(node, separators=(",", ":"))
    return {**facts, "_node_content": content, "document_id": row.paper_id}


def _compact(database: Path) -> None:
    """Have the database take no more room than it needs, once the engine is gone.

    Its index of metadata by value has every text a second time, on pages of its own: half of all bytes. It serves
    filters by equal metadata, which are answered without it, more slowly, and finding by vectors does not use it.
    Larger pages leave less room between texts.
    """
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("DROP INDEX IF EXISTS embedding_metadata_string_value")
        connection.execute(f"PRAGMA page_size = {_PAGE}")
        connection.execute("VACUUM")


def _engine(folder: Path) -> Any:
    """Open Chroma's engine in `folder`, which is made where it is missing."""
    try:
        import chromadb_rust_bindings as chroma
    except ImportError as error:
        raise LibraryError(
            "the package chromadb is not installed", cause=str(error), cure="run `make setup`"
        ) from error
    database = chroma.SqliteDBConfig(
        hash_type=chroma.MigrationHash.MD5, migration_mode=chroma.MigrationMode.Apply, url=str(folder / _DATABASE)
    )
    return chroma.Bindings(
        allow_reset=False, sqlite_db_config=database, persist_path=str(folder), hnsw_cache_size=_GRAPHS
    )
