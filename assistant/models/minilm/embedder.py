"""Texts -> vectors with all-MiniLM-L6-v2 on this machine, without torch."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import UsageError
from assistant.models.minilm.cache import default_folder
from assistant.models.minilm.encoder import VERSION, Encoder, load_encoder
from assistant.models.minilm.weights import MODEL, WEIGHTS_SHA256, find_model

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]
Item = TypeVar("Item")
Result = TypeVar("Result")

DIMENSION = 384
_RUN_TOKENS = 256
"""Tokens of one run: by then the weights, read once a run, are no longer what takes the time."""


def fingerprint(precision: str = "int8") -> str:
    """What a `LocalEmbedder` of this precision calls itself; needs no model."""
    return f"{MODEL}@{WEIGHTS_SHA256[:8]}/{precision}/{VERSION}"


class LocalEmbedder:
    """Runs texts of the same length together: no padding is computed, and a vector depends on nothing but its text."""

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
            encoder = self.load()
            ids = [encoder.read(text) for text in texts]
            runs = _runs([len(one) for one in ids])
            done = 0
            for run, rows in zip(
                runs,
                self._mapped(lambda run: encoder.vectors(np.stack([ids[place] for place in run])), runs),
                strict=True,
            ):
                vectors[run] = rows
                done += len(run)
                if progress:
                    progress(done)
        return vectors

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


def _runs(lengths: Sequence[int]) -> list[list[int]]:
    """The places of the texts that run together: of the same length, up to a number of tokens, the longest first."""
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place, length in enumerate(lengths):
        places[length].append(place)
    return [
        alike[start : start + most]
        for length, alike in sorted(places.items(), reverse=True)
        for most in [max(1, _RUN_TOKENS // length)]
        for start in range(0, len(alike), most)
    ]


def usable_cores() -> int:
    """The cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
