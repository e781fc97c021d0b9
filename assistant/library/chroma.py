"""Chunks with vectors <-> a Chroma collection in a folder, laid out so that stock llama-index opens it."""

import contextlib
import importlib.util
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import LibraryError
from assistant.library import disk, memory
from assistant.library.index import REINDEX, ChunkRow, Neighbour, VectorIndex

_COLLECTION = "papers"
_DATABASE = "chroma.sqlite3"
# All given here, so that no variable of the environment changes them.
_SETTINGS = {
    "anonymized_telemetry": False,
    "allow_reset": False,
    "migrations": "apply",
    "chroma_api_impl": "chromadb.api.rust.RustBindingsAPI",
}
_BATCH = 500  # Chroma refuses more than 5,461; 500 keeps memory and the time to Ctrl-C small


class ChromaIndex(VectorIndex):
    """An open collection."""

    def __init__(self, folder: Path, *, create: bool = False) -> None:
        """Open the collection in `folder`; `create` makes it."""
        chromadb = _chromadb()
        self._folder = folder
        with _translated(folder):
            if not create and not (folder / _DATABASE).stat().st_size:
                raise EOFError(f"{_DATABASE} is empty")  # of which Chroma would make a new, empty index
            settings = chromadb.config.Settings(_env_file=None, **_SETTINGS)
            self._client = chromadb.PersistentClient(str(folder.absolute()), settings=settings)
            try:
                self._collection = self._open(create)
            except BaseException:
                self.close()
                raise

    def _open(self, create: bool) -> Any:
        # No embedding function, ever: one named by a tampered store would be loaded and run.
        if create:
            space = {"hnsw": {"space": "cosine"}}
            return self._client.create_collection(_COLLECTION, configuration=space, embedding_function=None)
        return self._client.get_collection(_COLLECTION, embedding_function=None)

    def close(self) -> None:
        """Flush and let go of the folder."""
        with contextlib.suppress(Exception):
            self._client.close()

    def count(self) -> int:
        """Return the number of chunks."""
        with _translated(self._folder):
            return int(self._collection.count())

    def put(self, rows: Iterable[ChunkRow]) -> None:
        """Add chunks, or replace those whose ids are there."""
        remaining = iter(rows)
        while batch := list(islice(remaining, _BATCH)):
            with _translated(self._folder):
                self._collection.upsert(
                    ids=[row.id for row in batch],
                    embeddings=np.stack([row.vector for row in batch]),
                    documents=[row.text for row in batch],
                    metadatas=[_metadata(row) for row in batch],
                )

    def remove(self, paper_ids: Sequence[str]) -> None:
        """Remove every chunk of these papers."""
        for start in range(0, len(paper_ids), _BATCH):
            with _translated(self._folder):
                self._collection.delete(where={"document_id": {"$in": list(paper_ids[start : start + _BATCH])}})

    def get(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of these chunks; unknown ids are left out."""
        with _translated(self._folder):
            if not ids:
                return {}  # Chroma refuses to look for nothing
            answer = self._collection.get(ids=list(ids), include=["embeddings"])
            return dict(zip(answer["ids"], np.asarray(answer["embeddings"], np.float32), strict=True))

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[Neighbour]:
        """Return the `limit` chunks nearest to a unit vector, best first; Chroma's cosine distance is 1 - cosine."""
        with _translated(self._folder):
            answer = self._collection.query(
                query_embeddings=[vector], n_results=limit, include=["distances", "metadatas"]
            )
        rows = zip(answer["ids"][0], answer["metadatas"][0], answer["distances"][0], strict=True)
        return [Neighbour(id, metadata["document_id"], 1.0 - distance) for id, metadata, distance in rows]

    @staticmethod
    def changes_when_opened(path: Path) -> bool:
        """Whether this is Chroma's database: whoever opens a collection, if only to read, writes a few bytes there."""
        return path.name == _DATABASE

    @staticmethod
    def is_unwritten(path: Path) -> bool:
        """Whether a file is of a graph that Chroma has not written yet, as it does from 1,000 chunks on.

        Until then the vectors are in its database, and each opening writes whatever is in memory to these files.
        """
        return path.suffix == ".bin" and not (path.parent / "index_metadata.pickle").exists()


@contextlib.contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """Turn whatever Chroma raises into a `LibraryError` that names the cure."""
    try:
        yield
    except Exception as error:
        cause = f"{type(error).__name__}: {str(error)[:200]}"
        raise disk.full(folder, error) or LibraryError(
            "the vector index failed", path=folder, cause=cause, cure=REINDEX
        ) from error


def _metadata(row: ChunkRow) -> dict[str, str]:
    """Return what llama-index's ChromaVectorStore expects beside a node's text, in the layout of its version 0.14."""
    facts = {"title": row.title, "date": row.date}
    source = {"node_id": row.paper_id, "node_type": "4", "metadata": {}, "class_name": "RelatedNodeInfo"}
    node = {"id_": row.id, "metadata": facts, "relationships": {"1": source}, "text": "", "class_name": "TextNode"}
    return {
        **facts,
        "_node_type": "TextNode",
        "_node_content": json.dumps(node),
        "document_id": row.paper_id,
        "doc_id": row.paper_id,
        "ref_doc_id": row.paper_id,
    }


def _chromadb() -> Any:
    """Import chromadb from its own folder: it reads `.env` of the working folder while it is imported."""
    if "chromadb" in sys.modules:
        return sys.modules["chromadb"]
    memory.require(memory.INDEXING)
    package = importlib.util.find_spec("chromadb")
    if package is None or not package.submodule_search_locations:
        raise LibraryError("the package chromadb is not installed", cure="run `make setup`")
    before = os.open(".", os.O_RDONLY)  # leads back even where the folder was removed
    try:
        os.chdir(package.submodule_search_locations[0])
        try:
            import chromadb
            import chromadb.config
        finally:
            os.fchdir(before)
    except Exception as error:  # pydantic's, where a variable of the environment is not to its liking
        raise LibraryError(
            "chromadb cannot be loaded", cause=str(error)[:300], cure="unset the variable it names"
        ) from error
    finally:
        os.close(before)
    return chromadb
