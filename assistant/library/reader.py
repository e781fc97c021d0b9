"""A library folder -> one whole snapshot of it to read: papers, words and vectors that belong together."""

import contextlib
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.errors import LibraryError
from assistant.library import generations, indexes, lexical, locks, stored
from assistant.library.catalogue import Catalogue
from assistant.library.vectors import Vectors
from assistant.records import Paper

EXACT_ROWS = 200_000
"""Up to so many chunk vectors are compared one by one: exact, and faster than starting Chroma. Beyond, HNSW finds."""

_NEAREST = 400  # chunks asked of HNSW: about 100 papers


class Library:
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
        if not folder.exists():
            raise LibraryError(
                f"there is no library in {folder}; make it with `assistant ingest PATH --library {folder}`"
            )
        self.folder = folder
        self._embedder = embedder
        self._told = told
        self._exact_rows = exact_rows
        self._heals = heal
        self._uses: list[locks.Use] = []
        self.catalogue = Catalogue(folder)
        self._generation = -1
        try:
            self.refresh()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of everything."""
        self._release()
        self.catalogue.close()

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- the snapshot

    def refresh(self) -> None:
        """Move on to the library as it is now; cheap where nothing changed."""
        while True:
            self.catalogue.snapshot()
            state = self.catalogue.state()
            generation = int(state["generation"])
            if generation == self._generation:
                return
            self._release()
            for kind in generations.KINDS:
                self._uses.append(locks.Use(generations.folder(self.folder, kind, generation)))
            self.catalogue.snapshot()
            if int(self.catalogue.state()["generation"]) == generation:
                break  # still current, and now held: nobody removes it
        self._generation = generation
        self.fingerprint = state["fingerprint"]
        self.dimension = int(state["dimension"])
        if self._embedder is not None:
            indexes.check(self.catalogue, self._embedder)
        self.problems = self._damage()
        if self.problems and self._heals:
            self._heal()

    def examine(self) -> list[str]:
        """Return all that is wrong with the indexes, with every file read and the vector index tried."""
        problems = dict(self.problems)
        if self._generation and "chroma" not in problems:
            problem = generations.examine(self.folder, self._generation, indexes.contents(self.catalogue))
            problems |= {"chroma": problem} if problem else {}
        return list(problems.values())

    def _damage(self) -> dict[str, str]:
        """Return {index: what is wrong}, looking only at files that are not as they were left."""
        if not self._generation:
            return {}
        recorded = self.catalogue.files(self._generation)
        problems = generations.damage(self.folder, recorded)
        if "chroma" not in problems and self.exact and generations.touched(self.folder, recorded):
            problem = generations.examine(self.folder, self._generation, indexes.contents(self.catalogue))
            problems |= {"chroma": problem} if problem else {}
        return problems

    def _heal(self) -> None:
        what = "; ".join(self.problems.values())
        self._told(f"the indexes of {self.folder} are damaged ({what}); rebuilding them from the catalogue")
        self.catalogue.release()
        try:
            indexes.repair(self.folder, self.catalogue, 0.0, lambda *_: None)
        except LibraryError as error:
            self._told(f"not rebuilt ({error}); answering by exact search. `assistant reindex` rebuilds them")
            self.catalogue.snapshot()
            return
        self._generation = -1
        self.refresh()

    # -- what it holds

    @property
    def chunks(self) -> int:
        """The number of chunks, each with a vector."""
        return self.catalogue.rows(self.dimension)

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
        return self.chunks <= self._exact_rows

    @cached_property
    def words(self) -> lexical.Lexical:
        """The word index; in memory where that on disk is damaged."""
        if "lexical" not in self.problems and self._generation:
            with contextlib.suppress(LibraryError):
                return lexical.open_folder(generations.folder(self.folder, "lexical", self._generation))
        return lexical.build(((paper.title, paper.abstract) for paper in self.papers()), None)

    @cached_property
    def table(self) -> stored.Table:
        """All vectors, in the order of `ids`."""
        return stored.table(self.catalogue.embeddings(), self.dimension)

    def candidates(self, vector: NDArray[np.float32], also: Sequence[str]) -> stored.Table:
        """Return the vectors to compare with `vector`: of all papers, or of the nearest by HNSW and those of `also`."""
        if self.exact or "chroma" in self.problems:
            return self.table
        with Vectors(generations.folder(self.folder, "chroma", self._generation)) as vectors:
            near = [paper_id for _, paper_id, _ in vectors.nearest(vector, _NEAREST)]
        wanted = list(dict.fromkeys((*near, *also)))
        return stored.table(self.catalogue.embeddings(wanted), self.dimension)

    def _release(self) -> None:
        for use in self._uses:
            use.release()
        self._uses = []
        for name in ("ids", "words", "table"):
            self.__dict__.pop(name, None)
