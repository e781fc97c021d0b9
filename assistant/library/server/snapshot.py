"""An address of a server -> one version of the library there to read, as a folder's snapshot is read."""

from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import FingerprintError, UsageError
from assistant.library import deepening, embeddings
from assistant.library.damaged_papers import DamagedPaper
from assistant.library.server import records
from assistant.library.server.catalogue import ServerCatalogue
from assistant.library.server.client import Server
from assistant.library.server.collection import Records, Where
from assistant.library.server.versions import Version, Versions
from assistant.library.server.words import HIDDEN, ServerWordSearch
from assistant.library.snapshot import LibrarySnapshot

_SAMPLE = 2_000  # papers at most, as of a folder
_FURTHER = 8  # times as many are asked for where too few of those count: each time is a request


class ServerSnapshot(LibrarySnapshot):
    """A version of a library at a server; `refresh` moves it on. What a version shows no later writer changes, until
    two more versions have been published."""

    catalogue: ServerCatalogue

    def __init__(
        self,
        server: Server,
        embedder: str | None = None,
        *,
        on_message: OnMessage = lambda _: None,
    ) -> None:
        """Open the library at a server; `embedder` is the fingerprint that its vectors must have been made by (None:
        any). Raises `LibraryError`, `FingerprintError`."""
        self._server, self.place = server, str(server.address)
        self._versions = Versions(server)
        self._is_sparse = self._versions.sparse()
        self._embedder = embedder
        self._on_message = on_message
        self._locks = []
        self._nearest = None
        self._generation = -1
        self._version: Version | None = None
        self.damaged = {}
        self.problems = {}
        self.refresh()

    @property
    def searches_words_by(self) -> str:
        """How the server finds words, for a person."""
        return "sparse vectors" if self._is_sparse else "full-text search"

    def __enter__(self) -> "ServerSnapshot":
        return self

    @property
    def folder(self) -> Path:  # type: ignore[override]
        """There is none; raises `UsageError`."""
        cure = "`assistant export --to FOLDER` makes a copy of it in one"
        raise UsageError(f"this is for a library in a folder, and this one is at {self.place}", cure=cure)

    @property
    def vector_index_folder(self) -> Path:
        """There is none; raises `UsageError`."""
        return self.folder

    def close(self) -> None:
        """Let go of the connection."""
        self._release()
        self.catalogue.close()
        self._server.close()

    def refresh(self) -> None:
        """Move on to the library as it is now; cheap where nothing changed."""
        version = self._versions.current(self._version)
        if version == self._version:
            return
        require_embedder(version, self._embedder, self.place)
        self._release()
        if self._version is not None:
            self.catalogue.close()
        self._version = version
        self._generation = version.number
        self.fingerprint, self.dimension = version.fingerprint, version.dimension
        self.catalogue = ServerCatalogue(self.place, Records(self._server, self._server.address.collection), version)
        self.damaged = {}

    def leave_out_missing(self, ids: Iterable[str]) -> None:
        """Leave out papers that have vectors and could not be read."""
        cure = "ask again: others may have written; `assistant status --full` tells whether papers are missing"
        self._leave_out([DamagedPaper(id, id, "cannot be read from the server", cure) for id in ids])

    @property
    def uses_exact_search(self) -> bool:
        """Whether all vectors are compared: never, for the server finds the nearest."""
        return False

    @cached_property
    def word_search(self) -> ServerWordSearch:
        """The search for words."""
        return ServerWordSearch(self.catalogue, sparse=self._is_sparse)

    @cached_property
    def sample(self) -> NDArray[np.float32]:
        """The vectors of papers drawn from the library, one unit row a paper."""
        rows = [row.vector for row in self.catalogue.sampled(_SAMPLE) if row.vector is not None]
        return np.stack(rows) if rows else np.empty((0, self.dimension), np.float32)

    def candidates(
        self, vectors: NDArray[np.float32], limit: int, allowed: frozenset[str] | None = None
    ) -> Callable[[], list[list[str]] | None]:
        """Return what asks the server for the ids of at least `limit` papers nearest to each unit row of `vectors`, of
        those with the ids `allowed` (None: all), as far as it gives so many."""
        return lambda: self._nearest_papers(vectors, limit, allowed)

    def read_ahead(self, ids: Iterable[str]) -> None:
        """Read nothing: all vectors are asked for at once, for a request takes longer than what it brings."""

    def _nearest_papers(
        self, vectors: NDArray[np.float32], limit: int, allowed: frozenset[str] | None
    ) -> list[list[str]]:
        hidden, number = self.word_search.index.hidden, self._generation
        if allowed is not None:
            return self._among(vectors, limit, sorted(allowed))
        where = records.visible(number) if len(hidden) >= HIDDEN else None
        return self._first(vectors, limit, where, lambda id: id not in hidden)

    def vectors_of(self, ids: Iterable[str] | None) -> embeddings.VectorTable:
        """Return the vectors of the papers with these ids, in the order added (None: of all)."""
        if ids is None:
            return self.table
        unique = list(dict.fromkeys(ids))
        self._vectors.table(unique)  # reads those that were not read before, and their places
        return self._vectors.table(self.catalogue.places(unique))

    def _among(self, vectors: NDArray[np.float32], limit: int, ids: list[str]) -> list[list[str]]:
        """Return the ids of the nearest of some papers, which are named to the server page by page."""
        nearest: list[list[tuple[float, str]]] = [[] for _ in vectors]
        size = self.catalogue.store.most_ids
        for start in range(0, len(ids), size):
            where = records.visible(self._generation, records.of_papers(ids[start : start + size]))
            for row, page in zip(nearest, self.catalogue.store.nearest(vectors, limit, where), strict=True):
                row += [(distance, records.paper_of(id)) for id, distance in page]
        return [list(dict.fromkeys(id for _, id in sorted(row)[:limit])) for row in nearest]

    def _first(
        self, vectors: NDArray[np.float32], limit: int, where: Where | None, counts: Callable[[str], bool]
    ) -> list[list[str]]:
        """Return the ids of the papers of the nearest records that count; more are asked for until these are enough."""
        return deepening.papers(
            lambda count: self.catalogue.store.nearest(vectors, count, where),
            limit,
            min(limit, self.size),
            lambda row: list(dict.fromkeys(records.paper_of(id) for id, _ in row if counts(id))),
            further=_FURTHER,
        )


def require_embedder(version: Version, embedder: str | None, place: str) -> None:
    """Raise `FingerprintError` where the vectors of a version were not made by this embedder (None: any)."""
    if embedder is not None and version.fingerprint != (now := embeddings.fingerprint(embedder)):
        raise FingerprintError(
            f"built with {version.fingerprint}, and this is {now}",
            path=place,
            cause="",
            cure="choose the embedder it was built with (--embedder), or name another collection for this one",
        )
