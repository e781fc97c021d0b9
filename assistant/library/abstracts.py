"""Papers of a library -> their abstracts ready to be searched for support: sentences with their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import LibraryError
from assistant.domain.records import Paper
from assistant.library import chunks, embeddings
from assistant.library.index import REINDEX
from assistant.library.snapshot import LibrarySnapshot


@dataclass(frozen=True, slots=True)
class Abstract:
    """One paper's abstract, sentence by sentence."""

    paper: Paper
    sentences: tuple[str, ...]
    vectors: NDArray[np.float32]
    """One unit row a sentence."""
    title: NDArray[np.float32]
    """The unit vector of the title."""
    whole: NDArray[np.float32]
    """The unit vector of title and abstract together."""


def read(library: LibrarySnapshot, papers: Sequence[Paper]) -> dict[str, Abstract]:
    """Return {paper id: abstract}; the vectors come from the catalogue, none is computed.

    Raises `LibraryError` for a paper whose vectors are not as they were stored, or not those of its sentences.
    """
    blobs = dict(library.catalogue.embeddings([paper.id for paper in papers]))
    return {paper.id: _abstract(paper, blobs.get(paper.id), library.dimension) for paper in papers}


def _abstract(paper: Paper, blob: bytes | None, dimension: int) -> Abstract:
    title, *sentences = chunks.parts(paper)
    matrix = embeddings.decode(blob, dimension) if blob is not None else np.empty((0, dimension), np.float32)
    if len(matrix) != 1 + len(sentences):
        what = f"the vectors of {title[:80]!r} are missing, not as they were stored, or not those of its sentences"
        raise LibraryError(what, path=paper.id, cure=REINDEX)
    return Abstract(paper, tuple(sentences), matrix[1:], matrix[0], chunks.vector(matrix, 0, len(sentences)))
