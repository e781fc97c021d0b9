"""ONNX Runtime -> the same, which opens a graph once in a process however often it is asked to.

A command of a user opens its graphs once; a process of tests runs hundreds of commands, and would spend a tenth of a
second of each on laying out the same weights. What a graph computes depends on nothing that was computed before.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

_FEW = "session.disable_prepacking"


@contextmanager
def opened_once() -> Iterator[None]:
    """Have graphs opened once while the block runs: of files that are as they were, with options that are the same."""
    with mock.patch.dict(os.environ, {"ORT_DISABLE_TELEMETRY": "1"}):
        import onnxruntime
    sessions: dict[tuple[object, ...], Any] = {}
    open_session = onnxruntime.InferenceSession

    def remembered(path: Path, options: Any, **more: Any) -> Any:
        if options.optimized_model_filepath or not path.is_file():  # it is to write one, or to say what is wrong
            return open_session(path, options, **more)
        files = tuple((file.name, *_state(file)) for file in sorted(path.parent.iterdir()))
        key = (path, files, options.graph_optimization_level, _is_for_few(options))
        if key not in sessions:
            sessions[key] = open_session(path, options, **more)
        return sessions[key]

    with mock.patch.object(onnxruntime, "InferenceSession", remembered):
        yield


def _state(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def _is_for_few(options: Any) -> bool:
    try:
        return bool(options.get_session_config_entry(_FEW) == "1")
    except RuntimeError:  # what it says of an entry that was not set
        return False
