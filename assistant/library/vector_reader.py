"""Ids of papers -> their vectors out of the catalogue, kept for the next question."""

from collections.abc import Callable, Sequence

from assistant.library import damaged_papers, embeddings
from assistant.library.catalogue import Catalogue
from assistant.library.damaged_papers import DamagedPaper

_KEPT = 40_000_000  # bytes of vectors that are kept: those of 50,000 papers, or of 500 with full texts


class VectorReader:
    """Reads the vectors of one generation."""

    def __init__(self, catalogue: Catalogue, leave_out: Callable[[Sequence[DamagedPaper]], None]) -> None:
        """`leave_out` is told of papers whose vectors are not as they were stored."""
        self._catalogue = catalogue
        self._dimension = catalogue.dimension()
        self._leave_out = leave_out
        self._kept: dict[str, bytes | None] = {}
        self._size = 0
        """Bytes that are kept."""

    def read(self, ids: Sequence[str]) -> None:
        """Read the vectors of those of these papers that are not kept yet."""
        missing = [id for id in ids if id not in self._kept]
        if missing and self._size > _KEPT:
            self._kept, self._size, missing = {}, 0, list(ids)
        if missing:
            read = self._read(missing)
            self._kept |= read
            self._size += sum(len(blob) for blob in read.values() if blob)

    def table(self, ids: Sequence[str]) -> embeddings.VectorTable:
        """Return the vectors of these papers, in the order given."""
        self.read(ids)
        return embeddings.vector_table(((id, self._kept[id]) for id in ids if id in self._kept), self._dimension)

    def all(self) -> embeddings.VectorTable:
        """Return all vectors, in the order in which papers were added."""
        return embeddings.vector_table(self._read(None).items(), self._dimension)

    def _read(self, ids: Sequence[str] | None) -> dict[str, bytes | None]:
        blobs = dict(self._catalogue.embeddings(ids))
        self._leave_out(damaged_papers.vectors(self._catalogue, blobs))
        return blobs
