"""The disk's refusals -> `LibraryError`s that say what to do; and files made to survive a loss of power."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from assistant.domain.errors import LibraryError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_TEXTS = ("No space left", "database or disk is full")  # the system's words, and SQLite's, which Chroma passes on
_LEAST_FREE = 256 * 1024  # bytes; below it, whatever SQLite or Chroma call the failure, the disk is full


def flush(path: Path) -> None:
    """Make a file, or the names in a folder, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def full(folder: Path, error: BaseException) -> LibraryError | None:
    """Return what to raise where `error` came of a full disk, by whatever words it says so; else None."""
    causes = list(_causes(error))
    numbers = [cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno is not None]
    is_full = any(text in str(cause) for cause in causes for text in _FULL_TEXTS)
    is_full = is_full or (numbers[0] in _FULL if numbers else _exhausted(folder))
    return (
        LibraryError("no space left on the disk", path=folder, cure="free some and run this again") if is_full else None
    )


def failed(path: Path, error: OSError) -> LibraryError:
    """Return what to raise where the system refused something about `path`, or about a file that it names itself."""
    return LibraryError(error.strerror or str(error), path=error.filename or path)


def unwritable(folder: Path, why: str) -> LibraryError:
    """Return what to raise where the folder, or a file in it, refuses a change."""
    return LibraryError(
        "the library cannot be written", path=folder, cause=why, cure="make it writable, or name another with --library"
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those that caused it."""
    while error is not None:
        yield error
        error = error.__cause__


def _exhausted(folder: Path) -> bool:
    """Whether the disk of `folder` has no room; never one that cannot be written, or that counts no blocks (/proc)."""
    with contextlib.suppress(OSError):
        room = os.statvfs(folder)
        changeable = room.f_blocks and not room.f_flag & os.ST_RDONLY
        return bool(changeable) and room.f_bavail * room.f_frsize < _LEAST_FREE
    return False
