"""A path -> an open file to read lines from or add them to: a regular one, opened at once, and private."""

import os
import stat
from io import FileIO
from pathlib import Path

_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # a pipe that nobody writes to would be waited for; Windows has none


def open_at_once(path: str, flags: int) -> int:
    """Open a file for reading, without waiting where it is a pipe."""
    return os.open(path, flags | _AT_ONCE)


def open_private(path: str, flags: int) -> int:
    """Open a file, made where there is none, that only its owner can read."""
    return os.open(path, flags | os.O_CREAT | _AT_ONCE, 0o600)


def require_regular(file: FileIO) -> None:
    """Raise an `OSError` for what is no file, such as a pipe or a device, which would be read for ever."""
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        raise OSError("it is no regular file")


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
