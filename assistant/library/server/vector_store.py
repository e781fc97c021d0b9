"""Content hashes -> vectors: those at a server, those of an interrupted run, and those that this writer computed."""

import json
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.library import embeddings
from assistant.library.connection import AMONG
from assistant.library.server import records
from assistant.library.server.catalogue import ServerCatalogue
from assistant.library.server.client import PAGE
from assistant.library.server.collection import Records, Row
from assistant.library.server.versions import Version
from assistant.library.spool import Spool


class StagedVectors:
    """Vectors of a writer by content hash, kept on the disk from one attempt to the next."""

    def __init__(self) -> None:
        self._spool = Spool()
        self._spool.run_many("CREATE TABLE vectors (content TEXT PRIMARY KEY, vectors BLOB)", [()])

    def put(self, vectors: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors, as a catalogue stores them."""
        self._spool.run_many("INSERT OR REPLACE INTO vectors VALUES (?, ?)", vectors)

    def sizes(self, contents: Sequence[str]) -> dict[str, int]:
        """Return {content hash: bytes of its vectors} of those of these hashes whose vectors are kept."""
        query = f"SELECT content, length(vectors) FROM vectors WHERE content {AMONG}"
        return dict(self._spool.read(query, (json.dumps(list(contents)),)))

    def blob(self, content: str) -> bytes:
        """Return the vectors that are kept under a content hash."""
        [(blob,)] = self._spool.read("SELECT vectors FROM vectors WHERE content = ?", (content,))
        return bytes(blob)


class VectorStore(ServerCatalogue):
    """The catalogue of a version, beside which vectors are kept that no record has yet."""

    def __init__(self, place: str, store: Records, version: Version, vectors: StagedVectors) -> None:
        """`vectors` has those of earlier attempts of this writer, and gets those of this one."""
        super().__init__(place, store, version)
        self._staged = vectors

    def embedded(self, contents: Sequence[str]) -> dict[str, int]:
        """Return {content hash: bytes of its vectors} of those of these hashes whose vectors are at the server, in this
        version or staged by a run that was interrupted, or are kept."""
        sizes = self._staged.sizes(contents)
        missing = [content for content in dict.fromkeys(contents) if content not in sizes]
        for start in range(0, len(missing), PAGE):
            whole = self.store.get(where={"content": {"$in": missing[start : start + PAGE]}})
            passages = [
                f"{row.id.rpartition('#')[0]}#{part}@{row.metadata['commit']}"
                for row in whole
                for part in range(row.metadata["parts"])
            ]
            parts: dict[tuple[str, str], dict[int, Row]] = {}
            for row in self.store.get(passages, include=("metadatas", "embeddings")):
                key = str(row.metadata["paper"]), str(row.metadata["commit"])
                parts.setdefault(key, {})[row.metadata["part"]] = row
            for rows in parts.values():
                if (blob := records.blob(rows)) is not None:
                    self._staged.put([(str(rows[0].metadata["content"]), blob)])
        return self._staged.sizes(contents)

    def put_embeddings(self, vectors: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors by content hash."""
        self._staged.put(vectors)

    def matrix(self, content: str) -> NDArray[np.float32]:
        """Return the vectors that are kept under a content hash."""
        return embeddings.decode(self._staged.blob(content), self.dimension())
