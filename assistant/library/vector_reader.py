"""Ids of papers -> their vectors out of the catalogue, kept for the next question."""

from collections.abc import Callable, Sequence

from assistant.library import damaged_papers, embeddings
from assistant.library.catalogue import Catalogue
from assistant.library.damaged_papers import DamagedPaper

_KEPT = 50_000  # papers whose vectors are kept, about 40 MB


class VectorReader:
    """Reads the vectors of one generation."""

    def __init__(self, catalogue: Catalogue, leave_out: Callable[[Sequence[DamagedPaper]], None]) -> None:
        """`leave_out` is told of papers whose vectors are not as they were stored."""
        self._catalogue = catalogue
        self._dimension = catalogue.dimension()
        self._leave_out = leave_out
        self._kept: dict[str, bytes | None] = {}

    def table(self, ids: Sequence[str]) -> embeddings.VectorTable:
        """Return the vectors of these papers, in the order given."""
        missing = [id for id in ids if id not in self._kept]
        if missing and len(self._kept) + len(missing) > _KEPT:
            self._kept, missing = {}, list(ids)
        if missing:
            self._kept |= self._read(missing)
        return embeddings.vector_table(((id, self._kept[id]) for id in ids if id in self._kept), self._dimension)

    def all(self) -> embeddings.VectorTable:
        """Return all vectors, in the order in which papers were added."""
        return embeddings.vector_table(self._read(None).items(), self._dimension)

    def _read(self, ids: Sequence[str] | None) -> dict[str, bytes | None]:
        blobs = dict(self._catalogue.embeddings(ids))
        self._leave_out(damaged_papers.vectors(self._catalogue, blobs))
        return blobs
