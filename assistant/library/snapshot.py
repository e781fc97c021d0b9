"""A library folder -> one whole snapshot of it to read: papers, words and vectors that belong together."""

import contextlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import LibraryError
from assistant.domain.records import Paper
from assistant.library import bm25, builder, chunks, embeddings, generations, health, locks
from assistant.library.catalogue import Catalogue
from assistant.library.chroma import ChromaIndex

EXACT_ROWS = 200_000
"""Up to so many vectors are compared one by one: exact, and faster than starting Chroma. Beyond, HNSW finds."""

_NEAREST = 400  # chunks asked of HNSW: about 100 papers


class LibrarySnapshot:
    """A snapshot; `refresh` moves it on. Damaged indexes are told about, rebuilt if that can be done at once, and
    until then replaced by exact search and a word index in memory."""

    def __init__(
        self,
        folder: Path,
        embedder: str | None = None,
        *,
        told: Callable[[str], None] = lambda _: None,
        heal: bool = True,
        exact_rows: int = EXACT_ROWS,
    ) -> None:
        """Open the library; `embedder` is the fingerprint that its vectors must have been made by (None: any).

        `told` hears of damage; `heal` rebuilds what is damaged. Raises `LibraryError`, `FingerprintError`.
        """
        self.folder = folder
        self._embedder = embedder
        self._told = told
        self._exact_rows = exact_rows
        self._heals = heal
        self._uses: list[locks.SharedLock] = []
        self.catalogue = Catalogue(folder)
        self._opened: ChromaIndex | None = None
        self._generation = -1
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
        self.problems = health.damage(self.folder, self.catalogue)
        if not self.problems or not self._heals:
            return
        self._heal()
        if self._moved_on():
            self.problems = health.damage(self.folder, self.catalogue)

    def _moved_on(self) -> bool:
        """Take a snapshot and hold its index files; return whether it is of another generation than before."""
        while True:
            self.catalogue.snapshot()
            state = self.catalogue.state()
            generation = int(state["generation"])
            if generation == self._generation:
                return False
            self._release()
            if self._embedder is not None:
                builder.check(self.catalogue, self._embedder)
            for kind in generations.KINDS:
                self._uses.append(locks.SharedLock(generations.folder(self.folder, kind, generation)))
            self.catalogue.snapshot()
            if self.catalogue.generation() == generation:
                break  # still current, and now held: nobody removes it
        self._generation = generation
        self.fingerprint = state["fingerprint"]
        self.dimension = int(state["dimension"])
        return True

    def _heal(self) -> None:
        what = "; ".join(self.problems.values())
        self._told(f"the indexes of {self.folder} are damaged ({what}); rebuilding them from the catalogue")
        self.catalogue.release()
        try:
            builder.repair(self.folder, self.catalogue, self._generation)
        except LibraryError as error:
            self._told(f"not rebuilt ({error}); answering by exact search. `assistant reindex` rebuilds them")

    # -- what it holds

    @cached_property
    def chunks(self) -> int:
        """The number of chunks in the vector index."""
        return sum(chunks.count(parts) for parts in self._parts)

    @cached_property
    def _parts(self) -> list[int]:
        return self.catalogue.parts(self.dimension)

    @property
    def chroma(self) -> Path:
        """The folder of the Chroma collection, for other programs to open."""
        return generations.folder(self.folder, "chroma", self._generation)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids of all papers, in the order of the word index."""
        return tuple(id for id, _ in self.catalogue.contents())

    def papers(self, ids: Sequence[str] | None = None) -> list[Paper]:
        """Return these papers, or all."""
        return self.catalogue.papers(ids)

    @property
    def exact(self) -> bool:
        """Whether all vectors are compared, rather than those HNSW finds."""
        return sum(self._parts) <= self._exact_rows

    @cached_property
    def words(self) -> bm25.BM25Index:
        """The word index; in memory where that on disk is damaged."""
        if "lexical" not in self.problems and self._generation:
            with contextlib.suppress(LibraryError):
                return bm25.open_index(generations.folder(self.folder, "lexical", self._generation))
        return bm25.build_index(((paper.title, paper.abstract) for paper in self.papers()), None)

    @cached_property
    def table(self) -> embeddings.VectorTable:
        """All vectors, in the order of `ids`."""
        return embeddings.vector_table(self.catalogue.embeddings(), self.dimension)

    def candidates(self, vector: NDArray[np.float32], also: Sequence[str]) -> embeddings.VectorTable:
        """Return the vectors to compare with `vector`: of all papers, or of the nearest by HNSW and those of `also`."""
        if self.exact or "chroma" in self.problems:
            return self.table
        try:
            near = [paper_id for _, paper_id, _ in self._vectors().nearest(vector, _NEAREST)]
        except LibraryError as error:
            self.problems["chroma"] = str(error)
            self._told(f"{error}; answering by exact search")
            return self.table
        wanted = list(dict.fromkeys((*near, *also)))
        return embeddings.vector_table(self.catalogue.embeddings(wanted), self.dimension)

    def _vectors(self) -> ChromaIndex:
        """Return the collection, opened once for a generation: each opening costs some MB that Chroma keeps."""
        if self._opened is None:
            self._opened = ChromaIndex(self.chroma)
            health.opened(self.folder, self.catalogue)  # sound a moment ago, and changed by nobody but us
        return self._opened

    def _release(self) -> None:
        for use in self._uses:
            use.release()
        self._uses = []
        if self._opened is not None:
            self._opened.close()
            self._opened = None
        self._generation = -1
        for name in ("chunks", "_parts", "ids", "words", "table"):
            self.__dict__.pop(name, None)
