"""A graph in the ONNX format -> a function from tokens to what it computes of them; several run at once."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import ModelError, UsageError
from assistant.models.onnx import optimised
from assistant.models.onnx.tokenizer import Tokens

Item = TypeVar("Item")
Result = TypeVar("Result")

_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
_CURE = "fetch the model again, or name another one"


class Session:
    """A graph ready to run; any number of threads may use it at once, and each run takes one core.

    One text is run at a time. It is what it would be alone, to the last bit: in a batch, 8-bit graphs take the range
    of their integers from all texts together. A batch saves nothing for an abstract, and a third for a short sentence.
    """

    def __init__(self, path: Path, cache: Path, *, few: bool = False) -> None:
        """In the folder `cache` the graph is kept as it was optimised, for the next time.

        For a `few` texts the weights are not laid out anew: that takes as long as to embed ten short texts, and saves
        a twentieth of each.

        Raises `UsageError` where the file is not a graph that reads tokens.
        """
        # Version 1.31 sends usage reports and writes a device id, unless this is set before its import.
        os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the callers are the threads
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # one would be kept for each length of text
        options.enable_mem_reuse = False  # to plan it takes as long as to read the graph, and saves hardly anything
        options.log_severity_level = 4
        if few:
            options.add_session_config_entry("session.disable_prepacking", "1")
        try:
            self._session: Any = optimised.open_session(path, options, cache)
        except Exception as error:  # noqa: BLE001  it has a class for each of its faults, none of them public
            raise UsageError("cannot be run by ONNX Runtime", path=path, cause=_cause(error), cure=_CURE) from None
        self._path = path
        self._inputs = [value.name for value in self._session.get_inputs()]
        if "input_ids" not in self._inputs or not set(self._inputs) <= _INPUTS:
            cause = f"its inputs are {', '.join(self._inputs)}"
            raise UsageError("is not a graph that reads tokens", path=path, cause=cause, cure=_CURE)

    def run(self, tokens: Tokens) -> list[NDArray[np.float32]]:
        """Return all that the graph computes of one text, each with one row; raises `ModelError`."""
        ids = tokens.ids[np.newaxis]
        values = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": tokens.types[np.newaxis],
        }
        try:
            outputs: list[NDArray[np.float32]] = self._session.run(None, {name: values[name] for name in self._inputs})
        except Exception as error:  # noqa: BLE001
            raise ModelError(f"the model {self._path} failed", cause=_cause(error), cure=_CURE) from None
        return outputs


def mapped(work: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
    """Yield the results in order, one item on each core at a time; a single item needs no other thread."""
    threads = min(usable_cores(), len(items))
    if threads <= 1:
        yield from map(work, items)
        return
    pool = ThreadPoolExecutor(threads, "model")
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)


def longest_first(tokens: Sequence[Tokens]) -> list[int]:
    """Return the places of texts, the longest first: the cores then end at about the same time."""
    return sorted(range(len(tokens)), key=lambda place: -len(tokens[place]))


def usable_cores() -> int:
    """Return the number of cores this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cause(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
