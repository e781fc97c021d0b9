"""A vector index and samples of what it must hold -> what is wrong with it.

Damaged files can crash an index's native code, which no `except` catches. One that others may have changed is tried in
a process of its own, so that only a child dies of it; one that was written here a moment ago is compared here.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import LibraryError
from assistant.library import allowance, index
from assistant.library.index import VectorIndex

_TIMEOUT = 120.0  # seconds: 100,000 vectors take about 5
_ROUNDING = 1e-3  # how far a stored component may be from what was put in, and a vector's cosine with itself from 1


def compare(kind: str, folder: Path, count: int, samples: Mapping[str, NDArray[np.float32]]) -> str | None:
    """Return what is wrong with the vector index of this kind in `folder`, or None.

    Sound means: `count` chunks, every sample there with its vector, and nearest to itself. Raises `LibraryError` where
    this program may have too little memory to try it.
    """
    return _compare(index.VECTOR_INDEXES[kind], folder, count, samples)


def examine(kind: str, folder: Path, count: int, samples: Mapping[str, NDArray[np.float32]]) -> str | None:
    """Return what `compare` does, found by a child: a crash is one more thing that can be wrong."""
    allowance.require_for_indexing()
    question = {
        "address": index.VECTOR_INDEXES[kind],
        "folder": str(folder.absolute()),
        "count": count,
        "samples": {id: vector.astype(float).tolist() for id, vector in samples.items()},
    }
    # The child ends when its end of this pipe closes with our death: if it went on, it would have a folder open that
    # the next writer removes and builds anew.
    childs, ours = os.pipe()
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-m", __name__, str(childs)],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
            pass_fds=(childs,),
        )
    except subprocess.TimeoutExpired:
        return f"it did not answer within {_TIMEOUT:.0f} seconds"
    except OSError as error:
        return f"no process could be started to read it: {error.strerror}"
    finally:
        os.close(childs)
        os.close(ours)
    if child.returncode == 0:
        return str(json.loads(child.stdout.splitlines()[-1])["problem"] or "") or None
    if child.returncode < 0:
        return f"reading it crashed (signal {-child.returncode})"
    return f"reading it failed: {child.stderr.strip()[-300:]}"


def _compare(address: str, folder: Path, count: int, samples: Mapping[str, NDArray[np.float32]]) -> str | None:
    try:
        with contextlib.closing(index.resolve(address)(folder)) as vectors:
            return _difference(vectors, count, samples)
    except LibraryError as error:
        return str(error.__cause__ or error)


def _difference(vectors: VectorIndex, count: int, expected: Mapping[str, NDArray[np.float32]]) -> str | None:
    if (stored_count := vectors.count()) != count:
        return f"it holds {stored_count:,} chunks instead of {count:,}"
    stored = vectors.get(list(expected))
    for id, vector in expected.items():
        if id not in stored:
            return f"chunk {id} is missing"
        if not np.allclose(stored[id], vector, atol=_ROUNDING):
            return f"chunk {id} has another vector"
        neighbours = vectors.nearest(vector[None], 1)[0]
        if not neighbours or neighbours[0].cosine < 1 - _ROUNDING:
            return f"chunk {id} is not found as its own nearest neighbour"
    return None


def _answer(address: str, folder: str, count: int, samples: Mapping[str, list[float]]) -> str | None:
    expected = {id: np.asarray(vector, np.float32) for id, vector in samples.items()}
    return _compare(address, Path(folder), count, expected)


def _end_with(parent: int) -> None:
    os.read(parent, 1)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    print(json.dumps({"problem": _answer(**json.load(sys.stdin))}))
