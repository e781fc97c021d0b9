"""Other ids of papers <-> a row of the state of the catalogue, until the next version of its schema has a column."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.library import database

STATE = "aliases"
"""The name of the row."""


def parse(catalogue: Path, rows: Sequence[tuple[str]]) -> dict[str, tuple[str, ...]]:
    """Return {paper id: its other ids}, of papers that have any; raises `LibraryError` where that cannot be read."""
    try:
        ids = json.loads(rows[0][0]) if rows else {}
        return {str(id): tuple(map(str, others)) for id, others in ids.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise database.unusable(catalogue, f"the other ids of its papers cannot be read ({error})") from error


def dump(ids: Mapping[str, Sequence[str]]) -> str:
    """Return the value of the row."""
    return json.dumps({id: list(others) for id, others in ids.items() if others})
