"""A change, batch by batch -> the next version of a library at a server; where another writer was first, that after
it."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from assistant.domain.annotations import NOTHING, Annotations
from assistant.domain.errors import LibraryError, LockedError
from assistant.library import annotations, bm25
from assistant.library.rows import StoredPaper
from assistant.library.server import annotation_records, records
from assistant.library.server.address import ANNOTATIONS
from assistant.library.server.client import Server
from assistant.library.server.collection import Records
from assistant.library.server.records import ServedPaper
from assistant.library.server.snapshot import require_embedder
from assistant.library.server.vector_store import StagedVectors, VectorStore
from assistant.library.server.versions import LONGEST, Version, Versions

_ATTEMPTS = 20  # to make a version before others do


class Stage:
    """What one writer has put at the server for the version after the current one; no version shows it yet."""

    def __init__(self, store: Records, catalogue: VectorStore, *, sparse: bool) -> None:
        """`catalogue` is that of the current version, which the next one is made of."""
        self.catalogue = catalogue
        self._store = store
        self._is_sparse = sparse
        self._terms = bm25.analyser().analyze
        self._began = int(time.time())
        self._commit = uuid.uuid4().hex[:16]
        self._counts = catalogue.now.counts
        self._position = catalogue.now.position
        self._moment = datetime.now().astimezone().isoformat()
        self._is_empty = True

    def put(
        self, papers: Sequence[tuple[StoredPaper, NDArray[np.float32]]], arrivals: Mapping[str, str] | None = None
    ) -> None:
        """Add papers, or replace them in their places, each with its vectors, one row a chunk; some hundreds at once.
        `arrivals` says when those that are new were added, where that is known (None: now)."""
        former = [row.metadata for row in self.catalogue.whole([stored.paper.id for stored, _ in papers])]
        places = {str(metadata["paper"]): metadata["position"] for metadata in former}
        added = {str(metadata["paper"]): str(metadata.get("added", "")) for metadata in former}
        rows = []
        for stored, matrix in papers:
            id = stored.paper.id
            if id not in places:
                places[id], self._position = self._position, self._position + 1
                added[id] = self._moment if arrivals is None else arrivals.get(id, "")
            served = ServedPaper(stored, places[id], matrix, added[id])
            rows += records.staged(served, self._commit, self._terms, self._began, sparse=self._is_sparse)
        self._store.add(rows)
        self._counts = self._counts.changed(records.counts(former), records.counts(row.metadata for row in rows))
        self._is_empty = self._is_empty and not rows

    def take_out(self, ids: Sequence[str]) -> None:
        """Have the next version be without these papers, and what is said of them."""
        former = [row.metadata for row in self.catalogue.whole(ids)]
        dimension = self.catalogue.dimension()
        self._store.add([records.tombstone(id, self._commit, dimension, self._began) for id in ids])
        self._counts = self._counts.changed(records.counts(former), records.counts(()))
        self._is_empty = self._is_empty and not ids
        said = annotations.read(self.catalogue, ids)
        self.say(dict.fromkeys([*said.by_id, *said.damaged], NOTHING))

    def say(self, by_id: Mapping[str, Annotations]) -> None:
        """Have readers say this of papers, in place of what they say of them now."""
        beside = self._store.beside(ANNOTATIONS, create=True) if by_id else None
        if beside is None:
            return
        rows = []
        for id, words in by_id.items():
            if words.is_empty:
                rows.append(records.tombstone(id, self._commit, annotation_records.DIMENSION, self._began))
            else:
                rows += annotation_records.staged(annotations.row(id, words), self._commit, self._began)
        beside.add(rows)
        self._is_empty = False

    def version(self) -> Version | None:
        """Return the version that is made of the current one so; None where nothing changes."""
        basis = self.catalogue.now
        following = replace(basis, number=basis.number + 1, commit=self._commit, published=False)
        return None if self._is_empty else replace(following, counts=self._counts, position=self._position)

    def withdraw(self) -> None:
        """Take back what was put at the server."""
        for each in annotation_records.collections(self._store):
            each.remove({"commit": self._commit})


def commit(server: Server, embedder: str | None, change: Callable[[Stage], None]) -> None:
    """Make the version of which `change` stages what differs from the current one; it is asked anew where another
    writer was first. `embedder` is the fingerprint of what the vectors are made by (None: none is needed).

    Raises `FingerprintError`, and `LockedError` where others were first again and again.
    """
    versions, began, vectors = Versions(server), time.time(), StagedVectors()
    is_sparse = versions.sparse()  # raises where the collection is no library
    store = Records(server, server.address.collection)
    for _ in range(_ATTEMPTS):
        basis = versions.finish(store)
        require_embedder(basis, embedder, str(server.address))
        stage = Stage(store, VectorStore(str(server.address), store, basis, vectors), sparse=is_sparse)
        change(stage)
        following = stage.version()
        if following is None:
            return
        if time.time() - began > LONGEST:
            raise LibraryError(
                "the write took too long, and was given up",
                path=str(server.address),
                cure="run this again: the vectors computed so far are kept",
            )
        if versions.win(following, basis):
            versions.settle(store, following)
            versions.sweep(store, following)
            return
        stage.withdraw()
    cure = "wait for them to finish, then run this again"
    raise LockedError("other programs write to the library all the time", path=str(server.address), cure=cure)
