"""Paths as given -> every file they mean, once and under a name of its own, and a reason for what is not read."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.errors import UsageError
from assistant.domain.records import Rejection

STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class File:
    """One file to read; `path` is None for standard input."""

    name: str
    path: Path | None


def check(path: str) -> None:
    """A UsageError where there is nothing at a path."""
    if path == STANDARD_INPUT:
        return
    try:
        Path(path).stat()
    except FileNotFoundError:
        raise UsageError(f"{path}: there is no such file or directory") from None
    except OSError as error:
        raise UsageError(f"{path}: {denied(error)}") from error
    except ValueError as error:  # a NUL in the name
        raise UsageError(f"{path!r}: is not a path") from error


def files(paths: Sequence[str]) -> Iterator[File | Rejection]:
    """Every file once, in the order given, directories sorted."""
    seen: set[str] = set()
    taken = {STANDARD_INPUT}
    for path in paths:
        if path == STANDARD_INPUT:
            if path not in seen:
                seen.add(path)
                yield File(path, None)
            continue
        for found, name in _below(Path(path), _text(Path(path).name or Path(path).resolve().name), ""):
            if isinstance(found, str):
                yield Rejection(name, 0, found)
            elif (real := os.path.realpath(found)) not in seen:
                seen.add(real)
                yield File(_unique(name, found, taken), found)


def _below(path: Path, name: str, folder: str) -> Iterator[tuple[Path | str, str]]:
    """(file, name), or (reason, name) where it cannot be read; `folder`: how the names of what is inside begin."""
    try:
        if not path.is_dir():
            yield path, name
            return
        inside = sorted(entry for entry in path.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        yield denied(error), name
        return
    if not inside:
        yield "is an empty directory", name
    for entry in inside:
        below = folder + _text(entry.name)
        if reason := _skipped(entry):
            yield reason, below
        else:
            yield from _below(entry, below, f"{below}/")


def _skipped(entry: Path) -> str:
    """Why something in a folder is not read unless it is named itself; empty for files and folders."""
    try:
        if entry.is_file():
            return ""
        if entry.is_dir():
            return "is a link to a folder; name it itself" if entry.is_symlink() else ""
        return "is a link to nothing" if entry.is_symlink() else "is neither a file nor a folder"
    except OSError as error:
        return denied(error)


def _unique(name: str, path: Path, taken: set[str]) -> str:
    """The name, or where another file has it, the shortest end of the whole path that no other file has."""
    parts = Path(os.path.abspath(path)).parts  # noqa: PTH100 - resolve() would follow links
    ends = (_text("/".join(parts[-length:])) for length in range(2, len(parts) + 1))
    found = next((each for each in (name, *ends) if each not in taken), name)
    taken.add(found)
    return found


def _text(name: str) -> str:
    """A name as text that can be stored whatever bytes the file system allows."""
    return os.fsencode(name).decode("utf-8", "replace")


def denied(error: OSError) -> str:
    """Why the system did not let a file be read."""
    return f"cannot be read: {(error.strerror or str(error)).lower()}"
