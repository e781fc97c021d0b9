"""The disk's refusals -> `LibraryError`s that say what to do; and files made to survive a loss of power."""

import contextlib
import errno
import os
import shutil
from pathlib import Path

from assistant.errors import LibraryError

_FULL = (errno.ENOSPC, errno.EDQUOT)
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
    said = "No space left" in str(error) or (isinstance(error, OSError) and error.errno in _FULL)
    with contextlib.suppress(OSError):
        said = said or shutil.disk_usage(folder).free < _LEAST_FREE
    return LibraryError(f"{folder}: no space left on the disk; free some and run this again") if said else None


def unwritable(folder: Path, why: str) -> LibraryError:
    """Return what to raise where the folder, or a file in it, refuses a change."""
    return LibraryError(f"{folder} cannot be written ({why}); make it writable, or name another with --library")
