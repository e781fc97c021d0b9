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


def require_path(path: str) -> None:
    """Raise a `UsageError` where there is nothing at a path."""
    if path == STANDARD_INPUT:
        return
    try:
        Path(path).stat()
    except FileNotFoundError:
        raise UsageError("there is no such file or directory", path=path) from None
    except OSError as error:
        raise UsageError("cannot be read", path=path, cause=_cause(error)) from error
    except ValueError as error:  # a NUL in the name
        raise UsageError("is not a path", path=repr(path)) from error


def files(paths: Sequence[str]) -> Iterator[File | Rejection]:
    """Every file once, in the order given, directories sorted."""
    seen: set[str] = set()
    names = {STANDARD_INPUT}
    for path in paths:
        if path == STANDARD_INPUT:
            if path not in seen:
                seen.add(path)
                yield File(path, None)
            continue
        for entry, name in _walk(Path(path), _text(Path(path).name or Path(path).resolve().name)):
            if isinstance(entry, str):
                yield Rejection(name, 0, entry)
            elif (real := os.path.realpath(entry)) not in seen:
                seen.add(real)
                unique = _unique_name(name, entry, names)
                names.add(unique)
                yield File(unique, entry)


def read_failure(error: OSError) -> str:
    """Why the system did not let a file be read."""
    return f"cannot be read: {_cause(error)}"


def _walk(root: Path, root_name: str) -> Iterator[tuple[Path | str, str]]:
    """(file, name), or (reason, name) where it cannot be read; names of what is inside begin below the folder."""
    rest: list[tuple[Path, str, str]] = [(root, root_name, "")]  # (path, name, how the names inside of it begin)
    while rest:
        path, name, prefix = rest.pop()
        try:
            if reason := _skip_reason(path) if path is not root else "":
                yield reason, name
                continue
            if not path.is_dir():
                yield path, name
                continue
            children = sorted(child for child in path.iterdir() if not child.name.startswith("."))
        except OSError as error:
            yield read_failure(error), name
            continue
        if not children:
            yield "is an empty directory", name
        for child in reversed(children):
            child_name = prefix + _text(child.name)
            rest.append((child, child_name, f"{child_name}/"))


def _skip_reason(child: Path) -> str:
    """Why something in a folder is not read unless its own path is given; "" for files and folders."""
    try:
        if child.is_file():
            return ""
        if child.is_dir():
            return "is a link to a folder; name it itself" if child.is_symlink() else ""
        return "is a link to nothing" if child.is_symlink() else "is neither a file nor a folder"
    except OSError as error:
        return read_failure(error)


def _unique_name(name: str, path: Path, names: set[str]) -> str:
    """The name, or where another file has it, the shortest end of the whole path that no other file has."""
    parts = Path(os.path.abspath(path)).parts  # noqa: PTH100 - resolve() would follow links
    ends = (_text("/".join(parts[-length:])) for length in range(2, len(parts) + 1))
    return next((candidate for candidate in (name, *ends) if candidate not in names), name)


def _text(name: str) -> str:
    """A name as text that can be stored whatever bytes the file system allows."""
    return os.fsencode(name).decode("utf-8", "replace")


def _cause(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
