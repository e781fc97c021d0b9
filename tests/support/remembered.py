"""A model -> the same model, which computes a text or a pair once however often it is asked.

A vector depends on nothing but its text and a score on nothing but its pair (tests/models/onnx shows so): whoever asks
the same of many variants of a library or of an answer gets what the model itself would say, in a part of the time.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.models.base import Embedder, Reranker

Key = TypeVar("Key", bound=Hashable)
Rows = NDArray[np.float32]


class _Rows:
    """What was computed so far, by what it was computed of; threads at worst compute the same twice."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Rows] = {}

    def of(self, keys: Sequence[Key], compute: Callable[[list[Key]], Rows]) -> list[Rows]:
        if unknown := [key for key in dict.fromkeys(keys) if key not in self._known]:
            self._known.update(zip(unknown, compute(unknown), strict=True))
        return [self._known[key] for key in keys]


class RememberingEmbedder:
    """An embedder with the fingerprint of the one it asks."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._passages, self._queries = _Rows(), _Rows()
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Rows:
        return self._matrix(self._passages.of(texts, lambda unknown: self._embedder.embed(unknown, on_progress)))

    def embed_queries(self, texts: Sequence[str]) -> Rows:
        return self._matrix(self._queries.of(texts, self._embedder.embed_queries))

    def _matrix(self, rows: list[Rows]) -> Rows:
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32)


class RememberingReranker:
    """A reranker with the fingerprint of the one it asks."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker
        self._scores = _Rows()
        self.fingerprint = reranker.fingerprint

    def score(self, pairs: Sequence[tuple[str, str]]) -> Rows:
        return np.array(self._scores.of(pairs, self._reranker.score), np.float32)
