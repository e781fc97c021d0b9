"""Vectors and a filter -> the papers nearest to them: by the vector index, and beside it the tail, one by one."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.library import chunks, full_texts, tail
from assistant.library.catalogue import Catalogue
from assistant.library.embeddings import VectorTable
from assistant.library.index import VectorIndex
from assistant.library.vector_reader import VectorReader

_MOST_IDS = 10_000  # chunks that an index is told to look among; of more papers many are among the nearest of all
_FURTHER = 8  # times as many it is asked for where too few of those count


class NearestPapers:
    """The search for vectors of one generation."""

    def __init__(self, catalogue: Catalogue, vector_index: VectorIndex, vectors: VectorReader) -> None:
        """`vectors` reads those of the tail."""
        self._catalogue = catalogue
        self._index = vector_index
        self._vectors = vectors
        self._last: tuple[frozenset[str], list[str]] = (frozenset(), [])
        """The papers that a filter admitted last, and their chunks: the next question mostly has the same filter."""

    def close(self) -> None:
        """Let go of the vector index."""
        self._index.close()

    def find(self, vectors: NDArray[np.float32], limit: int, allowed: frozenset[str] | None) -> list[list[str]]:
        """Return for each unit row of `vectors` the ids of at least `limit` papers that are nearest to it, as far as
        there are so many, of those with the ids `allowed` (None: of all). Raises `LibraryError`."""
        indexed, late = self._indexed(vectors, limit, allowed), self._late(vectors, limit, allowed)
        return [[*ids, *late_ids] for ids, late_ids in zip(indexed, late, strict=True)]

    @cached_property
    def _changes(self) -> dict[str, bool]:
        return tail.ids(self._catalogue)

    @cached_property
    def _tail(self) -> VectorTable:
        return self._vectors.table(list(self._changes))

    def _indexed(self, vectors: NDArray[np.float32], limit: int, allowed: frozenset[str] | None) -> list[list[str]]:
        """Return the ids of papers that the index has as they are. A long list of chunks is slow to look up: then more
        of all are asked for, until enough count."""
        if allowed is not None and len(allowed) <= _MOST_IDS:
            chunk_ids = self._chunk_ids(allowed)
            if len(chunk_ids) <= _MOST_IDS:
                rows = self._index.nearest(vectors, limit, chunk_ids) if chunk_ids else [[] for _ in vectors]
                return [[near.paper_id for near in row] for row in rows]
        count = limit
        while True:
            rows = self._index.nearest(vectors, count)
            ids = [[id for near in row if self._counts(id := near.paper_id, allowed)] for row in rows]
            if all(len(row) < count for row in rows) or all(len(row) >= limit for row in ids):
                return ids
            count *= _FURTHER

    def _late(self, vectors: NDArray[np.float32], limit: int, allowed: frozenset[str] | None) -> list[list[str]]:
        """Return the ids of papers of the tail."""
        if not self._changes or not self._tail.ids:
            return [[] for _ in vectors]
        table = self._tail
        orders = np.argsort(-table.cosines(vectors), axis=1, kind="stable")
        ranked = ([table.ids[row] for row in order] for order in orders)
        return [[id for id in ids if allowed is None or id in allowed][:limit] for ids in ranked]

    def _counts(self, id: str, allowed: frozenset[str] | None) -> bool:
        return id not in self._changes and (allowed is None or id in allowed)

    def _chunk_ids(self, allowed: frozenset[str]) -> list[str]:
        """Return the ids of the chunks that the index has of these papers as they are."""
        if self._last[0] != allowed:
            ids = [id for id in allowed if id not in self._changes]
            counts = full_texts.counts(self._catalogue, ids)
            rows = self._catalogue.texts(ids)
            sizes = {id: chunks.count(title, abstract, counts.get(id, 0)) for id, title, abstract in rows}
            self._last = allowed, [chunks.chunk_id(id, number) for id, size in sizes.items() for number in range(size)]
        return self._last[1]
