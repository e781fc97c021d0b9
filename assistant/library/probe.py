"""A vector index and samples of what it must hold -> what is wrong with it, found in a process of its own.

Damaged files can crash Chroma's native code, which no `except` catches; here only a child dies of it.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_TIMEOUT = 120.0  # seconds: 100,000 vectors take about 5
_SAME = 1e-3  # largest difference of a stored vector's component, or of a cosine with itself, that rounding explains


def examine(folder: Path, count: int, samples: Mapping[str, NDArray[np.float32]]) -> str | None:
    """Return what is wrong with the index in `folder`, or None.

    Sound means: `count` chunks, every sample there with its vector, and found as its own nearest neighbour.
    """
    question = {
        "folder": str(folder.absolute()),
        "count": count,
        "samples": {id: vector.astype(float).tolist() for id, vector in samples.items()},
    }
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-m", __name__],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it did not answer within {_TIMEOUT:.0f} seconds"
    if child.returncode == 0:
        return str(json.loads(child.stdout)["problem"] or "") or None
    if child.returncode < 0:
        return f"reading it crashed (signal {-child.returncode})"
    return f"reading it failed: {child.stderr.strip()[-300:]}"


def _answer(question: Mapping[str, object]) -> str | None:
    from assistant.errors import LibraryError
    from assistant.library.vectors import Vectors

    expected = {id: np.asarray(vector, np.float32) for id, vector in question["samples"].items()}  # type: ignore[attr-defined]
    try:
        with Vectors(Path(str(question["folder"]))) as vectors:
            return _difference(vectors, int(str(question["count"])), expected)
    except LibraryError as error:
        return str(error.__cause__ or error)


def _difference(vectors: "object", count: int, expected: Mapping[str, NDArray[np.float32]]) -> str | None:
    from assistant.library.vectors import Vectors

    assert isinstance(vectors, Vectors)
    if (found := vectors.count()) != count:
        return f"it holds {found:,} chunks instead of {count:,}"
    stored = vectors.get(list(expected))
    for id, vector in expected.items():
        if id not in stored:
            return f"chunk {id} is missing"
        if not np.allclose(stored[id], vector, atol=_SAME):
            return f"chunk {id} has another vector"
        hits = vectors.nearest(vector, 1)
        if not hits or hits[0][2] < 1 - _SAME:
            return f"chunk {id} is not found as its own nearest neighbour"
    return None


if __name__ == "__main__":
    json.dump({"problem": _answer(json.load(sys.stdin))}, sys.stdout)
