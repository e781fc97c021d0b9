"""Bytes -> a file that lines of a conversation are added to: private, and whole."""

import os
import stat
from io import FileIO
from pathlib import Path

from assistant.domain import files


def open_private(path: str, flags: int) -> int:
    """Open a file, made where there is none, that only its owner can read."""
    return files.regular(path, flags | os.O_CREAT)


def is_empty(path: Path) -> bool:
    """Whether there is a regular file without a byte."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and not status.st_size


def write(file: FileIO, content: bytes, offset: int) -> None:
    """Write all of `content` from an offset on; a single call may write less."""
    file.seek(offset)
    while content:
        content = content[file.write(content) :]
