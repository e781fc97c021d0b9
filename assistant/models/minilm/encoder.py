"""A text -> its tokens, and texts of equally many tokens -> their vectors, through one pass of the model."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.models.minilm.cache import cached
from assistant.models.minilm.tokenizer import Ids, Tokenizer
from assistant.models.minilm.weights import MODEL, WEIGHTS_SHA256, Model

Vectors = NDArray[np.float32]

VERSION = 1
"""Rises whenever the same text may get another vector."""
_GRAPH = 2
"""Rises whenever the graph is written otherwise, though to the same vectors: the name of its file in the cache."""

TEXT_TOKENS = 256
"""What the model was trained to read, and what sentence-transformers gives it."""


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
