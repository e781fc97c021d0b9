"""A path -> the bytes of a plain file, or a file with a text; what the system refuses is an error with its cure."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistant.domain.errors import AssistantError, UsageError
from assistant.domain.files import regular, replace_private, write_private
from assistant.library import disk


def read(path: Path) -> bytes:
    """Return what is in a file; raises `UsageError`, as for a pipe or a device, which need have no end."""
    try:
        if path.exists() and not path.is_file():
            raise UsageError("is no plain file", path=path)
        return path.read_bytes()
    except OSError as error:
        raise UsageError("cannot be read", path=path, cause=error.strerror or str(error)) from error


def rows(path: Path) -> Iterator[tuple[int, Any]]:
    """Yield (1-based line, object) of a JSONL file; raises `UsageError`.

    Lines end with a line feed and with nothing else: U+2028 may stand in a JSON string as it is.
    """
    try:
        lines = read(path).decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise UsageError("cannot be read", path=path, cause=str(error)) from error
    for number, text in enumerate(lines, 1):
        if text.strip():
            try:
                yield number, json.loads(text)
            except ValueError as error:
                raise UsageError("no JSON", path=f"{path}:{number}", cause=str(error)) from error


def exists(path: Path) -> bool:
    """Whether there is something at `path`; raises `UsageError` for what can be no path."""
    try:
        return path.exists()
    except OSError as error:
        raise UsageError("cannot be read", path=path, cause=error.strerror or str(error)) from error


def write(path: Path, text: str) -> None:
    """Write a text as a file that only its owner can read, over what is there; raises as `refused` says."""
    try:
        write_private(path, text)
    except OSError as error:
        raise refused(path, error, "name another file") from error


def replace(path: Path, text: str) -> None:
    """Do what `write` does, at once: whoever reads the file meanwhile has the one before or this one."""
    try:
        replace_private(path, text)
    except OSError as error:
        raise refused(path, error, "name another file") from error


def write_within(path: Path, text: str) -> None:
    """Do what `write` does, for a name of ours in a folder that may be a stranger's: no link is written through."""
    try:
        with open(path, "w", encoding="utf-8", opener=regular) as file:
            file.write(text)
    except OSError as error:
        raise refused(path, error, "remove it") from error


def refused(path: Path, error: OSError, cure: str) -> AssistantError:
    """Return what to raise where the system did not let `path` be written: a `LibraryError` that asks for room where
    the disk is full, else a `UsageError` with this cure."""
    cause = error.strerror or str(error)
    return disk.full(path.parent, error) or UsageError("cannot be written", path=path, cause=cause, cure=cure)
