"""Vectors and a filter -> the papers nearest to them: by the vector index, and beside it one by one.

One by one are compared the tail, which the index has not got, and the papers of a filter that admits few: told to look
among these, Chroma takes 73 ms where comparing a thousand takes 1.
"""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.library import deepening, full_texts, tail
from assistant.library.catalogue import Catalogue
from assistant.library.embeddings import VectorTable
from assistant.library.index import Neighbour, VectorIndex
from assistant.library.vector_reader import VectorReader

_FEW = 20_000  # vectors of the papers that a filter admits, which are then compared one by one; 31 MB
_SPARE = 1.5  # times as many chunks the index is asked for as a filter is to be expected to leave


Near = tuple[float, str]
"""The cosine of a paper, and its id."""


class NearestPapers:
    """The search for vectors of one generation."""

    def __init__(self, catalogue: Catalogue, vector_index: VectorIndex, vectors: VectorReader, few: int = _FEW) -> None:
        """`vectors` reads those of the tail, and of the papers of a filter where these are at most `few`."""
        self._few = few
        self._catalogue = catalogue
        self._index = vector_index
        self._vectors = vectors
        self._admitted: tuple[frozenset[str], VectorTable | None] | None = None
        """The papers that a filter admitted last, and their vectors where these are few: the next question mostly has
        the same filter."""

    def close(self) -> None:
        """Let go of the vector index."""
        self._thread.shutdown()
        self._index.close()

    def begin(
        self, vectors: NDArray[np.float32], limit: int, allowed: frozenset[str] | None
    ) -> Callable[[], list[list[str]]]:
        """Begin to search for the `limit` papers that are nearest to each unit row of `vectors`, of those with the ids
        `allowed` (None: of all), and return what waits for their ids, best first, and raises `LibraryError`.

        The index searches in a thread of its own: meanwhile the caller searches for words, which takes as long.
        """
        if allowed is not None and (table := self._table(allowed)):
            return lambda: [_ids(row) for row in _ranked(table, vectors, limit)]
        # So many that enough of them are to be expected to count.
        share = 1.0 if allowed is None else len(allowed) / max(self._size, 1)
        count = limit if share >= 1 else math.ceil(_SPARE * limit / share)
        first = self._started(vectors, count)

        def search(further: int) -> list[list[Neighbour]]:
            return first() if further == count else self._index.nearest(vectors, further)

        def counts(id: str) -> bool:
            return id not in self._changes and (allowed is None or id in allowed)

        def joined() -> list[list[str]]:
            indexed = deepening.papers(search, count, limit, lambda row: _papers(row, counts))
            late = self._late(vectors, limit, allowed)
            return [_ids(sorted(two, reverse=True)[:limit]) for two in map(list.__add__, indexed, late)]

        return joined

    def _started(self, vectors: NDArray[np.float32], count: int) -> Callable[[], list[list[Neighbour]]]:
        """Have the index search, in a thread where one can be had, and return what waits for the chunks."""
        try:
            return self._thread.submit(self._index.nearest, vectors, count).result
        except RuntimeError:  # this program may have no more threads (`ulimit -u`)
            return lambda: self._index.nearest(vectors, count)

    @cached_property
    def _thread(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(1, "vector index")

    @cached_property
    def _size(self) -> int:
        return self._catalogue.size()

    @cached_property
    def _changes(self) -> dict[str, bool]:
        return tail.ids(self._catalogue)

    @cached_property
    def _tail(self) -> VectorTable:
        return self._vectors.table(list(self._changes))

    def _table(self, allowed: frozenset[str]) -> VectorTable | None:
        """Return the vectors of the papers that a filter admits; None where they are many."""
        if self._admitted is None or self._admitted[0] != allowed:
            ids = sorted(allowed)
            count = len(ids)
            if count <= self._few:
                count += sum(full_texts.counts(self._catalogue, ids).values())
            self._admitted = allowed, self._vectors.table(ids) if count <= self._few else None
        return self._admitted[1]

    def _late(self, vectors: NDArray[np.float32], limit: int, allowed: frozenset[str] | None) -> list[list[Near]]:
        """Return papers of the tail, with their cosines."""
        if not self._changes or not self._tail.ids:
            return [[] for _ in vectors]
        return _ranked(self._tail, vectors, limit, allowed)


def _papers(row: Sequence[Neighbour], counts: Callable[[str], bool]) -> list[Near]:
    """Return the papers of chunks, best first, of those that count: each once, as near as its nearest chunk."""
    cosines: dict[str, float] = {}
    for near in row:
        cosines.setdefault(near.paper_id, near.cosine)
    return [(cosine, id) for id, cosine in cosines.items() if counts(id)]


def _ranked(
    table: VectorTable, vectors: NDArray[np.float32], limit: int, allowed: frozenset[str] | None = None
) -> list[list[Near]]:
    """Return for each unit row of `vectors` at most `limit` papers of a table, best first, of those with the ids
    `allowed` (None: of all)."""
    cosines, ids = table.cosines(vectors), table.ids
    if allowed is not None:
        places = [place for place, id in enumerate(ids) if id in allowed]
        cosines, ids = cosines[:, places], tuple(ids[place] for place in places)
    orders = np.argsort(-cosines, axis=1, kind="stable")[:, :limit]
    return [[(float(row[place]), ids[place]) for place in order] for row, order in zip(cosines, orders, strict=True)]


def _ids(row: Sequence[Near]) -> list[str]:
    return [id for _, id in row]
