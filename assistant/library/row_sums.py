"""Rows of a small table -> a sum of them among the facts about a library, by which one that is altered, gone or added
is noticed."""

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from assistant.library import digest_sums
from assistant.library.facts import CatalogueFacts

Table = Literal["annotations", "arrivals", "sources"]
_COLUMNS: dict[Table, str] = {
    "annotations": "paper_id, checksum",  # the checksum is of all the rest
    "arrivals": "position, at",
    "sources": "name, added, path, size, modified, digest",
}
_NONE = "none"  # the sum of no rows: it stays until all is summed anew
CURE = "restore a backup, or run `assistant reindex` to go on with what is there"
"""Of a table whose rows are not those that were written."""


def is_sound(catalogue: CatalogueFacts, table: Table) -> bool:
    """Whether a table has the rows that were written; True where that was never noted, as by an older version."""
    noted = catalogue.state().get(_key(table))
    return noted is None or noted == _sum(catalogue, table)


@contextlib.contextmanager
def noting(catalogue: CatalogueFacts, table: Table) -> Iterator[None]:
    """Have the rows of a table noted after they were changed inside, within a transaction; what was wrong before stays
    wrong."""
    was_sound = is_sound(catalogue, table)
    yield
    catalogue.set_state(**{_key(table): _sum(catalogue, table) if was_sound else _NONE})


def renew(catalogue: CatalogueFacts) -> None:
    """Note all rows as they are, within a transaction."""
    catalogue.set_state(**{_key(table): _sum(catalogue, table) for table in _COLUMNS})


def total(rows: Iterable[Sequence[object]]) -> str:
    """Return the sum of the digests of rows (see `digest_sums`), each as JSON."""
    return digest_sums.total(json.dumps(row, default=repr).encode() for row in rows)


def _sum(catalogue: CatalogueFacts, table: Table) -> str:
    return total(catalogue.stream(f"SELECT {_COLUMNS[table]} FROM {table}"))


def _key(table: Table) -> str:
    return f"rows_{table}"
