"""What readers say of papers <-> records of a collection beside that of the papers, shown by versions as these are.

A record is a piece of what is said of one paper, which may be longer than a server takes at once.
"""

import json
from collections.abc import Iterable, Sequence

import numpy as np

from assistant.library.annotations import AnnotationRow
from assistant.library.server import records
from assistant.library.server.address import ANNOTATIONS
from assistant.library.server.client import PAGE
from assistant.library.server.collection import Records, Row, Where
from assistant.library.server.records import NEVER

_PIECE = 8_000
"""Characters, all of them ASCII, of a document; Chroma Cloud allows 16,384 bytes."""
DIMENSION = 1
"""Of the vectors that these records have because every record has one."""


def collections(store: Records) -> list[Records]:
    """Return the records of papers, and those of what readers say where there are such."""
    beside = store.beside(ANNOTATIONS)
    return [store] if beside is None else [store, beside]


def staged(row: AnnotationRow, commit: str, now: int) -> list[Row]:
    """Return the records of what is said of a paper, which no version of the library shows yet."""
    id, text = row[0], json.dumps(row)
    pieces = [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]
    shared = {"paper": id, "commit": commit, "since": NEVER, "until": NEVER, "staged": now, "parts": len(pieces)}
    vector = np.ones(DIMENSION, np.float32)
    return [Row(f"{id}#{part}@{commit}", {**shared, "part": part}, text, vector) for part, text in enumerate(pieces)]


def rows(pieces: Iterable[Row]) -> list[AnnotationRow]:
    """Return what is said of papers; with no checksum where pieces are missing, or are not JSON."""
    by_paper: dict[str, dict[int, Row]] = {}
    for row in pieces:
        by_paper.setdefault(records.paper_of(row.id), {})[row.metadata.get("part", 0)] = row
    return [_row(id, parts) for id, parts in by_paper.items()]


class AnnotationReader:
    """What readers say of papers in one version of a library."""

    def __init__(self, store: Records, version: int) -> None:
        """`store` has the records of the papers."""
        self._store = store
        self._version = version
        self._all: dict[str, AnnotationRow] | None = None

    def rows(self, ids: Sequence[str] | None) -> list[AnnotationRow]:
        """Return what is said of these papers, or of all; of many papers all is read, once."""
        if self._all is None and ids is not None and len(ids) <= PAGE:
            return self._read(records.of_papers(ids)) if ids else []
        if self._all is None:
            self._all = {row[0]: row for row in self._read()}
        return [*self._all.values()] if ids is None else [self._all[id] for id in ids if id in self._all]

    def _read(self, *conditions: Where) -> list[AnnotationRow]:
        beside = self._store.beside(ANNOTATIONS)
        if beside is None:
            return []
        where = records.visible(self._version, *conditions)
        return rows(beside.get(where=where, include=("metadatas", "documents")))


def _row(id: str, parts: dict[int, Row]) -> AnnotationRow:
    try:
        text = "".join(parts[part].document for part in range(parts[0].metadata["parts"]))
        _, tags, notes, read, checksum = json.loads(text)
    except (ValueError, KeyError, TypeError, RecursionError):
        return id, "", "", None, ""
    return id, tags, notes, read, checksum
