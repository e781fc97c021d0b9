"""Papers of the catalogue -> their vectors in the catalogue, and a new current generation of indexes."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain.callbacks import OnMessage, OnProgress
from assistant.domain.errors import FingerprintError, LibraryError, ModelError
from assistant.domain.records import Paper
from assistant.library import (
    bm25,
    chunks,
    contents,
    embeddings,
    full_texts,
    generations,
    integrity,
    locks,
    packing,
    past,
    row_sums,
    state,
    tail,
    upgrade,
    wording,
)
from assistant.library.catalogue import Catalogue
from assistant.library.generations import IndexChange
from assistant.library.index import REINDEX
from assistant.models.base import Embedder

_BATCH = 256  # chunks whose vectors are stored at once, about 8 seconds of work: what an interruption can lose
_OTHER_EMBEDDER = "choose another embedder (--embedder)"
_PATCHED = 5  # a vector index is patched until one paper in five went from it or changed, then built from nothing


@contextlib.contextmanager
def writer_session(folder: Path, catalogue: Catalogue, seconds: float) -> Iterator[None]:
    """Have the writer's lock; what killed runs left behind is removed first, and what this one leaves at its end.

    Raises `LockedError` where another process is writing for longer than `seconds`.
    """
    with locks.exclusive_lock(folder, seconds):
        upgrade.upgrade(catalogue)
        _sweep(folder, catalogue)
        try:
            yield
        finally:
            with contextlib.suppress(LibraryError):
                _sweep(folder, catalogue)
            catalogue.merge_log()


def check(catalogue: Catalogue, embedder: str) -> None:
    """Raise `FingerprintError` where the library's vectors were not made by this embedder, `LibraryError` where that
    cannot be known."""
    catalogue.dimension()
    catalogue.check_state()
    built, now = catalogue.state()["fingerprint"], embeddings.fingerprint(embedder)
    if built != now:
        raise FingerprintError(
            f"built with {built}, and this is {now}",
            path=catalogue.path.parent,
            cure=f"{REINDEX} with --embedder NAME to compute its vectors anew, or choose the embedder it was built "
            "with (--embedder)",
        )


def embed(
    catalogue: Catalogue, papers: Sequence[Paper], embedder: Embedder, on_progress: OnProgress
) -> tuple[int, dict[str, str]]:
    """Store the vectors of these papers in the catalogue; return how many papers' were computed, and {paper id: content
    hash}."""
    fingerprint = embeddings.fingerprint(embedder.fingerprint)
    hashes = {paper.id: embeddings.content_hash(paper, fingerprint) for paper in papers}
    sizes = catalogue.embedded(list(hashes.values()))
    row = len(embeddings.encode(np.zeros((1, embedder.dimension), np.float32))) if papers else 0
    # Vectors of another number than the paper has chunks come of another way to split; they are of no use.
    missing = {
        hashes[paper.id]: paper for paper in papers if sizes.get(hashes[paper.id]) != row * chunks.count_of(paper)
    }
    queue = list(missing.items())
    start = 0
    while start < len(queue):
        batch = _batch(queue, start)

        def on_share(share: float, start: int = start, size: int = len(batch)) -> None:
            on_progress("embedding", start + int(share * size), len(queue))

        on_share(0.0)
        matrices = _vectors(catalogue, [paper for _, paper in batch], embedder, on_share)
        catalogue.put_embeddings(
            (hash, embeddings.encode(matrix)) for (hash, _), matrix in zip(batch, matrices, strict=True)
        )
        start += len(batch)
    on_progress("embedding", len(queue), len(queue))
    return len(queue), hashes


def rebuild(folder: Path, catalogue: Catalogue, on_progress: OnProgress, change: IndexChange | None = None) -> None:
    """Within a transaction: build the next generation from the catalogue as it stands there, and make it current.

    `change` says what was changed since the last one, where that is known: then the word index is grown, and the vector
    index has a tail until that is too long (see `tail`). Without, all is built from nothing.
    """
    numbers, number = catalogue.numbers(), catalogue.generation() + 1
    papers, kind = catalogue.size(), catalogue.vector_index()
    on_progress("indexing", 0, papers)
    with generations.unfinished(folder, number):
        files, gone = wording.build(folder, number, catalogue, change)
        facts = {"generation": str(number), "words": bm25.SCHEME, "gone": str(gone)}
        if change and _keeps_vectors(folder, catalogue, change):
            files |= integrity.of_kind(kind, catalogue.files(catalogue.generation()))
        else:
            facts |= _new_vectors(folder, catalogue, number, change)
            files |= integrity.manifest(folder, kind, number)
    catalogue.set_files(number, files)
    former = generations.left(folder, {*numbers.values(), *_superseded(catalogue)} - {number})
    catalogue.set_state(**facts, former=" ".join(map(str, sorted(former))))
    if change is None:
        catalogue.note_names()
        catalogue.set_state(order=catalogue.order(), papers=str(papers))
    on_progress("indexing", papers, papers)


def heal(folder: Path, catalogue: Catalogue, damaged: int, problems: Iterable[str], on_message: OnMessage) -> None:
    """Replace the indexes of generation `damaged`, of which `problems` are told, unless somebody already did; no vector
    is computed. Tells where that cannot be done now, as while another process is writing."""
    on_message(f"the indexes of {folder} are damaged ({'; '.join(problems)}); rebuilding them from the catalogue")
    try:
        with writer_session(folder, catalogue, 0.0):
            if catalogue.generation() == damaged:
                with catalogue.transaction():
                    rebuild(folder, catalogue, lambda *_: None)
    except LibraryError as error:
        on_message(f"not rebuilt ({error}); answering by exact search. `assistant reindex` rebuilds them")


def reembed(folder: Path, catalogue: Catalogue, embedder: Embedder, seconds: float, on_progress: OnProgress) -> int:
    """Compute the vectors that this embedder has not computed yet, and rebuild the indexes; return of how many papers.

    Waits at most `seconds` for the writer's lock; raises `LockedError`, `ModelError` and `LibraryError`.
    """
    with writer_session(folder, catalogue, seconds):
        # Also those that are not as they were written: their vectors fit what they hold now, their checksums do not.
        papers = [stored.paper for stored in catalogue.stored_papers()]
        computed, hashes = embed(catalogue, papers, embedder, on_progress)
        with catalogue.transaction():
            if catalogue.state()["fingerprint"] != embeddings.fingerprint(embedder.fingerprint):
                past.forget(catalogue)  # the vectors of papers that were removed would be those of another embedder
            catalogue.set_state(
                fingerprint=embeddings.fingerprint(embedder.fingerprint), dimension=str(embedder.dimension)
            )
            catalogue.set_contents(hashes.items())
            row_sums.renew(catalogue)
            catalogue.forget()
            packing.pack(catalogue)
            rebuild(folder, catalogue, on_progress)
        packing.compact(catalogue)
    return computed


def _batch(queue: Sequence[tuple[str, Paper]], start: int) -> Sequence[tuple[str, Paper]]:
    """Return the papers from a place on that have `_BATCH` chunks together, at least one."""
    size = 0
    for end in range(start, len(queue)):
        size += chunks.count_of(queue[end][1])
        if end > start and size > _BATCH:
            return queue[start:end]
    return queue[start:]


def _superseded(catalogue: Catalogue) -> list[int]:
    return state.superseded(catalogue.path, catalogue.state())


def _sweep(folder: Path, catalogue: Catalogue) -> None:
    generations.sweep(folder, _superseded(catalogue), catalogue.numbers())


def _keeps_vectors(folder: Path, catalogue: Catalogue, change: IndexChange) -> bool:
    """Note what the vector index does not have as it is now; return whether it can be kept, with that as its tail."""
    tail.mark(catalogue, change.removed, change.put)
    kind = catalogue.vector_index()
    number = catalogue.numbers()[kind]
    recorded = integrity.of_kind(kind, catalogue.files(catalogue.generation()))
    is_sound = number and not integrity.check_files(folder, {kind: number}, recorded).problems
    return bool(is_sound) and tail.length(catalogue) <= tail.limit(wording.size_of(catalogue))


def _new_vectors(folder: Path, catalogue: Catalogue, number: int, change: IndexChange | None) -> dict[str, str]:
    """Build a vector index without a tail; return what the catalogue is to say of it."""
    changes, kind = tail.ids(catalogue), catalogue.vector_index()
    basis, recorded = catalogue.numbers()[kind], integrity.of_kind(kind, catalogue.files(catalogue.generation()))
    tail.clear(catalogue)
    catalogue.forget()
    indexed = contents.of(catalogue)
    stale = [id for id, was_indexed in changes.items() if was_indexed]
    patched = state.whole_number(catalogue.path, catalogue.state(), "patched") + len(stale)
    pays = change and basis and patched * _PATCHED <= catalogue.size()
    is_sound = pays and not integrity.check_files(folder, {kind: basis}, recorded, every=True).problems
    patch = generations.Patch(basis, stale, list(changes)) if is_sound else None
    used = generations.build_vectors(folder, number, indexed, patch)
    return {"vectors": str(number), "indexed": str(indexed.chunk_count), "patched": str(patched if used else 0)}


def _vectors(
    catalogue: Catalogue, papers: Sequence[Paper], embedder: Embedder, on_share: Callable[[float], None]
) -> list[NDArray[np.float32]]:
    """Compute one matrix a paper, one row a chunk; raises `ModelError` rather than return what cannot be compared.

    `on_share` gets the share of the texts that is done, from 0 to 1.
    """
    split = [chunks.split(paper, full_texts.require(catalogue, paper)) for paper in papers]
    texts = [chunk.text for paper_chunks in split for chunk in paper_chunks]
    vectors = embedder.embed(texts, lambda done: on_share(done / len(texts)))
    ends = np.cumsum([len(paper_chunks) for paper_chunks in split])
    if len(vectors) != ends[-1]:
        raise ModelError(
            f"{embedder.fingerprint} gave {len(vectors)} vectors for {ends[-1]} texts", cure=_OTHER_EMBEDDER
        )
    matrices = np.split(vectors, ends[:-1])
    for paper, paper_chunks, matrix in zip(papers, split, matrices, strict=True):
        if problem := embeddings.validate(matrix, len(paper_chunks), embedder.dimension):
            raise ModelError(
                f"{embedder.fingerprint} gave {problem} for {paper.title[:80]!r} ({paper.id})",
                cure=f"nothing of it was stored; {_OTHER_EMBEDDER}",
            )
    return matrices
