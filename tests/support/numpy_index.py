"""A vector index of a few lines, to show that the library can do with any: one numpy file, compared row by row."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import LibraryError
from assistant.library.index import REINDEX, ChunkRow, Neighbour, VectorIndex

VECTORS = "vectors.npz"
OPENINGS = "openings"
"""Grows by a byte each time the index is opened, as a database may that is opened only to read."""
SCRATCH = "scratch"
"""Holds nothing: it is another one after each opening."""


class NumpyIndex(VectorIndex):
    """Chunk id -> (paper id, vector), in memory until it is closed."""

    def __init__(self, folder: Path, *, size: int | None = None) -> None:
        self._path = folder / VECTORS
        self._rows: dict[str, tuple[str, NDArray[np.float32]]] = {}
        self._changed = size is not None
        try:
            with (folder / OPENINGS).open("ab") as file:
                file.write(b".")
            (folder / SCRATCH).write_bytes((folder / OPENINGS).read_bytes())
            if size is None:
                with np.load(self._path) as arrays:
                    columns = [arrays[name].tolist() for name in ("ids", "papers")]
                    vectors = arrays["vectors"].astype(np.float32)
                self._rows = {id: (paper, vector) for id, paper, vector in zip(*columns, vectors, strict=True)}
        except (OSError, ValueError, KeyError) as error:
            raise LibraryError("the numpy file failed", path=folder, cause=str(error), cure=REINDEX) from error

    def close(self) -> None:
        if self._changed:
            papers = [paper for paper, _ in self._rows.values()]
            vectors = [vector for _, vector in self._rows.values()]
            np.savez(self._path, ids=np.array(list(self._rows)), papers=np.array(papers), vectors=np.array(vectors))
        self._changed = False

    def count(self) -> int:
        return len(self._rows)

    def put(self, rows: Iterable[ChunkRow]) -> None:
        self._rows |= {row.id: (row.paper_id, row.vector) for row in rows}
        self._changed = True

    def remove(self, paper_ids: Sequence[str]) -> None:
        self._rows = {id: row for id, row in self._rows.items() if row[0] not in paper_ids}
        self._changed = True

    def get(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        return {id: self._rows[id][1] for id in ids if id in self._rows}

    def nearest(self, vectors: NDArray[np.float32], limit: int) -> list[list[Neighbour]]:
        rows = [[Neighbour(id, float(row[1] @ vector)) for id, row in self._rows.items()] for vector in vectors]
        return [sorted(row, key=lambda neighbour: -neighbour.cosine)[:limit] for row in rows]

    @staticmethod
    def changes_when_opened(path: Path) -> bool:
        return path.name == OPENINGS

    @staticmethod
    def is_unwritten(path: Path) -> bool:
        return path.name == SCRATCH
