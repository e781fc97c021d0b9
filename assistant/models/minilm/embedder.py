"""Texts -> vectors with all-MiniLM-L6-v2 on this machine, without torch."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import UsageError
from assistant.models.minilm.cache import cache_folder, cached
from assistant.models.minilm.tokenizer import Ids, Tokenizer
from assistant.models.minilm.weights import MODEL, WEIGHTS_SHA256, Model, find_model

Vectors = NDArray[np.float32]
Item = TypeVar("Item")
Result = TypeVar("Result")

VERSION = 1
"""Rises whenever the same text may get another vector."""
_GRAPH = 2
"""Rises whenever the graph is written otherwise, though to the same vectors: the name of its file in the cache."""

DIMENSION = 384
TEXT_TOKENS = 256
"""What the model was trained to read, and what sentence-transformers gives it."""
_RUN_TOKENS = 256
"""Tokens of one run: by then the weights, read once a run, are no longer what takes the time."""


def fingerprint(precision: str = "int8") -> str:
    """What a `LocalEmbedder` of this precision calls itself; needs no model."""
    return f"{MODEL}@{WEIGHTS_SHA256[:8]}/{precision}/{VERSION}"


class Encoder:
    """Tokenizer and graph, ready to run; any number of threads may use it at once."""

    def __init__(self, tokenizer: Tokenizer, session: Any) -> None:
        self._tokenizer = tokenizer
        self._session = session

    def read(self, text: str) -> Ids:
        """The ids of a text's first tokens, as many as the model was trained to read."""
        return self._tokenizer.read(text, TEXT_TOKENS)

    def vectors(self, ids: Ids) -> Vectors:
        """One row of length one for each row of ids; each is what it would be alone, to the last bit."""
        rows: Vectors = self._session.run(None, {"ids": ids})[0]
        return rows


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
            raise UsageError(f"the embedder has no precision {precision!r}", cure="use int8 or fp32")
        self._precision = precision
        self._threads = max(1, threads or usable_cores())
        self._model = find_model(places)
        self._cache = cache or cache_folder(os.environ)
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

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> Vectors:
        """One row of length one a text, over its first 256 tokens; `on_progress` gets how many are done."""
        vectors = np.empty((len(texts), DIMENSION), np.float32)
        if texts:
            encoder = self.load()
            ids = [encoder.read(text) for text in texts]
            runs = _runs([len(row) for row in ids])
            done = 0
            for run, rows in zip(
                runs,
                self._mapped(lambda run: encoder.vectors(np.stack([ids[place] for place in run])), runs),
                strict=True,
            ):
                vectors[run] = rows
                done += len(run)
                if on_progress:
                    on_progress(done)
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


def load_encoder(model: Model, precision: str, cache: Path) -> Encoder:
    """The encoder of this precision, its graph built or taken from the cache folder."""

    def build() -> bytes:
        from assistant.models.minilm import graph

        return graph.build(model.read_tensors(), precision)

    name = f"{MODEL}-{WEIGHTS_SHA256[:8]}-{precision}-{VERSION}.{_GRAPH}.onnx"
    with ThreadPoolExecutor(1) as beside:  # both take their time outside of Python
        tokenizer = beside.submit(lambda: Tokenizer(model.read_tokenizer()))
        session = _session(cached(cache, name, build))
        return Encoder(tokenizer.result(), session)


def _session(graph: bytes) -> Any:
    """A session that runs in the thread that calls it: the callers are the threads."""
    # onnxruntime 1.31 sends usage reports over the network and writes a device id, unless this is set before its import
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # the graph is written with the fused operators that help; further fusing brings SkipLayerNormalization, 5x slower
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.enable_mem_pattern = False  # one would be kept for each length of text
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
