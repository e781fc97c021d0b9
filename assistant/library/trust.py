"""A library folder from anybody -> refused where to open it would reach beyond the folder, or run what is stored in it.

SQLite follows links, waits for pipes, writes to whatever lies beside a database under the names of its own files, and
reads views and fires triggers as it reads and writes tables.
"""

import contextlib
import os
import re
import sqlite3
from pathlib import Path

from assistant.domain import files
from assistant.domain.errors import LibraryError
from assistant.library import index

LOCK = "writer.lock"
"""The file of the writer's lock."""

COPY = "copy the folder (cp -r) and use the copy"
"""The cure of hard links: a copy has files of its own."""

BESIDE = ("-wal", "-shm", "-journal")
"""The endings of the names that SQLite keeps beside a database; it writes to these if only to read."""

_JOURNAL_MAGIC = bytes.fromhex("d9d505f920a163d7")
_COMPUTED = re.compile(r"\bCHECK\b|\bGENERATED\b|\bAS\b|\bVIRTUAL\b", re.IGNORECASE)
_SAFELY = ("PRAGMA trusted_schema = OFF", "PRAGMA cell_size_check = ON")  # https://www.sqlite.org/security.html


def check_folder(catalogue: Path) -> None:
    """Look at every name in the folder of `catalogue` that is ours to open; nothing is opened.

    Raises `SpecialFileError` for a link, a pipe, a socket or a device, and `LibraryError` for a file of SQLite's that
    is written to under another name too, that names a file elsewhere, or that is large and was never written.
    """
    folder = catalogue.parent
    for name in (catalogue.name, LOCK, *index.kinds()):
        with contextlib.suppress(FileNotFoundError):
            _require_written(folder / name, files.check_ordinary(folder / name))
    for ending in BESIDE:
        path = catalogue.with_name(catalogue.name + ending)
        with contextlib.suppress(FileNotFoundError):
            _require_written(path, files.check_ordinary(path))
            if has_other_names(path):
                raise LibraryError("is a hard link: it has another name elsewhere", path=path, cure=COPY)
            if ending == "-journal" and names_another_file(path):
                cure = "nothing was changed; remove it if this library is not your own"
                raise LibraryError("is a journal that names another file, for SQLite to delete", path=path, cure=cure)


def _require_written(path: Path, status: os.stat_result) -> None:
    if files.is_hollow(status):
        what = f"has {status.st_size:,} bytes, hardly any of which are on the disk"
        raise LibraryError(what, path=path, cure="nothing was changed; remove it if this library is not your own")


def has_other_names(path: Path) -> bool:
    """Whether what is written to this file changes a file elsewhere too; a folder always has several names."""
    return path.is_file() and path.lstat().st_nlink > 1


def names_another_file(journal: Path) -> bool:
    """Whether a rollback journal ends in the name of a super-journal, which SQLite deletes once it has rolled back.

    https://www.sqlite.org/fileformat2.html#the_rollback_journal and `readSuperJournal` in its pager.c: the name, its
    length, its checksum and the magic are the last thing in the file. Only transactions over several databases leave
    one; ours are over one.
    """
    with files.open_regular(journal) as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(_JOURNAL_MAGIC)))
        return size > 2 * len(_JOURNAL_MAGIC) and file.read() == _JOURNAL_MAGIC


def distrust(connection: sqlite3.Connection) -> None:
    """Have a connection run no function and no virtual table that a schema names, and check what it reads."""
    for pragma in _SAFELY:
        connection.execute(pragma)


def foreign_schema(connection: sqlite3.Connection, tables: str) -> str | None:
    """Return what in a database is not as the statements `tables` make it and would run as it is used, or None.

    More tables or columns than ours do nothing; views, triggers, computed columns, conditions and further indexes do.
    """
    with contextlib.closing(sqlite3.connect(":memory:")) as model:
        model.executescript(tables)
        expected, expected_indexes = _columns(model), _names(model, "index")
    for kind in ("view", "trigger"):
        if names := _names(connection, kind):
            return f"it has a {kind}, {min(names)!r}"
    if indexes := {name for name in _names(connection, "index") if not name.startswith("sqlite_")} - expected_indexes:
        return f"it has an index of another program, {min(indexes)!r}"
    actual = _columns(connection)
    for table, columns in expected.items():
        if missing := columns - actual.get(table, set()):
            return f"its table {table!r} has no {', '.join(sorted(missing))}"
    for table, statement in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"):
        if table in expected and _COMPUTED.search(str(statement)):
            return f"its table {table!r} computes something"
    return None


def _names(connection: sqlite3.Connection, kind: str) -> set[str]:
    return {str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = ?", (kind,))}


def _columns(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """Return {table: its columns}; hidden ones, such as those of a virtual table, do not count."""
    rows = connection.execute(
        "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_xinfo(t.name) AS c "
        "WHERE t.type = 'table' AND c.hidden = 0"
    )
    columns: dict[str, set[str]] = {}
    for table, column in rows:
        columns.setdefault(str(table), set()).add(str(column))
    return columns
