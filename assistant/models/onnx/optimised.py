"""A graph -> a session of it, from a file that has it as it was optimised before: half of the time is saved."""

import contextlib
import platform
import tempfile
from pathlib import Path
from typing import Any

from assistant.models.cache import checksum, file_sha256

_MOST_BYTES = 256 << 20
"""A larger graph is not kept a second time."""
_DIGITS = 16


def open_session(path: Path, options: Any, cache: Path) -> Any:
    """Return an ONNX Runtime session of a graph, from the optimised one in the folder `cache` where there is one.

    Otherwise it is kept there, under the checksum of the graph, the version of ONNX Runtime, the kind of machine, and
    a checksum of its own; one that is not as it was written is not used. Raises what ONNX Runtime raises, and
    `OSError` where the graph cannot be read.
    """
    import onnxruntime

    levels = onnxruntime.GraphOptimizationLevel
    folder = cache / "graphs"
    name = f"{checksum(path, cache)[:_DIGITS]}-{onnxruntime.__version__}-{platform.machine()}"
    if kept := _kept(folder, name, cache):
        options.graph_optimization_level = levels.ORT_DISABLE_ALL  # all is done
        with contextlib.suppress(Exception):  # what cannot be opened is made anew
            return _open(kept, options)
    options.graph_optimization_level = levels.ORT_ENABLE_EXTENDED
    if path.stat().st_size <= _MOST_BYTES:
        with contextlib.suppress(OSError):  # a disk that takes none is no hindrance
            return _keep(path, options, folder, name)
    return _open(path, options)


def _kept(folder: Path, name: str, cache: Path) -> Path | None:
    """Return the file of an optimised graph that is as it was written; None where there is none."""
    for path in sorted(folder.glob(f"{name}-*.onnx")):
        with contextlib.suppress(OSError):
            if checksum(path, cache)[:_DIGITS] == path.stem.rpartition("-")[2]:
                return path
    return None


def _keep(path: Path, options: Any, folder: Path, name: str) -> Any:
    """Open a graph and keep it optimised, in place of what was kept of it before; raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        written = Path(scratch) / "graph.onnx"
        options.optimized_model_filepath = str(written)
        try:
            session = _open(path, options)
        except Exception:  # noqa: BLE001  the disk or the graph is at fault: without keeping it, the latter shows
            options.optimized_model_filepath = ""
            return _open(path, options)
        for former in folder.glob(f"{name.partition('-')[0]}-*.onnx"):
            former.unlink(missing_ok=True)
        written.rename(folder / f"{name}-{file_sha256(written)[:_DIGITS]}.onnx")
    return session


def _open(path: Path, options: Any) -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
