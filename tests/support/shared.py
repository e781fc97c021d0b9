"""The name of something in the shared folder -> its path, or a skipped test where the folder is not at hand."""

import os
from pathlib import Path

import pytest


def shared(name: str) -> Path:
    """`shared` stands beside the repository; on CI its absence is a failure, elsewhere a reason to skip."""
    path = Path(__file__).parents[2].parent / "shared" / name
    if not path.exists():
        reason = f"shared/{name} is not beside the repository"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path
