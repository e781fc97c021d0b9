"""A catalogue and the write-ahead log beside it -> whether they belong together, which SQLite itself cannot tell.

A log begins where the catalogue stood when the log was last empty, and each transaction in it raises the catalogue's
`revision` by one at most. So a log belongs to its catalogue where both are of one library, and the revision with the
log is no lower than without it, and higher by no more than the transactions that the log has.
"""

import contextlib
import os
import sqlite3
import struct
from pathlib import Path

from assistant.domain import files
from assistant.domain.errors import LibraryError, LockedError
from assistant.library import locks, open_catalogues

_HEADER = 32  # bytes; https://www.sqlite.org/fileformat2.html 4.1
_FRAME = 24  # bytes before each page: its number, the size of the database where a transaction ends, the log's salts
_ATTEMPTS = 3  # while others write, what is read of the log and of the catalogue may be of two moments


def path_of(catalogue: Path) -> Path:
    """Return where SQLite keeps the log of a catalogue."""
    return catalogue.with_name(f"{catalogue.name}-wal")


def pages(catalogue: Path) -> set[int]:
    """Return the numbers of the pages that the log beside a catalogue has; none where there is no log."""
    return {number for number, _ in _read(catalogue)[1]}


def is_foreign(catalogue: Path) -> bool:
    """Whether the log beside a catalogue is that of another; False where that cannot be told. Changes nothing."""
    with contextlib.suppress(OSError, sqlite3.Error, ValueError):
        for _ in range(_ATTEMPTS):
            before = _transactions(catalogue)
            if before is None:
                return False
            address = catalogue.absolute().as_uri()
            base = _revision(f"{address}?mode=ro&immutable=1")  # has SQLite leave the log alone
            whole = _revision(f"{address}?mode=ro")  # never moves the log into the catalogue
            if base is None or whole is None:
                return False
            if base[0] == whole[0] and 0 <= whole[1] - base[1] <= before[1]:
                return False
            if _transactions(catalogue) == before:
                return True
    return False


def require_own(catalogue: Path) -> None:
    """Raise `LibraryError` where the log beside a catalogue is that of another, as where an old copy was put back."""
    if is_foreign(catalogue):
        raise LibraryError(
            "the catalogue cannot be used",
            path=catalogue,
            cause=f"the log beside it, {catalogue.name}-wal, is of another one",
            cure=f"nothing was changed; {_removal(catalogue)}",
        )


def require_whole(catalogue: Path, page: int) -> None:
    """Raise `LibraryError` where SQLite would leave out transactions of the log beside a catalogue, whose pages have
    `page` bytes, for a damage in it; not while somebody writes, whose last frame is not whole yet."""
    log = path_of(catalogue)
    with contextlib.suppress(FileNotFoundError):
        if not log.stat().st_size:
            return
        from assistant.library import log_checksums  # with numpy

        if log_checksums.sound_bytes(log, page) is None:
            return
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(locks.exclusive_lock(catalogue.parent, 0.0))
            except LockedError:
                return
            except LibraryError:  # nobody can write here
                pass
            size = log_checksums.sound_bytes(log, page)
        if size is not None:
            cause = f"the log beside it, {log.name}, is damaged, and has changes after that"
            cure = (
                f"nothing was changed; to go on without these, run `truncate -s {size} {log}`, then `assistant ingest` "
                "on your latest listings again"
            )
            raise LibraryError("the catalogue cannot be used", path=catalogue, cause=cause, cure=cure)


def cure(catalogue: Path) -> str:
    """Return what to do about the log beside a catalogue that is damaged; "" where there is none, or an empty one."""
    with contextlib.suppress(OSError, sqlite3.Error):
        if not path_of(catalogue).stat().st_size:
            return ""
        if open_catalogues.is_open(catalogue):
            return _removal(catalogue)
        address = f"{catalogue.absolute().as_uri()}?mode=ro&immutable=1"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            [(finding,)] = connection.execute("PRAGMA quick_check(1)")
        is_sound = f"without the log beside it, {catalogue.name}-wal, it is sound: " if finding == "ok" else ""
        return f"{is_sound}{_removal(catalogue)}"
    return ""


def close_unmerged(connection: sqlite3.Connection, catalogue: Path) -> None:
    """Close a connection to a catalogue in which something is wrong, without moving the log into it."""
    with contextlib.suppress(OSError, sqlite3.Error):
        if not path_of(catalogue).stat().st_size:
            connection.close()
            return
        # The last to close moves the log, unless it may only read.
        address = f"{catalogue.absolute().as_uri()}?mode=ro"
        with contextlib.closing(sqlite3.connect(address, uri=True)) as witness:
            witness.execute("PRAGMA user_version").fetchall()
            connection.close()
    connection.close()


def _removal(catalogue: Path) -> str:
    name = catalogue.name
    return f"if you put a copy back, move {name}-wal and {name}-shm away and run this again"


def _revision(address: str) -> tuple[str, int] | None:
    """Return identity and revision of a catalogue; None where it has none, as one of version 1."""
    with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
        facts = dict(connection.execute("SELECT key, value FROM state WHERE key IN ('identity', 'revision')"))
    return (str(facts["identity"]), int(facts["revision"])) if len(facts) == 2 else None


def _transactions(catalogue: Path) -> tuple[bytes, int] | None:
    """Return the header of the log and how many transactions it has; None where there is no log, or an empty one."""
    header, frames = _read(catalogue)
    transactions = sum(size > 0 for _, size in frames)
    return (header, transactions) if transactions else None


def _read(catalogue: Path) -> tuple[bytes, list[tuple[int, int]]]:
    """Return the header of the log and, for each frame, the number of its page and, where a transaction ends, the size
    of the database in pages, else 0; no frames where there is no log, or less of one than its header."""
    frames: list[tuple[int, int]] = []
    try:
        with files.open_regular(path_of(catalogue)) as file:
            header = file.read(_HEADER)
            if len(header) == _HEADER:
                page, salts = struct.unpack(">I", header[8:12])[0], header[16:24]
                while len(frame := file.read(_FRAME)) == _FRAME and frame[8:16] == salts:
                    frames.append(struct.unpack(">II", frame[:8]))
                    file.seek(page, os.SEEK_CUR)
    except FileNotFoundError:
        return b"", frames
    return header, frames
