"""A graph -> a session of it, from a file that has it as it was optimised before: most of the time is saved.

What is kept is in ONNX Runtime's own format, which is not parsed: the numbers of the weights are read where they lie on
the disk, instead of being copied.
"""

import contextlib
import platform
from pathlib import Path
from typing import Any

from assistant.models.cache import checksum, file_sha256

_MOST_BYTES = 256 << 20
"""A larger graph is not kept a second time."""
_DIGITS = 16
_UNFINISHED = "unfinished-"
_ABANDONED = 3600  # seconds; to keep a graph takes one, so that nobody is at work in a folder as old as this
_FORMAT = ("session.save_model_format", "ORT")
_MAPPED = (
    ("session.use_memory_mapped_ort_model", "1"),  # an older version, which does not know this, reads all of the file
    ("session.use_ort_model_bytes_for_initializers", "1"),
)
"""Names and values in onnxruntime_session_options_config_keys.h."""


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
    if place := _kept(folder, name, cache):
        options.graph_optimization_level = levels.ORT_DISABLE_ALL  # all is done
        for entry in _MAPPED:
            options.add_session_config_entry(*entry)
        with contextlib.suppress(Exception):  # what cannot be opened is made anew
            return _open(place, options)
    options.graph_optimization_level = levels.ORT_ENABLE_EXTENDED
    if path.stat().st_size <= _MOST_BYTES:
        with contextlib.suppress(OSError):  # a disk that takes none is no hindrance
            return _keep(path, options, folder, name)
    return _open(path, options)


def _kept(folder: Path, name: str, cache: Path) -> Path | None:
    """Return the file of an optimised graph that is as it was written; None where there is none."""
    try:
        places = sorted(folder.glob(f"{name}-*.ort"))
    except OSError:  # a cache in a folder that may not be looked into
        return None
    for place in places:
        with contextlib.suppress(OSError):
            if checksum(place, cache)[:_DIGITS] == place.stem.rpartition("-")[2]:
                return place
    return None


def _keep(path: Path, options: Any, folder: Path, name: str) -> Any:
    """Open a graph and keep it optimised, in place of what was kept of it before, where that can be done; raises what
    ONNX Runtime raises, and `OSError` where the folder cannot be written."""
    import tempfile

    folder.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(folder)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_UNFINISHED, ignore_cleanup_errors=True) as scratch:
        written = Path(scratch) / "graph.ort"
        options.optimized_model_filepath = str(written)
        options.add_session_config_entry(*_FORMAT)
        try:
            session = _open(path, options)
        except Exception:  # noqa: BLE001  the disk or the graph is at fault: without keeping it, the latter shows
            options.optimized_model_filepath = ""
            return _open(path, options)
        with contextlib.suppress(OSError):  # the graph is open: that it cannot be kept is no reason to open it again
            digest = file_sha256(written)[:_DIGITS]
            for former in folder.glob(f"{name.partition('-')[0]}-*"):
                _remove(former)
            written.rename(folder / f"{name}-{digest}.ort")
    return session


def _remove_abandoned(folder: Path) -> None:
    """Remove what programs left that were killed while they kept a graph: some 30 MB each."""
    import time

    for path in folder.glob(f"{_UNFINISHED}*"):
        with contextlib.suppress(OSError):
            if time.time() - path.lstat().st_mtime > _ABANDONED:
                _remove(path)


def _remove(path: Path) -> None:
    """Remove a file, or a folder, as older versions kept graphs; in a cache that users share it may be another's, and
    stays."""
    import shutil

    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def _open(path: Path, options: Any) -> Any:
    import onnxruntime

    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
