"""Papers of a library -> their abstracts ready to be searched for support: sentences with their vectors."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Paper
from assistant.library import chunks, embeddings
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
    """Return {paper id: abstract}; the vectors come from the catalogue, none is computed."""
    blobs = dict(library.catalogue.embeddings([paper.id for paper in papers]))
    return {paper.id: _abstract(paper, embeddings.decode(blobs[paper.id], library.dimension)) for paper in papers}


def _abstract(paper: Paper, matrix: NDArray[np.float32]) -> Abstract:
    return Abstract(paper, chunks.parts(paper)[1:], matrix[1:], matrix[0], chunks.vector(matrix, 0, len(matrix) - 1))
