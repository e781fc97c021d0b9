"""A text -> its vector, and the vectors of its parts, through one pass of the model."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.embedding.cache import cached
from assistant.embedding.tokens import Tokenizer
from assistant.embedding.weights import MODEL, WEIGHTS_SHA256, Model

Vectors = NDArray[np.float32]

VERSION = 1
"""Rises whenever the same text may get another vector."""


class Encoder:
    """Tokenizer and graph, ready to run; any number of threads may use it at once."""

    def __init__(self, tokenizer: Tokenizer, session: Any) -> None:
        self._tokenizer = tokenizer
        self._session = session

    def vector(self, text: str, limit: int) -> Vectors:
        """The vector of a text's first `limit` tokens."""
        vector: Vectors = self._run(self._tokenizer.read(text, limit).ids, "vector")
        return vector

    def vectors(self, text: str, spans: Sequence[tuple[int, int]], limit: int, whole: int) -> Vectors:
        """The mean over the first `whole` tokens, then over the tokens of each span, each of length one."""
        tokens = self._tokenizer.read(text, limit)
        states = self._run(tokens.ids, "states")
        parts = [slice(0, whole), *(tokens.within(start, end) for start, end in spans)]
        means = np.stack([states[part if states[part].size else parts[0]].mean(axis=0) for part in parts])
        rows: Vectors = means / np.linalg.norm(means, axis=1, keepdims=True)
        return rows

    def count(self, text: str, limit: int) -> int:
        """How many tokens are read of a text."""
        return len(self._tokenizer.read(text, limit).ids)

    def _run(self, ids: NDArray[np.int64], output: str) -> Vectors:
        result: Vectors = self._session.run([output], {"ids": ids[np.newaxis]})[0][0]
        return result


def load_encoder(model: Model, precision: str, cache: Path) -> Encoder:
    """The encoder of this precision, its graph built or taken from the cache folder."""

    def build() -> bytes:
        from assistant.embedding import graph

        return graph.build(model.read_tensors(), precision)

    name = f"{MODEL}-{WEIGHTS_SHA256[:8]}-{precision}-{VERSION}.onnx"
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
