"""The disk's refusals -> `LibraryError`s that say what to do; and files made to survive a loss of power."""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from assistant.domain.errors import LibraryError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_SAYING = ("No space left", "database or disk is full")  # the system's words, and SQLite's, which Chroma passes on
_LEAST_FREE = 256 * 1024  # bytes; below it, whatever SQLite or Chroma call the failure, the disk is full


def flush(path: Path) -> None:
    """Make a file, or the names in a folder, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def full(folder: Path, error: BaseException) -> LibraryError | None:
    """Return what to raise where `error` came of a full disk, by whatever words it says so; else None."""
    chain = list(_chain(error))
    numbers = [one.errno for one in chain if isinstance(one, OSError) and one.errno is not None]
    said = any(words in str(one) for one in chain for words in _SAYING)
    said = said or (numbers[0] in _FULL if numbers else _exhausted(folder))
    return LibraryError(f"{folder}: no space left on the disk; free some and run this again") if said else None


def unwritable(folder: Path, why: str) -> LibraryError:
    """Return what to raise where the folder, or a file in it, refuses a change."""
    return LibraryError(f"{folder} cannot be written ({why}); make it writable, or name another with --library")


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and those that caused it."""
    while error is not None:
        yield error
        error = error.__cause__


def _exhausted(folder: Path) -> bool:
    """Whether the disk of `folder` has no room; never one that cannot be written, or that counts no blocks (/proc)."""
    with contextlib.suppress(OSError):
        found = os.statvfs(folder)
        changeable = found.f_blocks and not found.f_flag & os.ST_RDONLY
        return bool(changeable) and found.f_bavail * found.f_frsize < _LEAST_FREE
    return False
