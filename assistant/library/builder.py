"""The catalogue's papers -> vectors kept and a current generation of indexes; whoever calls holds the writer's lock."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import FingerprintError, LibraryError, ModelError
from assistant.domain.records import Paper
from assistant.library import chunks, embeddings, generations, integrity, locks
from assistant.library.catalogue import Catalogue
from assistant.models.base import Embedder

Progress = Callable[[str, int, int], None]
"""Hears what is being done, how many are done, and of how many."""

_BATCH = 256  # papers whose vectors are kept at once, about 8 seconds of work: what an interruption can lose
_PATCHED = 5  # a vector index is patched until one paper in five has changed, then built from nothing


@dataclass(frozen=True, slots=True)
class IndexChange:
    """What an ingest changes, by paper ids."""

    removed: Sequence[str]
    """Papers whose chunks of then go."""
    put: Sequence[str]
    """Papers whose chunks of now come."""


@contextlib.contextmanager
def writer_session(folder: Path, catalogue: Catalogue, seconds: float) -> Iterator[None]:
    """Hold the writer's lock; what killed runs left behind goes first, and what this one leaves goes at its end.

    Raises `LockedError` where another process is writing for longer than `seconds`.
    """
    with locks.exclusive_lock(folder, seconds):
        generations.sweep(folder, catalogue.generation())
        try:
            yield
        finally:
            with contextlib.suppress(LibraryError):
                generations.sweep(folder, catalogue.generation())


def check(catalogue: Catalogue, embedder: str) -> None:
    """Raise `FingerprintError` where the library's vectors were not made by this embedder."""
    built, now = catalogue.state()["fingerprint"], embeddings.fingerprint(embedder)
    if built != now:
        raise FingerprintError(
            f"{catalogue.path.parent} was built with {built}, and this is {now}; run `assistant reindex` with "
            "--embedder NAME to compute its vectors anew, or choose the embedder it was built with (--embedder)"
        )


def embed(
    catalogue: Catalogue, wanted: Sequence[Paper], embedder: Embedder, progress: Progress
) -> tuple[int, dict[str, str]]:
    """Keep the vectors of these papers in the catalogue; return how many were computed, and {paper id: content}."""
    named = embeddings.fingerprint(embedder.fingerprint)
    contents = {paper.id: embeddings.content_hash(paper, named) for paper in wanted}
    kept = catalogue.embedded()
    row = len(embeddings.encode(np.zeros((1, embedder.dimension), np.float32))) if wanted else 0
    # Vectors of another number than the paper has parts come of another way to split; they are of no use.
    missing = {
        contents[paper.id]: paper
        for paper in wanted
        if contents[paper.id] not in kept or kept[contents[paper.id]] != row * len(chunks.parts(paper))
    }
    queue = list(missing.items())
    for start in range(0, len(queue), _BATCH):
        batch = queue[start : start + _BATCH]

        def heard(share: float, start: int = start, size: int = len(batch)) -> None:
            progress("embedding", start + int(share * size), len(queue))

        heard(0.0)
        matrices = _vectors([paper for _, paper in batch], embedder, heard)
        catalogue.put_embeddings(
            (content, embeddings.encode(matrix)) for (content, _), matrix in zip(batch, matrices, strict=True)
        )
    progress("embedding", len(queue), len(queue))
    return len(queue), contents


def rebuild(folder: Path, catalogue: Catalogue, progress: Progress, change: IndexChange | None = None) -> None:
    """Within a transaction: build the next generation from the catalogue as it stands there, and make it current.

    `change` says what was changed since the last one, where that is known: a small change is patched into a copy.
    """
    number = catalogue.generation() + 1
    indexed = contents(catalogue)
    progress("indexing", 0, len(indexed.papers))
    patch, changed = _patch(folder, catalogue, change, len(indexed.papers))
    recorded, patched = generations.build(folder, number, indexed, patch)
    catalogue.set_files(number, recorded)
    catalogue.set_state(generation=str(number), patched=str(changed if patched else 0))
    progress("indexing", len(indexed.papers), len(indexed.papers))


def contents(catalogue: Catalogue) -> generations.Contents:
    """Return what a generation of this catalogue holds; its vectors are read when they are asked for."""
    dimension = int(catalogue.state()["dimension"])

    def vectors(ids: Sequence[str] | None) -> Iterator[tuple[str, NDArray[np.float32]]]:
        for id, kept in catalogue.embeddings(ids):
            yield id, embeddings.decode(kept, dimension)

    papers, parts = catalogue.papers(), catalogue.parts(dimension)
    if len(parts) != len(papers):
        missing = len(papers) - len(parts)
        raise LibraryError(f"{catalogue.path} has no vectors for {missing:,} papers; run `assistant reindex`")
    return generations.Contents(papers, sum(map(chunks.count, parts)), vectors)


def repair(folder: Path, catalogue: Catalogue, damaged: int) -> None:
    """Replace generation `damaged` without computing a vector, unless somebody already did.

    Raises `LockedError` where another process is writing.
    """
    with writer_session(folder, catalogue, 0.0):
        if catalogue.generation() == damaged:
            with catalogue.transaction():
                rebuild(folder, catalogue, lambda *_: None)


def reembed(folder: Path, catalogue: Catalogue, embedder: Embedder, seconds: float, progress: Progress) -> int:
    """Compute what this embedder has not computed yet, and rebuild the indexes; return how many papers it read anew."""
    with writer_session(folder, catalogue, seconds):
        everything = catalogue.papers()
        computed, named = embed(catalogue, everything, embedder, progress)
        with catalogue.transaction():
            catalogue.set_state(
                fingerprint=embeddings.fingerprint(embedder.fingerprint), dimension=str(embedder.dimension)
            )
            catalogue.put((paper, named[paper.id]) for paper in everything)
            catalogue.forget()
            rebuild(folder, catalogue, progress)
    return computed


def _patch(
    folder: Path, catalogue: Catalogue, change: IndexChange | None, papers: int
) -> tuple[generations.Patch | None, int]:
    """Return how to patch the current vector index, None where that does not pay or it is not sound; and how many
    papers then were changed since it was built from nothing."""
    basis = catalogue.generation()
    if change is None or not basis:
        return None, 0
    changed = int(catalogue.state().get("patched", "0")) + len(change.removed) + len(change.put)
    if changed * _PATCHED > papers:
        return None, 0
    if "chroma" in integrity.check_files(folder, catalogue.files(basis, "chroma"), every=True).problems:
        return None, 0
    return generations.Patch(basis, change.removed, change.put), changed


def _vectors(papers: Sequence[Paper], embedder: Embedder, heard: Callable[[float], None]) -> list[NDArray[np.float32]]:
    """Compute the vectors of papers; raises `ModelError` rather than return any that cannot be compared.

    `heard` is told which share is done.
    """
    parts = [chunks.parts(paper) for paper in papers]
    texts = [text for own in parts for text in own]
    vectors = embedder.embed(texts, lambda done: heard(done / len(texts)))
    ends = np.cumsum([len(own) for own in parts])
    if len(vectors) != ends[-1]:
        raise ModelError(f"{embedder.fingerprint} gave {len(vectors)} vectors for {ends[-1]} texts")
    matrices = np.split(vectors, ends[:-1])
    for paper, own, matrix in zip(papers, parts, matrices, strict=True):
        if problem := embeddings.validate(matrix, len(own), embedder.dimension):
            raise ModelError(
                f"{embedder.fingerprint} gave {problem} for {paper.title[:80]!r} ({paper.id}); nothing of it was stored"
            )
    return matrices
