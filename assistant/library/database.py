"""A folder -> an open SQLite connection to its catalogue, or a `LibraryError` that says why not and what to do."""

import contextlib
import functools
import os
import sqlite3
import struct
import uuid
from collections.abc import Iterator
from pathlib import Path

from assistant.domain import files
from assistant.domain.errors import LibraryError, LockedError
from assistant.library import disk, index, log, open_catalogues, rows, schema, trust

NAME = "catalogue.sqlite3"
BUSY_SECONDS = 10
"""How long a statement waits for another program that is writing."""
_CACHE = 32000  # KB of its pages that a connection keeps at most; SQLite's own 2,000 are read anew by every question


def create(folder: Path, fingerprint: str, dimension: int, vector_index: str) -> None:
    """Make an empty catalogue in `folder`, whole or not at all; `vector_index` is a name of `index.VECTOR_INDEXES`."""
    path = folder / NAME
    scratch = folder / f".{NAME}.new"  # one name for all: there is one writer at a time
    with translated(path):
        for leftover in (scratch, scratch.with_name(f"{scratch.name}-journal")):  # of one that was killed
            leftover.unlink(missing_ok=True)
        os.close(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with contextlib.closing(sqlite3.connect(scratch, isolation_level=None)) as connection:
            connection.executescript(f"BEGIN; {schema.tables(schema.VERSION)} PRAGMA user_version = {schema.VERSION};")
            state = {"generation": "0", "fingerprint": fingerprint, "dimension": str(dimension)}
            state |= {"vector_index": vector_index}
            state |= {"identity": uuid.uuid4().hex, "revision": "0"}
            state |= {"checksum": rows.state_checksum(state)}
            connection.executemany("INSERT INTO state VALUES (?, ?)", state.items())
            connection.execute("COMMIT")
        scratch.replace(path)
        disk.flush(folder)


def connect(folder: Path) -> sqlite3.Connection:
    """Connect to the catalogue of `folder` for reading and writing; read-only where the folder is.

    Raises `LibraryError` where it is missing, empty, cut short, no catalogue, or of a newer version; and where it, or
    another name of the library's, is a link, a pipe or a device.
    """
    path = folder / NAME
    with open_catalogues.opening(), translated(path):
        trust.check_folder(path)
        if not open_catalogues.is_open(path):  # else it was looked at when it was opened
            log.require_whole(path, _check_size(path))
            log.require_own(path)
        connection = sqlite3.connect(
            _address(path),
            uri=True,
            isolation_level=None,
            timeout=BUSY_SECONDS,
            check_same_thread=False,
            factory=open_catalogues.CountedConnection,
        )
        open_catalogues.count(connection, path)
        # A text with a flipped bit may be no UTF-8; it is left to its checksum to refuse.
        connection.text_factory = functools.partial(str, encoding="utf-8", errors="replace")
        try:
            connection.execute(f"PRAGMA cache_size = -{_CACHE}")
            trust.distrust(connection)
            [(version,)] = connection.execute("PRAGMA user_version")
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if version > schema.VERSION:
                cause = f"it is of version {version}, this program reads versions up to {schema.VERSION}"
                cure = "nothing was changed; use the newer program"
                raise LibraryError("the catalogue cannot be used", path=path, cause=cause, cure=cure)
            if version < 1 or not {"state", "papers", "embeddings"} <= names:
                raise unusable(path, "it is not a catalogue of this program")
            if difference := trust.foreign_schema(connection, schema.tables(version)):
                raise unusable(path, difference)
            if writable(path):  # only now: a file that is not ours is left byte for byte as it was
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            log.close_unmerged(connection, path)
            raise
    return connection


def writable(path: Path) -> bool:
    """Whether this process may change the catalogue, and has room to; one that has another name elsewhere is only
    read."""
    allowed = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return allowed and not trust.has_other_names(path) and not disk.exhausted(path.parent)


def vacant(folder: Path) -> bool:
    """Whether `folder` has neither a catalogue nor anything that was left of a library."""
    return not any(os.path.lexists(folder / name) for name in (NAME, f"{NAME}-wal", *index.kinds()))


def stamp(path: Path) -> tuple[object, ...] | None:
    """Return what changes when others write to a catalogue that is read only; None where ours can be written."""
    with contextlib.suppress(OSError):
        status = path.stat()
        return None if writable(path) else (logged(path), status.st_ino, status.st_size, status.st_mtime_ns)
    return None


def logged(path: Path) -> bool:
    """Whether a write-ahead log lies beside the catalogue: somebody writes to it, or was killed writing."""
    return os.path.lexists(log.path_of(path))


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's and the file system's errors about `path` into `LibraryError`s."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", "") or ""
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")) and (
            why := disk.full(path.parent, error)
        ):
            raise why from error
        if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN")):
            if trust.has_other_names(path):
                cause = f"{NAME} is a hard link: it has another name elsewhere"
                raise LibraryError("is only read", path=path.parent, cause=cause, cure=trust.COPY) from error
            raise disk.unwritable(path.parent, str(error)) from error
        if name.startswith("SQLITE_BUSY"):
            raise LockedError(
                "in use by another program", path=path, cure="wait for it to finish, then try again"
            ) from error
        raise unusable(path, str(error)) from error
    except UnicodeDecodeError as error:  # of SQLite's message about a schema that it cannot read
        raise unusable(path, "its schema is damaged") from error
    except OSError as error:
        raise disk.full(path.parent, error) or disk.failed(path, error) from error


def unusable(path: Path, why: str) -> LibraryError:
    """Return what to raise where the catalogue is damaged, or none."""
    cure = f"nothing was changed; {restore(path.parent)}"
    return LibraryError("the catalogue cannot be used", path=path, cause=why, cure=cure)


def restore(folder: Path) -> str:
    """Return what to do about a catalogue that is damaged: nothing makes it anew but a backup, or the listings."""
    anew = (
        f"move {folder} aside and run `assistant restore FILE --library {folder}` if you have a backup, otherwise "
        "`assistant ingest` on your listings again"
    )
    return f"{cure}; otherwise {anew}" if (cure := log.cure(folder / NAME)) else anew


def _check_size(path: Path) -> int:
    """Refuse a catalogue that is missing, empty or shorter than its own header says; return the bytes of its pages."""
    if not os.path.lexists(path):
        if vacant(path.parent):
            cure = f"make it with `assistant ingest PATH --library {path.parent}`"
            raise LibraryError("there is no library here", path=path.parent, cure=cure)
        raise unusable(path, "it is missing")
    with files.open_regular(path) as file:
        header, size = file.read(100), os.fstat(file.fileno()).st_size
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise unusable(path, "it is empty" if not size else "it is not a SQLite file")
    # https://www.sqlite.org/fileformat2.html 1.3: page size at 16, "in-header database size" at 28, both big-endian.
    page, pages = struct.unpack(">H", header[16:18])[0], struct.unpack(">I", header[28:32])[0]
    page = 65536 if page == 1 else page
    missing = range((size // page if page else 0) + 1, pages + 1)
    # Killed while it moves the log into the file, SQLite leaves it short, and the log still has what is missing.
    if missing and not _logged_all(path, missing):
        raise unusable(path, f"it is cut short ({size:,} of {page * pages:,} bytes)")
    return page


def _logged_all(path: Path, pages: range) -> bool:
    """Whether the write-ahead log has all these pages; a damaged header can name billions, of which none is counted."""
    numbers = log.pages(path)
    return len(pages) <= len(numbers) and numbers.issuperset(pages)


def _address(path: Path) -> str:
    """Return the SQLite URI; in a read-only folder with no log left over, one that needs no files beside it."""
    if writable(path):
        return f"{path.absolute().as_uri()}?mode=rw"
    return f"{path.absolute().as_uri()}?mode=ro" + ("" if logged(path) else "&immutable=1")
