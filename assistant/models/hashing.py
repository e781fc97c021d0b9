"""Texts -> vectors drawn from the hashes of their words: an embedder without a model, for tests and for trying out."""

import hashlib
import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import UsageError

DIMENSION = 32


class HashingEmbedder:
    """Gives each word a direction drawn from its hash; the vector of a text is the sum of its words', of length one.

    Texts that share words have similar vectors, and nothing else has: neither synonyms nor the order of words are
    seen. It needs no model, no network and no time, and gives the same vectors on every machine; so it serves to try
    the assistant out and to test what is built on it. Questions are better asked with the local embedder.

    >>> embedder = HashingEmbedder()
    >>> embedder.fingerprint
    'hashed-words/32'
    >>> question, same, other = embedder.embed(["Do rivers rise?", "rivers RISE, do", "Moss grows."])
    >>> float(round(question @ same, 4)), bool(question @ other < 0.9)
    (1.0, True)
    """

    def __init__(self, dimension: int = DIMENSION) -> None:
        """`dimension` is the number of components of a vector; raises `UsageError` where it is less than one."""
        if dimension < 1:
            raise UsageError(f"a vector cannot have {dimension} components", cure="give a number from 1 on")
        self.dimension = dimension
        self.fingerprint = f"hashed-words/{dimension}"

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Return a matrix of shape (texts, dimension), its rows of length one and in the order of the texts.

        `on_progress` gets the number of texts that are done, once: when all are.
        """
        matrix = np.empty((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            matrix[row] = self._vector(text)
        if on_progress and texts:
            on_progress(len(texts))
        return matrix

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the same as `embed`: a question is a text like any other."""
        return self.embed(texts)

    def _vector(self, text: str) -> NDArray[np.float32]:
        total = self._sum(re.findall(r"\w+", text.lower()) or [text])
        if not total.any():  # the words cancel out, as may happen in few dimensions: a text is a word of its own then
            total = self._sum([text])
        return np.asarray(total / np.linalg.norm(total), np.float32)

    def _sum(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Return the sum of the words' directions, each a row of bytes less their mean of 127.5."""
        digests = [hashlib.shake_256(word.encode("utf-8", "surrogatepass")).digest(self.dimension) for word in words]
        rows = [np.frombuffer(digest, np.uint8) for digest in digests]
        return np.asarray(np.sum(rows, axis=0, dtype=np.float32) - 127.5 * len(words), np.float32)
