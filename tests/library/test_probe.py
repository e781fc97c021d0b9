"""A vector index that is not as it should be -> what is wrong with it, told here and by a child that may crash."""

import contextlib
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.numpy_index import NumpyIndex

from assistant.library import index, probe
from assistant.library.index import ChunkRow

ROOT = Path(__file__).parents[2]
VECTORS = np.eye(4, dtype=np.float32)


class CrashingIndex(NumpyIndex):
    """One whose native code falls over its files."""

    def count(self) -> int:
        os.kill(os.getpid(), signal.SIGSEGV)
        return 0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of four chunks."""
    monkeypatch.setitem(index.VECTOR_INDEXES, "numpy", "support.numpy_index:NumpyIndex")
    monkeypatch.setitem(index.VECTOR_INDEXES, "crashing", "tests.library.test_probe:CrashingIndex")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'tests'}")
    with contextlib.closing(NumpyIndex(tmp_path, size=1)) as vectors:
        vectors.put(ChunkRow(f"p{n}#0", f"p{n}", "", "", "", vector) for n, vector in enumerate(VECTORS))
    return tmp_path


@pytest.mark.parametrize(
    ("count", "samples", "problem"),
    [
        (4, {"p0#0": VECTORS[0], "p3#0": VECTORS[3]}, None),
        (1_005, {}, "it holds 4 chunks instead of 1,005"),
        (4, {"p0#0": VECTORS[0], "p9#0": VECTORS[0]}, "chunk p9#0 is missing"),
        (4, {"p1#0": VECTORS[2]}, "chunk p1#0 has another vector"),
    ],
)
def test_here_and_in_a_child_the_same_is_found(
    folder: Path, count: int, samples: dict[str, NDArray[np.float32]], problem: str | None
) -> None:
    assert probe.compare("numpy", folder, count, samples) == problem
    assert probe.examine("numpy", folder, count, samples) == problem


def test_a_crash_is_found_too(folder: Path) -> None:
    assert probe.examine("crashing", folder, 4, {}) == "reading it crashed (signal 11)"
