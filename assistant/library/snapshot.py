"""A library folder -> one whole snapshot of it to read: papers, words and vectors that belong together."""

import contextlib
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import LibraryError
from assistant.domain.records import Paper
from assistant.library import (
    bm25,
    builder,
    chunks,
    damaged_papers,
    database,
    embeddings,
    generations,
    health,
    index,
    locks,
    state,
)
from assistant.library.catalogue import Catalogue
from assistant.library.damaged_papers import DamagedPaper
from assistant.library.index import LEXICAL, VectorIndex, nearest_paper_ids

_SAMPLE = 2_000  # papers at most; their cosines have the mean and deviation of all to about 2 %
_VOUCHED = 2_000  # papers; so many are read and compared in about 40 ms


class LibrarySnapshot:
    """A snapshot; `refresh` moves it on. Damaged indexes are reported, rebuilt if that can be done at once, and until
    then replaced by exact search and a word index in memory."""

    def __init__(
        self,
        folder: Path,
        embedder: str | None = None,
        *,
        catalogue: Catalogue | None = None,
        on_message: OnMessage = lambda _: None,
        heal: bool = True,
        exact: bool = False,
    ) -> None:
        """Open the library; `embedder` is the fingerprint that its vectors must have been made by (None: any).

        `catalogue` is that of `folder`, where the caller has opened it; it is closed with the snapshot. `on_message`
        gets what is damaged; `heal` rebuilds that. With `exact` every vector is compared, rather than those that the
        vector index calls the nearest. Raises `LibraryError`, `FingerprintError`.
        """
        self.folder = folder
        self._embedder = embedder
        self._on_message = on_message
        self._is_exact = exact
        self._heals = heal
        self._locks: list[locks.SharedLock] = []
        self.catalogue = catalogue or Catalogue(folder)
        self._open_index: VectorIndex | None = None
        self._generation = -1
        self.damaged: dict[str, DamagedPaper] = {}
        """The papers that are left out of all answers, by id: all that were read and not as they were written."""
        self.problems: dict[str, str] = {}
        try:
            self.refresh()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of everything."""
        self._release()
        self.catalogue.close()

    def __enter__(self) -> "LibrarySnapshot":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the snapshot

    def refresh(self) -> None:
        """Move on to the library as it is now; cheap where nothing changed."""
        if not self._moved_on():
            return
        self._vouch()
        self.problems = health.damage(self.folder, self.catalogue)
        if not self.problems or not self._heals:
            return
        self._heal()
        if self._moved_on():
            self.problems = health.damage(self.folder, self.catalogue)

    def _moved_on(self) -> bool:
        """Take a snapshot and lock its index files; return whether it is of another generation than before."""
        while True:
            self.catalogue.snapshot()
            facts = self.catalogue.state()
            generation = state.whole_number(self.catalogue.path, facts, "generation")
            if generation == self._generation:
                return False
            self._release()
            if self._embedder is not None:
                builder.check(self.catalogue, self._embedder)
            self._vector_index = self.catalogue.vector_index()
            for kind in (self._vector_index, LEXICAL):
                self._locks.append(locks.SharedLock(generations.folder(self.folder, kind, generation)))
            self.catalogue.snapshot()
            if self.catalogue.generation() == generation:
                break  # still current, and now locked: nobody removes it
        self._generation = generation
        self.fingerprint = facts["fingerprint"]
        self.dimension = self.catalogue.dimension()
        self.catalogue.check_state()
        self.damaged = {}
        return True

    def _vouch(self) -> None:
        """Compare texts and listings with their checksums, in a library where that takes no time: in a larger one a
        text is compared when it is read."""
        self._leave_out(damaged_papers.lost(self.catalogue))
        if self.catalogue.count()[0] <= _VOUCHED:
            self.papers()

    def _leave_out(self, papers: Sequence[DamagedPaper]) -> None:
        """Have papers not be evidence, and tell of those that were not known to be damaged."""
        news = [paper for paper in papers if paper.id not in self.damaged]
        self.damaged |= {paper.id: paper for paper in news}
        if news:
            self._on_message(damaged_papers.message(news))

    def _heal(self) -> None:
        what = "; ".join(self.problems.values())
        self._on_message(f"the indexes of {self.folder} are damaged ({what}); rebuilding them from the catalogue")
        self.catalogue.release()
        try:
            builder.repair(self.folder, self.catalogue, self._generation)
        except LibraryError as error:
            self._on_message(f"not rebuilt ({error}); answering by exact search. `assistant reindex` rebuilds them")

    # -- what it holds

    @cached_property
    def chunks(self) -> int:
        """The number of chunks in the vector index, and of vectors in the catalogue."""
        return sum(self.catalogue.vector_counts(self.dimension))

    @property
    def vector_index_folder(self) -> Path:
        """The folder of the vector index, for other programs to open."""
        return generations.folder(self.folder, self._vector_index, self._generation)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of all papers, in the order of the word index."""
        return tuple(id for id, _ in self.catalogue.contents())

    def papers(self, ids: Sequence[str] | None = None) -> list[Paper]:
        """Return these papers, or all, but those that are not as they were written."""
        stored_papers = self.catalogue.stored_papers(ids)
        self._leave_out(damaged_papers.texts(stored_papers))
        return [stored.paper for stored in stored_papers if not stored.problem]

    def leave_out_missing(self, ids: Iterable[str]) -> None:
        """Leave out papers that have vectors and could not be read by their ids: SQLite's own index is damaged."""
        problem = "cannot be read by its id"
        cure = database.restore(self.folder)
        self._leave_out([DamagedPaper(id, id, problem, cure) for id in ids])

    @property
    def uses_exact_search(self) -> bool:
        """Whether all vectors are compared, rather than those that the vector index calls the nearest: where that was
        asked for, where the index is damaged, and in a read-only folder, for to open Chroma writes."""
        return self._is_exact or self._vector_index in self.problems or not database.writable(self.catalogue.path)

    @cached_property
    def words(self) -> bm25.BM25Index:
        """The word index; in memory where that on disk is damaged."""
        if LEXICAL not in self.problems and self._generation:
            with contextlib.suppress(LibraryError):
                words = bm25.open_index(generations.folder(self.folder, LEXICAL, self._generation))
                if words.size == len(self.ids):
                    return words
        papers = [stored.paper for stored in self.catalogue.stored_papers()]
        return bm25.build_index(((paper.title, paper.abstract) for paper in papers), None)

    @cached_property
    def table(self) -> embeddings.VectorTable:
        """All vectors, in the order of `ids`."""
        return self._table(None)

    @cached_property
    def sample(self) -> NDArray[np.float32]:
        """The vectors of papers drawn evenly from the library, one unit row a paper: what the cosine of a question with
        a paper is measured against."""
        ids = self.ids[:: -(-len(self.ids) // _SAMPLE) or 1]
        table = self.table if len(ids) == len(self.ids) and self.uses_exact_search else self._table(ids)
        return table.wholes[table.wholes.any(axis=1)]

    def _table(self, ids: Sequence[str] | None) -> embeddings.VectorTable:
        """Return the vectors of these papers, or of all; those that are not as they were stored are left out."""
        blobs = dict(self.catalogue.embeddings(ids))
        self._leave_out(damaged_papers.vectors(self.catalogue, blobs))
        return embeddings.vector_table(blobs.items(), self.dimension)

    def candidates(
        self, vectors: NDArray[np.float32], limit: int, allowed: frozenset[str] | None = None
    ) -> list[list[str]] | None:
        """Return for each unit row of `vectors` the ids of at least `limit` papers nearest to it, as the vector index
        finds them among those with the ids `allowed` (None: all); None where all vectors are to be compared."""
        if self.uses_exact_search:
            return None
        try:
            vector_index = self._nearest_index()
            chunk_ids = [] if allowed is None else self._chunk_ids(allowed)
            return nearest_paper_ids(vector_index, vectors, limit, allowed, chunk_ids)
        except LibraryError as error:
            self.problems[self._vector_index] = str(error)
            self._on_message(f"{error}; answering by exact search")
            return None

    def vectors_of(self, ids: Iterable[str] | None) -> embeddings.VectorTable:
        """Return the vectors of the papers with these ids, in the order added (None: all)."""
        return self.table if ids is None else self._table(list(dict.fromkeys(ids)))

    def _chunk_ids(self, ids: Iterable[str]) -> list[str]:
        """Return the ids of the chunks of these papers, whatever they hold now."""
        return [chunk.id for row in self.catalogue.texts(list(ids)) for chunk in chunks.of_text(*row)]

    def _nearest_index(self) -> VectorIndex:
        """Return the vector index, opened once a generation: Chroma never gives back the MB that an opening takes."""
        if self._open_index is None:
            self._open_index = index.load(self._vector_index)(self.vector_index_folder)
            health.remember_opened(self.folder, self.catalogue)  # sound a moment ago, and changed by nobody but us
        return self._open_index

    def _release(self) -> None:
        for lock in self._locks:
            lock.release()
        self._locks = []
        if self._open_index is not None:
            self._open_index.close()
            self._open_index = None
        self._generation = -1
        for name in ("chunks", "ids", "words", "table", "sample"):
            self.__dict__.pop(name, None)
