"""A library folder -> one connection to its catalogue, with transactions, snapshots, and errors that say what to do."""

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.domain.errors import LibraryError
from assistant.library import database, log, schema

AMONG = "IN (SELECT value FROM json_each(?))"
"""Any number of values, as a list in JSON, where SQLite allows 32,766 parameters."""


class CatalogueConnection:
    """One open connection. SQLite's own errors become `LibraryError`s that name the file and the next step."""

    def __init__(self, folder: Path) -> None:
        """Open the catalogue of `folder`; raises `LibraryError` where it cannot be used."""
        self.path = folder / database.NAME
        self._seen = database.stamp(self.path)
        self._is_malformed = False
        self._connection = database.connect(folder)

    def close(self) -> None:
        """Close the connection; an open transaction is rolled back."""
        if self._is_malformed:
            log.close_unmerged(self._connection, self.path)
        else:
            self._connection.close()

    def version(self) -> int:
        """Return the version of the schema; one of 1 has no checksums, only one of 3 the other ids of papers."""
        [(version,)] = self.read("PRAGMA user_version")
        return int(version)

    # -- transactions

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything written inside becomes visible at once when the block ends, or not at all."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("UPDATE state SET value = value + 1 WHERE key = 'revision'")  # see `log`
            self.run("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def snapshot(self) -> None:
        """From here on, reads see the library as it is now, whatever others write; called again, as it is then."""
        self.release()
        if self._seen is not None and database.stamp(self.path) != self._seen:
            self._connection.close()  # in a read-only folder SQLite does not look at what others write
            self._seen = database.stamp(self.path)
            self._connection = database.connect(self.path.parent)
        self.run("BEGIN")
        self.version()  # only a read begins the snapshot

    def release(self) -> None:
        """End a snapshot."""
        if self._connection.in_transaction:
            self.run("COMMIT")

    def upgrade(self) -> None:
        """Give the tables of an older version the columns that they lack, within a transaction."""
        with database.translated(self.path):
            schema.upgrade(self._connection)

    def merge_log(self) -> None:
        """Move the write-ahead log into the catalogue, so that it is whole in its one file; as far as readers allow."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("PRAGMA busy_timeout = 0")  # who reads is not waited for
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute(f"PRAGMA busy_timeout = {database.BUSY_SECONDS * 1000}")

    def copy(self, target: Path) -> None:
        """Write the catalogue as it is at this moment, or in the snapshot, into the new file `target`, whatever others
        write meanwhile."""
        with database.translated(target):
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
                self._connection.backup(copy)

    # -- plumbing

    def run(self, statement: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        with self._translated():
            return self._connection.execute(statement, values)

    def run_many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """Run one statement for each of some values."""
        with self._translated():
            self._connection.executemany(statement, values)

    def read(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query."""
        with self._translated():
            return self._connection.execute(statement, values).fetchall()

    def stream(self, statement: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query that has more than memory should hold at once."""
        with self._translated():
            # Not `yield from`, which would close the cursor of what is not read to its end, after the connection even.
            for row in self._connection.execute(statement, values):  # noqa: UP028
                yield row

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn SQLite's errors into ours, and remember those that say that the file is malformed."""
        try:
            with database.translated(self.path):
                yield
        except LibraryError as error:
            cause = getattr(error.__cause__, "sqlite_errorname", None) or ""
            self._is_malformed |= cause.startswith("SQLITE_CORRUPT")
            raise
