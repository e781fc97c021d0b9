"""A folder -> the right to write it, one process at a time; the kernel gives it up when that process dies."""

import contextlib
import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from assistant.domain.errors import LibraryError, LockedError
from assistant.library import disk

_POLL = 0.1  # seconds between attempts while another process holds the lock


@contextlib.contextmanager
def exclusive_lock(folder: Path, timeout: float) -> Iterator[None]:
    """Hold the writer's lock of `folder`, waiting at most `timeout` seconds.

    Raises `LockedError`, naming the holder, when it is not to be had in time. Ctrl-C works while waiting.
    """
    path = folder / "writer.lock"
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise disk.full(folder, error) or disk.unwritable(folder, str(error.strerror)) from error
    try:
        _acquire(descriptor, folder, timeout)
        _sign(descriptor)
        try:
            yield
        finally:
            os.truncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _acquire(descriptor: int, folder: Path, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not _locked(descriptor, fcntl.LOCK_EX):
        if time.monotonic() >= deadline:
            raise LockedError(
                f"{folder} is being written by {_holder(descriptor)}; wait for it to finish, then run this again"
            )
        time.sleep(_POLL)


def _sign(descriptor: int) -> None:
    """Write who holds the lock; on a full disk nobody does, and the lock holds all the same."""
    holder = {"pid": os.getpid(), "host": socket.gethostname(), "command": " ".join(sys.argv)[:200]}
    os.truncate(descriptor, 0)
    with contextlib.suppress(OSError):
        os.pwrite(descriptor, json.dumps(holder).encode(), 0)


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise LibraryError(
            f"this file system has no file locks ({error.strerror}); keep the library on another"
        ) from error
    return True


def _holder(descriptor: int) -> str:
    try:
        holder = json.loads(os.pread(descriptor, 4096, 0))
        return f"process {holder['pid']} on {holder['host']} ({holder['command']})"
    except (ValueError, KeyError, TypeError, OSError):
        return "another process"


class SharedLock:
    """A shared hold on one folder: as long as any process has one, nobody sweeps it away."""

    def __init__(self, folder: Path) -> None:
        """Take the hold; a folder that cannot be opened is simply not held."""
        self._descriptor: int | None = None
        with contextlib.suppress(OSError):
            self._descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
            # Refused only while a sweep looks at the folder, which it does at no current one.
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def release(self) -> None:
        """Give the hold up; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_locked(folder: Path) -> bool:
    """Whether any process holds `folder`."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        return not _locked(descriptor, fcntl.LOCK_EX)
    finally:
        os.close(descriptor)
