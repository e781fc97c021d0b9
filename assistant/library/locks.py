"""A folder -> the right to write it, one process at a time; the system gives it up when that process dies."""

import contextlib
import errno
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from assistant.domain import files
from assistant.domain.errors import LibraryError, LockedError
from assistant.library import disk, trust

_POLL = 0.1  # seconds between attempts while another process has the lock
_UNSUPPORTED = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, None)  # the last is filelock's own, of a `SoftFileLock`


@contextlib.contextmanager
def exclusive_lock(folder: Path, timeout: float) -> Iterator[None]:
    """Have the writer's lock of `folder`, waiting at most `timeout` seconds for it.

    Raises `LockedError`, naming the process that has it, when it is not to be had in time, and `LibraryError` where
    the folder or its file system allows no lock, or something else stands under the name of the lock's file. Ctrl-C
    works while waiting.
    """
    import filelock

    lock: filelock.BaseFileLock = filelock.FileLock(folder / trust.LOCK, mode=0o600)
    holder = folder / "writer.json"
    try:
        _check_file(folder)
        lock.acquire(timeout=timeout, poll_interval=_POLL)
    except (OSError, NotImplementedError) as error:
        if isinstance(error, filelock.Timeout) and not isinstance(lock, filelock.SoftFileLock):
            what = f"being written by {_describe(holder)}"
            raise LockedError(what, path=folder, cure="wait for it to finish, then run this again") from error
        raise _refused(folder, error) from error
    try:
        if isinstance(lock, filelock.SoftFileLock):
            raise _refused(folder, NotImplementedError())
        _sign(holder)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                holder.unlink()
    finally:
        lock.release()


def _check_file(folder: Path) -> None:
    """Refuse a lock's file that is none, or that is a file elsewhere too; filelock itself follows no link."""
    folder.stat()  # filelock would make a folder that is not there
    path = folder / trust.LOCK
    with contextlib.suppress(FileNotFoundError):
        files.check_ordinary(path)
        if trust.has_other_names(path):
            raise LibraryError("is a hard link: it has another name elsewhere", path=path, cure=trust.COPY)


def _refused(folder: Path, error: OSError | NotImplementedError) -> LibraryError:
    """Return what to raise where the lock's file cannot be opened or locked.

    Where the system has no locks, filelock makes do with the mere existence of a file (a `SoftFileLock`, or a
    `NotImplementedError` of older versions). That outlives a process that is killed, and is refused here.
    """
    if isinstance(error, NotImplementedError) or error.errno in _UNSUPPORTED:
        what = "this file system has no file locks"
        return LibraryError(what, path=folder, cure="keep the library on another")
    if isinstance(error, files.SpecialFileError):
        return disk.failed(folder, error)
    return disk.full(folder, error) or disk.unwritable(folder, str(error.strerror or error))


def _sign(path: Path) -> None:
    """Write who has the lock into a new file; on a full disk none is written, and the lock is had all the same."""
    import socket

    process = {"pid": os.getpid(), "host": socket.gethostname(), "command": " ".join(sys.argv)[:200]}
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)  # left by a process that was killed
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(process, file)


def _describe(path: Path) -> str:
    """Return who has the lock, as it wrote that down."""
    try:
        with files.open_regular(path) as file:
            process = json.loads(file.read(4096))
        return f"process {process['pid']} on {process['host']} ({process['command']})"
    except (ValueError, KeyError, TypeError, OSError):
        return "another process"


class SharedLock:
    """A reader's lock on the folder of a generation: while any process has one, no writer removes the folder.

    Where there is no `fcntl` (Windows) it does nothing: the system itself removes no file that a reader has open.
    """

    def __init__(self, folder: Path) -> None:
        """Take the lock; without one where the folder cannot be opened."""
        self._descriptor: int | None = None
        with contextlib.suppress(OSError, ImportError):
            import fcntl

            self._descriptor = os.open(folder, disk.FOLDER_FLAGS)
            # Fails only while a writer's sweep probes the folder, and a sweep never probes the current generation.
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def release(self) -> None:
        """Give the lock up; a second call does nothing."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def is_locked(folder: Path | str, within: int | None = None) -> bool:
    """Whether any process has a `SharedLock` on `folder`, named relative to the open folder `within`; never where there
    is no `fcntl`."""
    try:
        import fcntl

        descriptor = os.open(folder, disk.FOLDER_FLAGS, dir_fd=within)
    except (ImportError, OSError):
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False
