"""A vector index and samples of what it must hold -> what is wrong with it, found in a process of its own.

Damaged files can crash Chroma's native code, which no `except` catches; here only a child dies of it.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from assistant.library.chroma import ChromaIndex

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
    # The child watches this pipe: it must not outlive us, or it would open a folder that the next writer builds anew.
    watched, ours = os.pipe()
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-m", __name__, str(watched)],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT,
            check=False,
            pass_fds=(watched,),
        )
    except subprocess.TimeoutExpired:
        return f"it did not answer within {_TIMEOUT:.0f} seconds"
    except OSError as error:
        return f"no process could be started to read it: {error.strerror}"
    finally:
        os.close(watched)
        os.close(ours)
    if child.returncode == 0:
        return str(json.loads(child.stdout.splitlines()[-1])["problem"] or "") or None
    if child.returncode < 0:
        return f"reading it crashed (signal {-child.returncode})"
    return f"reading it failed: {child.stderr.strip()[-300:]}"


def _answer(question: Mapping[str, Any]) -> str | None:
    from assistant.domain.errors import LibraryError
    from assistant.library.chroma import ChromaIndex

    expected = {id: np.asarray(vector, np.float32) for id, vector in question["samples"].items()}
    try:
        with ChromaIndex(Path(question["folder"])) as vectors:
            return _difference(vectors, question["count"], expected)
    except LibraryError as error:
        return str(error.__cause__ or error)


def _difference(vectors: "ChromaIndex", count: int, expected: Mapping[str, NDArray[np.float32]]) -> str | None:
    if (found := vectors.count()) != count:
        return f"it holds {found:,} chunks instead of {count:,}"
    stored = vectors.get(list(expected)) if expected else {}  # Chroma refuses to look for nothing
    for id, vector in expected.items():
        if id not in stored:
            return f"chunk {id} is missing"
        if not np.allclose(stored[id], vector, atol=_SAME):
            return f"chunk {id} has another vector"
        hits = vectors.nearest(vector, 1)
        if not hits or hits[0][2] < 1 - _SAME:
            return f"chunk {id} is not found as its own nearest neighbour"
    return None


def _end_with(parent: int) -> None:
    os.read(parent, 1)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    print(json.dumps({"problem": _answer(json.load(sys.stdin))}))
