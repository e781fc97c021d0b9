"""A folder -> an open SQLite connection to its catalogue, or a `LibraryError` that says why not and what to do."""

import contextlib
import os
import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path

from assistant.errors import LibraryError

NAME = "catalogue.sqlite3"
_SCHEMA = 1
_TABLES = """
CREATE TABLE state (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE papers (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, abstract TEXT NOT NULL,
    date TEXT, date_inferred INTEGER NOT NULL, authors TEXT NOT NULL, author_count INTEGER, url TEXT,
    content TEXT NOT NULL);
CREATE TABLE listings (
    paper_id TEXT NOT NULL REFERENCES papers (id), source TEXT NOT NULL, line INTEGER NOT NULL, title TEXT NOT NULL,
    date TEXT, date_inferred INTEGER NOT NULL, author_count INTEGER, organisation TEXT, discussions INTEGER);
CREATE INDEX listings_by_paper ON listings (paper_id);
CREATE TABLE embeddings (content TEXT PRIMARY KEY, vectors BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
    generation INTEGER NOT NULL, path TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL,
    digest TEXT NOT NULL, PRIMARY KEY (generation, path)) WITHOUT ROWID;
"""


def create(folder: Path, fingerprint: str, dimension: int) -> None:
    """Make an empty catalogue in `folder`, whole or not at all."""
    path = folder / NAME
    scratch = folder / f".{NAME}.{os.getpid()}"
    with translated(path):
        scratch.unlink(missing_ok=True)
        connection = sqlite3.connect(scratch, isolation_level=None)
        connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {_SCHEMA}; COMMIT;")
        state = {"generation": "0", "fingerprint": fingerprint, "dimension": str(dimension)}
        connection.executemany("INSERT INTO state VALUES (?, ?)", state.items())
        connection.close()
        scratch.replace(path)


def connect(folder: Path) -> sqlite3.Connection:
    """Connect to the catalogue of `folder` for reading and writing; read-only where the folder is.

    Raises `LibraryError` where it is missing, empty, cut short, no catalogue, or of a newer version.
    """
    path = folder / NAME
    with translated(path):
        _check_size(path)
        connection = sqlite3.connect(
            _address(path), uri=True, isolation_level=None, timeout=10, check_same_thread=False
        )
        try:
            [(version,)] = connection.execute("PRAGMA user_version")
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            if _writable(path):
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
    if version != _SCHEMA or not {"state", "papers", "embeddings"} <= tables:
        connection.close()
        newer = f"it is of version {version}, this program reads version {_SCHEMA}: use the newer program"
        raise _unusable(path, newer if version > _SCHEMA else "it is not a catalogue of this program")
    return connection


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn SQLite's and the file system's errors about `path` into `LibraryError`s."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise LibraryError(f"{path.parent}: no space left on the disk; free some and run this again") from error
        if "readonly" in str(error) or "unable to open" in str(error):
            raise LibraryError(
                f"{path.parent} cannot be written ({error}); make it writable, or name another with --library"
            ) from error
        raise _unusable(path, str(error)) from error
    except sqlite3.DatabaseError as error:
        raise _unusable(path, str(error)) from error
    except OSError as error:
        raise LibraryError(f"{error.filename or path}: {error.strerror}") from error


def _unusable(path: Path, why: str) -> LibraryError:
    return LibraryError(
        f"{path} cannot be used: {why}. Nothing was changed. Put a copy of it back if you have one; otherwise move "
        f"{path.parent} aside and run `assistant ingest` on your listings again"
    )


def _check_size(path: Path) -> None:
    """Refuse a catalogue that is missing, empty or shorter than its own header says."""
    if not path.exists():
        raise _unusable(path, "it is missing")
    size = path.stat().st_size
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(b"SQLite format 3\0"):
        raise _unusable(path, "it is empty" if not size else "it is not a SQLite file")
    # https://www.sqlite.org/fileformat2.html 1.3: page size at 16, "in-header database size" at 28, both big-endian.
    page, pages = struct.unpack(">H", header[16:18])[0], struct.unpack(">I", header[28:32])[0]
    expected = (65536 if page == 1 else page) * pages
    if size < expected:
        raise _unusable(path, f"it is cut short ({size:,} of {expected:,} bytes)")


def _writable(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _address(path: Path) -> str:
    """Return the SQLite URI; in a read-only folder with no log left over, one that needs no files beside it."""
    if _writable(path):
        return f"{path.absolute().as_uri()}?mode=rw"
    logged = path.with_name(f"{NAME}-wal").exists()
    return f"{path.absolute().as_uri()}?mode=ro" + ("" if logged else "&immutable=1")
