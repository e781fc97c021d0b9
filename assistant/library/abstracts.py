"""Papers of a library -> their abstracts ready to be searched for support: sentences, and vectors where asked for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import LibraryError
from assistant.domain.records import Paper
from assistant.library import chunks, embeddings
from assistant.library.bm25 import BM25Index
from assistant.library.index import REINDEX
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder


@dataclass(frozen=True)
class Abstract:
    """One paper's abstract, sentence by sentence."""

    paper: Paper
    sentences: tuple[str, ...]
    whole: NDArray[np.float32]
    """The unit vector of title and abstract together."""
    embedder: Embedder
    """What made that vector."""
    words: BM25Index
    """The word index of its library."""

    @cached_property
    def terms(self) -> tuple[frozenset[str], ...]:
        """The index terms of each sentence, computed when first asked for."""
        return tuple(frozenset(self.words.terms(sentence)) for sentence in self.sentences)

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """One unit row a sentence, computed when first asked for. Raises `ModelError`."""
        if not self.sentences:
            return np.empty((0, len(self.whole)), np.float32)
        return self.embedder.embed(self.sentences)


def read(library: LibrarySnapshot, papers: Sequence[Paper], embedder: Embedder) -> dict[str, Abstract]:
    """Return {paper id: abstract}; `embedder`, which made the library's vectors, makes those of sentences when needed.

    Raises `LibraryError` for a paper whose vectors are not as they were stored, or not those of its text.
    """
    blobs = dict(library.catalogue.embeddings([paper.id for paper in papers]))
    return {paper.id: _abstract(paper, blobs.get(paper.id), library, embedder) for paper in papers}


def embed_sentences(abstracts: Iterable[Abstract]) -> None:
    """Compute the vectors of all these sentences at once, rather than paper by paper. Raises `ModelError`."""
    missing = [abstract for abstract in abstracts if abstract.sentences and "vectors" not in vars(abstract)]
    if len(missing) > 1:
        matrix = missing[0].embedder.embed([text for abstract in missing for text in abstract.sentences])
        ends = np.cumsum([len(abstract.sentences) for abstract in missing])
        for abstract, vectors in zip(missing, np.split(matrix, ends[:-1]), strict=True):
            vars(abstract)["vectors"] = vectors  # as `cached_property` keeps it


def _abstract(paper: Paper, blob: bytes | None, library: LibrarySnapshot, embedder: Embedder) -> Abstract:
    dimension = library.dimension
    matrix = embeddings.decode(blob, dimension) if blob is not None else np.empty((0, dimension), np.float32)
    if len(matrix) != len(chunks.split(paper)):
        what = f"the vectors of {paper.title[:80]!r} are missing, not as they were stored, or not those of its text"
        raise LibraryError(what, path=paper.id, cure=REINDEX)
    return Abstract(paper, chunks.sentences_of(paper), matrix[0], embedder, library.words)
