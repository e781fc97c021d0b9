"""A catalogue -> what its vector index holds, or is to hold: papers, chunks and vectors, read when called for."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import LibraryError
from assistant.domain.full_texts import Passage
from assistant.domain.records import Paper
from assistant.library import chunks, embeddings, full_texts, tail
from assistant.library.catalogue import Catalogue
from assistant.library.chunks import Chunk
from assistant.library.generations import Contents
from assistant.library.index import REINDEX
from assistant.library.rows import StoredPaper

_AT_ONCE = 1_000  # papers in memory while an index is made


def of(catalogue: Catalogue) -> Contents:
    """Return what the vector index of this catalogue holds now, or where it has no tail is to hold; papers and vectors
    are read only when they are called for."""
    dimension, tail_ids = catalogue.dimension(), tail.ids(catalogue)

    def papers(ids: Sequence[str] | None) -> Iterator[tuple[Paper, Sequence[Chunk], NDArray[np.float32]]]:
        if ids is None:
            batches: Iterator[Sequence[str]] = ([id for _, id in batch] for batch in catalogue.batches())
        else:
            batches = (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
        for batch in batches:
            # What is not as it was written is indexed too: readers leave it out, and it comes back with its listing.
            by_id = {stored.paper.id: stored for stored in catalogue.stored_papers(batch)}
            for id, blob in catalogue.embeddings([id for id in batch if id not in tail_ids]):
                if blob is None:
                    what = "has vectors that are missing or not as they were stored"
                    raise LibraryError(what, path=id, cure=REINDEX)
                matrix = embeddings.decode(blob, dimension)
                yield by_id[id].paper, _chunks(catalogue, by_id[id], len(matrix)), matrix

    def sample(most: int) -> list[str]:
        return [id for id in catalogue.spread(most + len(tail_ids)) if id not in tail_ids]

    if (indexed := catalogue.state().get("indexed")) is not None and tail_ids:
        count = int(indexed) if indexed.isdecimal() else -1
    else:
        counts, size = catalogue.vector_counts(dimension), catalogue.size()
        if len(counts) != size:
            missing = size - len(counts)
            raise LibraryError(f"has no vectors for {missing:,} papers", path=catalogue.path, cure=REINDEX)
        count = sum(counts)
    return Contents(catalogue.vector_index(), count, papers, sample)


def _chunks(catalogue: Catalogue, stored: StoredPaper, vectors: int) -> Sequence[Chunk]:
    """Return the chunks of a paper that has so many vectors. Where its full text is not as it was written, nothing but
    the number of its passages is known."""
    paper = stored.paper
    passages = full_texts.passages(catalogue, paper)
    if passages is None or (stored.problem and not passages):
        passages = (Passage("", ((0, 1),)),) * (vectors - chunks.count(paper.title, paper.abstract, 0))
    return chunks.split(paper, passages)
