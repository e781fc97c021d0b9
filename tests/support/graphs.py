"""ONNX Runtime -> the same, which opens a graph once in a process, and runs it once on what commands give it.

A command of a user opens its graphs once; a process of tests runs hundreds of commands, which ask the same questions of
the same papers. What a graph computes depends on nothing but what it is given, as tests/models/onnx shows of graphs
that are run each time: what is remembered here is for commands alone.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any
from unittest import mock

from numpy.typing import NDArray

_FEW = "session.disable_prepacking"
_LARGEST, _MOST = 150_000, 100_000_000  # bytes that are remembered of one run, and of all
_Outputs = list[NDArray[Any]]


class _Memory:
    """What graphs computed in commands so far."""

    def __init__(self) -> None:
        self.in_use = False
        self._left = _MOST
        self._outputs: dict[tuple[object, ...], _Outputs] = {}
        self._lock = Lock()

    def outputs(self, session: Any, given: Mapping[str, NDArray[Any]]) -> _Outputs:
        key = (id(session), *((name, values.tobytes()) for name, values in sorted(given.items())))
        if (known := self._outputs.get(key)) is not None:
            return known
        outputs: _Outputs = session.run(None, given)
        size = sum(output.nbytes for output in outputs)
        with self._lock:
            if size <= min(_LARGEST, self._left):
                self._left -= size
                self._outputs[key] = outputs
        for output in outputs:
            output.flags.writeable = False
        return outputs


_memory = _Memory()


class _Session:
    """An open graph."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.get_inputs = session.get_inputs

    def run(self, names: None, given: Mapping[str, NDArray[Any]]) -> _Outputs:
        if _memory.in_use:
            return _memory.outputs(self._session, given)
        outputs: _Outputs = self._session.run(names, given)
        return outputs


@contextmanager
def remembered() -> Iterator[None]:
    """Have what graphs compute remembered while the block runs, and used again in the next such block."""
    before, _memory.in_use = _memory.in_use, True
    try:
        yield
    finally:
        _memory.in_use = before


@contextmanager
def opened_once() -> Iterator[None]:
    """Have graphs opened once while the block runs: of files that are as they were, with options that are the same."""
    with mock.patch.dict(os.environ, {"ORT_DISABLE_TELEMETRY": "1"}):
        import onnxruntime
    sessions: dict[tuple[object, ...], _Session] = {}
    open_session = onnxruntime.InferenceSession

    def opened(path: Path, options: Any, **more: Any) -> Any:
        if options.optimized_model_filepath or not path.is_file():  # it is to write one, or to say what is wrong
            return open_session(path, options, **more)
        files = tuple((file.name, *_state(file)) for file in sorted(path.parent.iterdir()))
        key = (path, files, options.graph_optimization_level, _is_for_few(options))
        if key not in sessions:
            sessions[key] = _Session(open_session(path, options, **more))
        return sessions[key]

    with mock.patch.object(onnxruntime, "InferenceSession", opened):
        yield


def _state(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _is_for_few(options: Any) -> bool:
    try:
        return bool(options.get_session_config_entry(_FEW) == "1")
    except RuntimeError:  # what it says of an entry that was not set
        return False
