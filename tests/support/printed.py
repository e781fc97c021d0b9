"""A command on a library -> the lines, or the objects, that it prints; its exit code is expected."""

import json
from pathlib import Path
from typing import Any

from conftest import Run


def out(run: Run, folder: Path, *words: str, code: int = 0, typed: str = "") -> list[str]:
    """Return the lines that a command prints about the library in a folder."""
    done = run(*words, "--library", folder, typed=typed)
    assert done.returncode == code, done.stderr
    return done.stdout.splitlines()


def objects(lines: list[str]) -> list[dict[str, Any]]:
    """Return the objects of lines of JSON."""
    return [json.loads(line) for line in lines]
