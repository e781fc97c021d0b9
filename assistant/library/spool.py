"""Objects of any number -> a private file that holds them in their order, and sequences that read it again."""

import contextlib
import pickle
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar, overload

from assistant.domain.errors import ResourceError

Item = TypeVar("Item")

_AT_ONCE = 500


class Spool:
    """A file of SQLite's that has no name and is gone when nobody has it open; a small one stays in memory."""

    def __init__(self) -> None:
        """Raises `ResourceError` where there is no room for it, as all that is done with it does."""
        with _translated():
            self._connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode = OFF")
            self._connection.execute("CREATE TABLE items (number INTEGER PRIMARY KEY, kind TEXT, item BLOB)")
            self._connection.execute("CREATE INDEX items_by_kind ON items (kind, number)")

    def __del__(self) -> None:
        """Close the file with the last sequence that reads it."""
        with contextlib.suppress(AttributeError, sqlite3.Error):
            self._connection.close()

    def extend(self, kind: str, items: Iterable[object]) -> None:
        """Add items of a kind."""
        rows = ((kind, pickle.dumps(item, pickle.HIGHEST_PROTOCOL)) for item in items)
        self.run_many("INSERT INTO items (kind, item) VALUES (?, ?)", rows)

    def run_many(self, statement: str, values: Iterable[Sequence[object]]) -> None:
        """Run one statement for each of some values."""
        with _translated():
            self._connection.executemany(statement, values)

    def read(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return all rows of a query, which may put pages of the file away to have others in memory."""
        with _translated():
            return self._connection.execute(query, values).fetchall()


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn SQLite's errors into a `ResourceError`: nobody else has the file, so that only the disk is at fault."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        cure = "make room in the folder for temporary files, or set TMPDIR to another"
        raise ResourceError("what is ingested cannot be kept", cause=str(error), cure=cure) from error


class Spooled(Sequence[Item], Generic[Item]):
    """The items of one kind, read when they are asked for, some hundreds at a time."""

    def __init__(self, spool: Spool, kind: str, view: Callable[[Any], Item], at_once: int = _AT_ONCE) -> None:
        """`view` makes of an item what is wanted of it; so many are read at once."""
        self._spool = spool
        self._view = view
        self._kind = kind
        self._at_once = at_once
        [(self._length,)] = spool.read("SELECT count(*) FROM items WHERE kind = ?", (kind,))

    def __len__(self) -> int:
        return int(self._length)

    def __iter__(self) -> Iterator[Item]:
        last = -1
        query = "SELECT number, item FROM items WHERE kind = ? AND number > ? ORDER BY number LIMIT ?"
        while rows := self._spool.read(query, (self._kind, last, self._at_once)):
            yield from (
                self._view(pickle.loads(item)) for _, item in rows
            )  # written here, and nobody else can open the file
            last = rows[-1][0]

    @overload
    def __getitem__(self, place: int) -> Item: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, place: int | slice) -> Item | tuple[Item, ...]:
        places = range(len(self))[place]
        if isinstance(places, range):
            return tuple(self[number] for number in places)
        query = "SELECT item FROM items WHERE kind = ? ORDER BY number LIMIT 1 OFFSET ?"
        [(item,)] = self._spool.read(query, (self._kind, places))
        return self._view(pickle.loads(item))
