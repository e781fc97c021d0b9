"""A name -> the vector index that goes by it, and all that a library asks of any: chunks in, nearest chunks out.

To add an index, write a class that fits `VectorIndex` and give it a row in `VECTOR_INDEXES`.
"""

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from assistant.domain.errors import LibraryError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

VECTOR_INDEXES = {"chroma": "assistant.library.chroma:ChromaIndex"}
"""Name -> module:class, imported when it is first needed. A library keeps an index in a folder of this name."""

DEFAULT = "chroma"
"""The vector index of a library that does not name another."""

LEXICAL = "lexical"
"""The folder of the word index."""

REINDEX = "run `assistant reindex`"
"""The cure of all that can be made anew from the catalogue."""


def is_panic(error: BaseException) -> bool:
    """Whether the native code of an index gave up: its bindings then raise what is no `Exception`, and has no public
    name."""
    return type(error).__name__ == "PanicException"


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """One chunk, as it is put into a vector index."""

    id: str
    paper_id: str
    title: str
    date: str
    """ISO, "" where unknown."""
    text: str
    vector: "NDArray[np.float32]"
    """Of length one."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One chunk that is near to a vector."""

    chunk_id: str
    """`<paper id>#<number>`."""
    cosine: float

    @property
    def paper_id(self) -> str:
        """The id of its paper."""
        return self.chunk_id.rpartition("#")[0]


class VectorIndex(Protocol):
    """Chunks with unit vectors, kept in a folder. Every method raises `LibraryError` where the index fails.

    The library gives each generation a folder of its own, has one process write to it, never writes to it again once
    readers know of it, and may copy or remove it whole while nobody has it open for writing.
    """

    def __init__(self, folder: Path, *, size: int | None = None) -> None:
        """Open the index in `folder`; with a `size` make one of about so many chunks in a folder that is empty."""

    def close(self) -> None:
        """Write what is not written yet, and let go of the folder."""

    def count(self) -> int:
        """Return the number of chunks."""

    def put(self, rows: Iterable[ChunkRow]) -> None:
        """Add chunks, or replace those whose ids are there."""

    def remove(self, paper_ids: Sequence[str]) -> None:
        """Remove every chunk of these papers."""

    def get(self, ids: Sequence[str]) -> "dict[str, NDArray[np.float32]]":
        """Return {chunk id: vector}; unknown ids are left out."""

    def nearest(self, vectors: "NDArray[np.float32]", limit: int) -> list[list[Neighbour]]:
        """Return for each unit row of `vectors` the `limit` chunks nearest to it, best first."""

    @staticmethod
    def changes_when_opened(path: Path) -> bool:
        """Whether a file of this name may change by the index being opened, if only to read."""

    @staticmethod
    def is_unwritten(path: Path) -> bool:
        """Whether a file that lies in the folder holds nothing yet that the index relies on."""


def kinds() -> tuple[str, ...]:
    """Return the names of all folders in which a library may keep indexes."""
    return (*VECTOR_INDEXES, LEXICAL)


def require(kind: str, library: Path) -> str:
    """Return `kind` where it names a vector index; raises `LibraryError` about `library` where it does not."""
    if kind not in VECTOR_INDEXES:
        cure = f"use a program that has it, or one of: {', '.join(VECTOR_INDEXES)}"
        raise LibraryError(f"this program has no vector index called {kind!r}", path=library, cure=cure)
    return kind


def load(kind: str) -> type[VectorIndex]:
    """Return the vector index that goes by the name `kind`."""
    return resolve(VECTOR_INDEXES[kind])


def resolve(address: str) -> type[VectorIndex]:
    """Import the class at `module:class`."""
    module, _, name = address.partition(":")
    vector_index: type[VectorIndex] = getattr(importlib.import_module(module), name)
    return vector_index
