"""The catalogue's papers -> vectors kept and a current generation of indexes; whoever calls holds the writer's lock."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant import chunks
from assistant.embedding.ports import Embedder
from assistant.errors import FingerprintError
from assistant.library import generations, locks, stored
from assistant.library.catalogue import Catalogue
from assistant.records import Paper

Progress = Callable[[str, int, int], None]
"""Hears what is being done, how many are done, and of how many."""

_BATCH = 64  # papers whose vectors are kept at once: what an interruption can lose


def check(catalogue: Catalogue, embedder: str) -> None:
    """Raise `FingerprintError` where the library's vectors were not made by this embedder."""
    built, now = catalogue.state().get("fingerprint", ""), stored.fingerprint(embedder)
    if built != now:
        raise FingerprintError(
            f"{catalogue.path.parent} was built with {built}, and this is {now}; run `assistant reindex` to compute "
            "its vectors anew, or choose the embedder it was built with (--embedder)"
        )


def embed(
    catalogue: Catalogue, wanted: Sequence[Paper], embedder: Embedder, progress: Progress
) -> tuple[int, dict[str, str]]:
    """Keep the vectors of these papers in the catalogue; return how many were computed, and {paper id: content}."""
    named = stored.fingerprint(embedder.fingerprint)
    contents = {paper.id: stored.content(paper, named) for paper in wanted}
    there = catalogue.embedded()
    missing = {contents[paper.id]: paper for paper in wanted if contents[paper.id] not in there}
    queue = list(missing.items())
    for start in range(0, len(queue), _BATCH):
        progress("embedding", start, len(queue))
        batch = queue[start : start + _BATCH]
        texts = [chunks.text(paper) for _, paper in batch]
        spans = [[(chunk.start, chunk.end) for chunk in chunks.split(paper)[1:]] for _, paper in batch]
        matrices = embedder.embed_with_spans(texts, spans)
        kept = [(content, stored.pack(matrix)) for (content, _), matrix in zip(batch, matrices, strict=True)]
        catalogue.put_embeddings(kept)
    progress("embedding", len(queue), len(queue))
    return len(queue), contents


def rebuild(folder: Path, catalogue: Catalogue, progress: Progress) -> None:
    """Within a transaction: build the next generation from the catalogue as it stands there, and make it current."""
    number = int(catalogue.state()["generation"]) + 1
    indexed = contents(catalogue)
    progress("indexing", 0, len(indexed))
    catalogue.set_files(number, generations.build(folder, number, indexed))
    catalogue.set_state(generation=str(number))
    progress("indexing", len(indexed), len(indexed))


def contents(catalogue: Catalogue) -> list[tuple[Paper, NDArray[np.float32]]]:
    """Return every paper with the vectors of its chunks, from the catalogue alone."""
    dimension = int(catalogue.state()["dimension"])
    vectors = dict(catalogue.embeddings())
    return [(paper, stored.unpack(vectors[paper.id], dimension)) for paper in catalogue.papers()]


def repair(folder: Path, catalogue: Catalogue, seconds: float, progress: Progress) -> None:
    """Rebuild the indexes without computing a vector; raises `LockedError` where another process is writing."""
    with locks.writing(folder, seconds):
        with catalogue.transaction():
            rebuild(folder, catalogue, progress)
        generations.sweep(folder, int(catalogue.state()["generation"]))


def renew(folder: Path, catalogue: Catalogue, embedder: Embedder, seconds: float, progress: Progress) -> int:
    """Compute what this embedder has not computed yet, and rebuild the indexes; return how many papers it read anew."""
    with locks.writing(folder, seconds):
        everything = catalogue.papers()
        computed, named = embed(catalogue, everything, embedder, progress)
        with catalogue.transaction():
            catalogue.set_state(fingerprint=stored.fingerprint(embedder.fingerprint), dimension=str(embedder.dimension))
            catalogue.put((paper, named[paper.id]) for paper in everything)
            catalogue.forget()
            rebuild(folder, catalogue, progress)
        generations.sweep(folder, int(catalogue.state()["generation"]))
    return computed
