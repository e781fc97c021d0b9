"""The disk's refusals -> `LibraryError`s that say what to do; files that survive a loss of power; folders by handle."""

import contextlib
import errno
import math
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from assistant.domain.errors import LibraryError
from assistant.domain.files import SpecialFileError

FOLDER_FLAGS = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_NOFOLLOW", 0)
"""How a folder is opened, and nothing else: no link to one, no pipe. Windows has neither flag, and opens none."""

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_TEXTS = ("No space left", "database or disk is full")  # the system's words, and SQLite's, which Chroma passes on
_LEAST_FREE = 256 * 1024  # bytes; below it, whatever SQLite or Chroma call the failure, the disk is full
_HARDLY_FREE = 3 * 1024 * 1024  # bytes; below it, that may be what they failed of: Chroma writes some MB at once
_FREE = "free some and run this again"
_LEAST_FILES = 8  # a disk that allows fewer has no room for a new generation, or for the files that SQLite needs


def flush(path: Path) -> None:
    """Make a file, or the names in a folder, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def opened_folder(path: Path | str, within: int | None = None) -> Iterator[int]:
    """Have a descriptor of a folder, named relative to the folder `within`; raises `OSError`, as for a link to one."""
    descriptor = os.open(path, FOLDER_FLAGS, dir_fd=within)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def remove(name: str, within: int) -> None:
    """Remove what goes by a name in an open folder, with all that is in it; of a link the link, never what it leads to.

    What cannot be removed stays.
    """
    with contextlib.suppress(OSError):
        if stat.S_ISDIR(os.stat(name, dir_fd=within, follow_symlinks=False).st_mode):
            import shutil

            shutil.rmtree(name, ignore_errors=True, dir_fd=within)
        else:
            os.unlink(name, dir_fd=within)


def full(folder: Path, error: BaseException) -> LibraryError | None:
    """Return what to raise where `error` came of a full disk, by whatever words it says so; else None."""
    causes = list(_causes(error))
    numbers = [cause.errno for cause in causes if isinstance(cause, OSError) and cause.errno is not None]
    is_certain = any(text in str(cause) for cause in causes for text in _FULL_TEXTS)
    is_certain = is_certain or (bool(numbers) and numbers[0] in _FULL)
    if numbers and not is_certain:
        return None
    room = _room(folder)
    if room and room.files < _LEAST_FILES:
        what = "no room for another file on the disk: no inode is left"
        return LibraryError(what, path=folder, cure="remove some files and run this again")
    if is_certain or (room and room.bytes < _LEAST_FREE):
        return LibraryError("no space left on the disk", path=folder, cure=_FREE)
    if room and room.bytes < _HARDLY_FREE:
        what = f"hardly any space left on the disk, {room.bytes // 1024:,} KB"
        return LibraryError(what, path=folder, cause=str(error)[:300], cure=_FREE)
    return None


def exhausted(folder: Path) -> bool:
    """Whether the disk of `folder` has no room, so that all that can be done is to read; never one that cannot be
    written at all."""
    room = _room(folder)
    return room is not None and (room.bytes < _LEAST_FREE or room.files < _LEAST_FILES)


def failed(path: Path, error: OSError) -> LibraryError:
    """Return what to raise where the system refused something about `path`, or about a file that it names itself."""
    cure = (
        "nothing was opened or changed; remove it if you do not know it" if isinstance(error, SpecialFileError) else ""
    )
    return LibraryError(error.strerror or str(error), path=error.filename or path, cure=cure)


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


class _Room(NamedTuple):
    """What a disk has left for this user."""

    bytes: int
    files: float


def _room(folder: Path) -> _Room | None:
    """Return what the disk of `folder` has left; None where it cannot be written, or counts no blocks (/proc)."""
    with contextlib.suppress(OSError):
        room = os.statvfs(folder)
        if not room.f_blocks or room.f_flag & os.ST_RDONLY:
            return None
        # Some blocks are kept back for root; file systems that need no inodes count none.
        blocks = max(room.f_bavail, room.f_bfree) if os.geteuid() == 0 else room.f_bavail
        return _Room(blocks * room.f_frsize, room.f_favail if room.f_files else math.inf)
    return None
