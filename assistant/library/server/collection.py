"""A collection of a Chroma server <-> its records, read and written by pages that any server allows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.library.server.client import PAGE, SPARSE_KEY, Metadata, Server

Where = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One record; what was not asked for is empty."""

    id: str
    metadata: Metadata
    document: str
    vector: NDArray[np.float32] | None


class Records:
    """The records of a collection, read and written by pages. Raises `LibraryError`."""

    def __init__(self, server: Server, name: str) -> None:
        self.server = server
        self._name = name
        self._collection = server.open(name)

    def beside(self, ending: str, *, create: bool = False) -> "Records | None":
        """Return the records of the collection whose name is that of this one and an ending; None where there is none,
        unless it is to be created."""
        name = f"{self._name}{ending}"
        if create:
            self.server.create(name, {"beside": self._name})
        return Records(self.server, name) if self.server.metadata(name) is not None else None

    def get(
        self,
        ids: Sequence[str] | None = None,
        where: Where | None = None,
        words: Where | None = None,
        include: Sequence[str] = ("metadatas",),
        limit: int | None = None,
    ) -> list[Row]:
        """Return records: with these ids, or those of which `where` holds for the metadata and `words` for the
        document; at most `limit` of them. Unknown ids are left out."""
        if ids is not None:
            pages = (list(ids[start : start + PAGE]) for start in range(0, len(ids), PAGE))
            return [row for page in pages for row in self._page(include, ids=page)]
        size = PAGE if include else self.server.most_ids
        rows: list[Row] = []
        while limit is None or len(rows) < limit:
            most = size if limit is None else min(size, limit - len(rows))
            page = self._page(include, where=where, where_document=words, limit=most, offset=len(rows))
            rows += page
            if len(page) < most:
                break
        return rows

    @property
    def most_ids(self) -> int:
        """How many ids alone may be asked for, or named, at once."""
        return self.server.most_ids

    def nearest(self, vectors: NDArray[np.float32], limit: int, where: Where | None) -> list[list[tuple[str, float]]]:
        """Return for each unit row of `vectors` (id, 1 - cosine) of the `limit` records nearest to it, best first; of
        those of which `where` holds (None: of all). Chroma Cloud gives a page of them at most."""
        most = min(limit, PAGE) if self.server.address.is_cloud else limit
        with self.server.translated():
            answer = self._collection.query(
                query_embeddings=vectors.tolist(), n_results=most, where=where, include=["distances"]
            )
        return [list(zip(*row, strict=True)) for row in zip(answer["ids"], answer["distances"], strict=True)]

    def nearest_sparse(self, indices: Sequence[int], values: Sequence[float], limit: int) -> list[str]:
        """Return the ids of the `limit` records with the highest inner product with a sparse vector, best first."""
        from chromadb import Knn, Search, SparseVector

        most = min(limit, PAGE) if self.server.address.is_cloud else limit
        words = Knn(query=SparseVector(list(indices), list(values)), key=SPARSE_KEY, limit=most)
        with self.server.translated():
            answer = self._collection.search(Search().rank(words).limit(most))
        return list(answer["ids"][0])

    def add(self, rows: Sequence[Row]) -> None:
        """Add records, or replace those whose ids are there."""
        for start in range(0, len(rows), PAGE):
            page = rows[start : start + PAGE]
            with self.server.translated():
                self._collection.upsert(
                    ids=[row.id for row in page],
                    embeddings=[row.vector.tolist() for row in page if row.vector is not None],
                    metadatas=[_sendable(row.metadata) for row in page],
                    documents=[row.document for row in page],
                )

    def mark(self, ids: Sequence[str], metadata: Metadata) -> None:
        """Set some of the metadata of these records; those that are gone are left out."""
        for start in range(0, len(ids), PAGE):
            page = list(ids[start : start + PAGE])
            with self.server.translated():
                self._collection.update(ids=page, metadatas=[dict(metadata) for _ in page])

    def remove(self, where: Where) -> None:
        """Delete the records of which `where` holds."""
        with self.server.translated():
            self._collection.delete(where=dict(where))

    def _page(self, include: Sequence[str], **query: Any) -> list[Row]:
        with self.server.translated():
            answer = self._collection.get(include=list(include), **query)
        ids = answer["ids"]
        vectors = answer["embeddings"]
        return [
            Row(
                id,
                (answer["metadatas"][place] or {}) if answer["metadatas"] is not None else {},
                (answer["documents"][place] or "") if answer["documents"] is not None else "",
                None if vectors is None else np.asarray(vectors[place], np.float32),
            )
            for place, id in enumerate(ids)
        ]


def _sendable(metadata: Metadata) -> dict[str, Any]:
    """Return metadata as the public client takes it: a sparse vector is an object of its own."""
    if SPARSE_KEY not in metadata:
        return dict(metadata)
    from chromadb import SparseVector

    indices, values = metadata[SPARSE_KEY]
    return {**metadata, SPARSE_KEY: SparseVector(list(indices), list(values))}
