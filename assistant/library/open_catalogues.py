"""The catalogues that this process has open -> whether a file of one may be opened, and closed, beside SQLite.

A lock of POSIX belongs to a process and a file: whoever closes any descriptor of the file gives up all locks that the
process has on it, those of SQLite too. Another program then takes the log for unused, deletes it when it closes, and
what is written to it from here on is lost. https://www.sqlite.org/howtocorrupt.html 2.2
"""

import contextlib
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

_File = tuple[int, int]  # device and inode


class CountedConnection(sqlite3.Connection):
    """A connection that is known to be open until it is closed; a `factory` for `sqlite3.connect`."""

    file: _File | None = None

    def close(self) -> None:
        """Close it."""
        super().close()
        self.file = None


# Of the process, as its locks are.
_connections: weakref.WeakSet[CountedConnection] = weakref.WeakSet()
_lock = threading.RLock()


@contextlib.contextmanager
def opening() -> Iterator[None]:
    """Let one thread at a time look at the file of a catalogue, and connect to it."""
    with _lock:
        yield


def count(connection: CountedConnection, catalogue: Path) -> None:
    """Have a connection known as one to this catalogue."""
    connection.file = _file(catalogue)
    _connections.add(connection)


def is_open(catalogue: Path) -> bool:
    """Whether this process has a connection to this catalogue, under whatever name: then nothing else may open it."""
    with contextlib.suppress(OSError):
        file = _file(catalogue)
        return any(connection.file == file for connection in list(_connections))
    return False


def _file(path: Path) -> _File:
    status = path.stat()
    return status.st_dev, status.st_ino
