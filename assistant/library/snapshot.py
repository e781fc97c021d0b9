"""A library folder -> one whole snapshot of it to read: papers, words and vectors that belong together."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import LibraryError
from assistant.domain.records import Paper
from assistant.library import (
    bm25,
    builder,
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
from assistant.library.index import LEXICAL
from assistant.library.nearest import NearestPapers
from assistant.library.paper_numbers import PaperNumbers
from assistant.library.vector_reader import VectorReader
from assistant.library.word_search import WordSearch

_SAMPLE = 2_000  # papers at most; their cosines have the mean and deviation of all to about 2 %
_Result = TypeVar("_Result")


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
        self.folder, self.place = folder, str(folder)
        self._embedder = embedder
        self._on_message = on_message
        self._is_exact, self._heals = exact, heal
        self._locks: list[locks.SharedLock] = []
        self.catalogue = catalogue or Catalogue(folder)
        self._nearest: NearestPapers | None = None
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

    def refresh(self) -> None:
        """Move on to the library as it is now; cheap where nothing changed."""
        if not self._moved_on():
            return
        self._vouch()
        self.problems = health.damage(self.folder, self.catalogue)
        if self.problems and self._heals:
            self.catalogue.release()
            builder.heal(self.folder, self.catalogue, self._generation, self.problems.values(), self._on_message)
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
            self._numbers = self.catalogue.numbers()
            for kind, number in self._numbers.items():
                self._locks.append(locks.SharedLock(generations.folder(self.folder, kind, number)))
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
        if self.size <= damaged_papers.VOUCHED:
            self._leave_out(damaged_papers.lost(self.catalogue))
            self.papers()

    def _leave_out(self, papers: Sequence[DamagedPaper]) -> None:
        """Have papers not be evidence, and tell of those that were not known to be damaged."""
        news = [paper for paper in papers if paper.id not in self.damaged]
        self.damaged |= {paper.id: paper for paper in news}
        if news:
            self._on_message(damaged_papers.message(news))

    @cached_property
    def chunks(self) -> int:
        """The number of chunks in the vector index, and of vectors in the catalogue."""
        return sum(self.catalogue.vector_counts(self.dimension))

    @property
    def vector_index_folder(self) -> Path:
        """The folder of the vector index, for other programs to open."""
        return generations.folder(self.folder, self._vector_index, self._numbers[self._vector_index])

    @cached_property
    def size(self) -> int:
        """The number of papers."""
        return self.catalogue.size()

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of all papers, in the order added."""
        return tuple(id for id, _ in self.catalogue.contents())

    def papers(self, ids: Sequence[str] | None = None) -> list[Paper]:
        """Return these papers, or all, but those that are not as they were written."""
        stored_papers = self.catalogue.stored_papers(ids)
        damaged = damaged_papers.found(self.catalogue, stored_papers, bodies=ids is not None)
        self._leave_out(list(damaged.values()))
        return [stored.paper for stored in stored_papers if stored.paper.id not in damaged]

    def leave_out_missing(self, ids: Iterable[str]) -> None:
        """Leave out papers that have vectors and could not be read by their ids: SQLite's own index is damaged."""
        problem, cure = "cannot be read by its id", database.restore(self.folder)
        self._leave_out([DamagedPaper(id, id, problem, cure) for id in ids])

    @property
    def uses_exact_search(self) -> bool:
        """Whether all vectors are compared, rather than those that the vector index calls the nearest: where that was
        asked for, where the index is damaged, and in a read-only folder, for to open Chroma writes."""
        return self._is_exact or self._vector_index in self.problems or not database.writable(self.catalogue.path)

    @property
    def words(self) -> bm25.BM25Index:
        """The word index, for what it knows of words."""
        return self.word_search.index

    @cached_property
    def word_search(self) -> WordSearch:
        """The search for words; in memory where the word index is damaged."""
        is_there = LEXICAL not in self.problems and self._generation
        folder = generations.folder(self.folder, LEXICAL, self._generation) if is_there else None
        return WordSearch(self.catalogue, folder, self.size, self.numbers)

    @cached_property
    def numbers(self) -> PaperNumbers:
        """The places of papers in the catalogue."""
        return PaperNumbers(self.catalogue)

    @cached_property
    def table(self) -> embeddings.VectorTable:
        """All vectors, in the order of `ids`."""
        return self._vectors.all()

    @cached_property
    def sample(self) -> NDArray[np.float32]:
        """The vectors of papers drawn evenly from the library, one unit row a paper: what the cosine of a question with
        a paper is measured against."""
        table = self._vectors.table(self.catalogue.spread(_SAMPLE))
        return table.wholes[table.wholes.any(axis=1)]

    @cached_property
    def _vectors(self) -> VectorReader:
        return VectorReader(self.catalogue, self._leave_out)

    def candidates(
        self, vectors: NDArray[np.float32], limit: int, allowed: frozenset[str] | None = None
    ) -> Callable[[], list[list[str]] | None]:
        """Begin to search, and return what waits for the ids of at least `limit` papers nearest to each unit row of
        `vectors`, as the index finds them among those `allowed` (None: all); None where all are to be compared."""
        begun = None if self.uses_exact_search else self._tried(lambda: self._opened().begin(vectors, limit, allowed))
        return lambda: begun and self._tried(begun)

    def _tried(self, search: Callable[[], _Result]) -> _Result | None:
        """Return what a search by the vector index returns, None where that turns out to be damaged."""
        try:
            return search()
        except LibraryError as error:
            self.problems[self._vector_index] = str(error)
            self._on_message(f"{error}; answering by exact search")
            return None

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Read vectors that will be asked for, while the vector index searches."""
        self._vectors.read(list(ids))

    def vectors_of(self, ids: Iterable[str] | None) -> embeddings.VectorTable:
        """Return the vectors of the papers with these ids, in the order added (None: of all)."""
        return self.table if ids is None else self._vectors.table(self.numbers.in_order(ids))

    def _opened(self) -> NearestPapers:
        """Return the search for vectors, opened once a generation: Chroma never gives back the MB that it takes."""
        if self._nearest is None:
            vector_index = index.load(self._vector_index)(self.vector_index_folder)
            self._nearest = NearestPapers(self.catalogue, vector_index, self._vectors)
            health.remember_opened(self.folder, self.catalogue)  # sound a moment ago, and changed by nobody but us
        return self._nearest

    def _release(self) -> None:
        for lock in self._locks:
            lock.release()
        self._locks = []
        if self._nearest is not None:
            self._nearest.close()
            self._nearest = None
        self._generation = -1
        for name in ("chunks", "size", "ids", "word_search", "numbers", "_vectors", "table", "sample"):
            self.__dict__.pop(name, None)
