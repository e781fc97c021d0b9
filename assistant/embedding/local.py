"""Texts -> vectors with all-MiniLM-L6-v2 on this machine, without torch."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.cache import default_folder
from assistant.embedding.encoder import VERSION, Encoder, load_encoder
from assistant.embedding.weights import MODEL, WEIGHTS_SHA256, find_model
from assistant.errors import UsageError

Vectors = NDArray[np.float32]
Span = tuple[int, int]
Progress = Callable[[int], None]
Item = TypeVar("Item")
Result = TypeVar("Result")

DIMENSION = 384
TEXT_TOKENS = 256
"""What the model was trained to read, and what sentence-transformers gives it."""
MOST_TOKENS = 512
"""What it has positions for."""


def fingerprint(precision: str = "int8") -> str:
    """What a `LocalEmbedder` of this precision calls itself; needs no model."""
    return f"{MODEL}@{WEIGHTS_SHA256[:8]}/{precision}/{VERSION}"


class LocalEmbedder:
    """Runs one text on each core at a time: no padding is computed, and no text can change another's vector."""

    def __init__(
        self,
        precision: Literal["int8", "fp32"] = "int8",
        threads: int | None = None,
        *,
        places: Sequence[Path] | None = None,
        cache: Path | None = None,
    ) -> None:
        """Finds the model at once; loads it when the first text comes (or with `load`)."""
        if precision not in ("int8", "fp32"):
            raise UsageError(f"The embedder's precision is int8 or fp32, not {precision!r}")
        self._precision = precision
        self._threads = max(1, threads or usable_cores())
        self._model = find_model(places)
        self._cache = cache or default_folder(os.environ)
        self._encoder: Encoder | None = None
        self._loading = Lock()

    @property
    def fingerprint(self) -> str:
        """Model, weights, precision and the version of what is computed from them."""
        return fingerprint(self._precision)

    @property
    def dimension(self) -> int:
        """Length of one vector."""
        return DIMENSION

    def load(self) -> Encoder:
        """Make ready to embed; may be called from any thread, and again."""
        with self._loading:
            if self._encoder is None:
                self._encoder = load_encoder(self._model, self._precision, self._cache)
            return self._encoder

    def embed(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """One row of length one a text, over its first 256 tokens; `progress` hears how many are done."""
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        if texts:
            encode = partial(self.load().vector, limit=TEXT_TOKENS)
            for row, vector in enumerate(self._mapped(encode, texts)):
                vectors[row] = vector
                if progress:
                    progress(row + 1)
        return vectors

    def embed_with_spans(
        self,
        texts: Sequence[str],
        spans: Sequence[Sequence[Span]],
        progress: Progress | None = None,
        whole_tokens: int = TEXT_TOKENS,
    ) -> list[Vectors]:
        """For each text a matrix: the text's vector, then one for each of its spans of characters, read in context.

        The model reads 512 tokens once. The first row is the mean over `whole_tokens` of them, the others over the
        tokens of their span; a span without any (blank, or beyond the 512) has the text's own vector.
        """
        if len(texts) != len(spans):
            raise ValueError(f"{len(texts)} texts with the spans of {len(spans)}")
        matrices: list[Vectors] = []
        if texts:
            encoder = self.load()

            def encode(pair: tuple[str, Sequence[Span]]) -> Vectors:
                return encoder.vectors(*pair, limit=MOST_TOKENS, whole=whole_tokens)

            for matrix in self._mapped(encode, list(zip(texts, spans, strict=True))):
                matrices.append(matrix)
                if progress:
                    progress(len(matrices))
        return matrices

    def _mapped(self, encode: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """The results in order, one item on each core at a time; a single item needs no other thread."""
        if len(items) == 1 or self._threads == 1:
            yield from map(encode, items)
            return
        pool = ThreadPoolExecutor(min(self._threads, len(items)), "embedding")
        try:
            yield from pool.map(encode, items)
        finally:
            pool.shutdown(cancel_futures=True)


def usable_cores() -> int:
    """The cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
