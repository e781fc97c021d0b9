"""Matrices of chunk vectors <-> the bytes kept in the catalogue, and the names under which they are kept."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant import chunks
from assistant.records import Paper

_KEPT_AS = np.float16  # half the space; the cosine with what was computed stays above 0.999999


def fingerprint(embedder: str) -> str:
    """Return what names a library's vectors: how they were computed, and of what."""
    return f"{embedder}+{chunks.SCHEME}"


def content(paper: Paper, fingerprint: str) -> str:
    """Return the hash of all that determines a paper's vectors."""
    return hashlib.sha256("\0".join((fingerprint, paper.title, paper.abstract)).encode()).hexdigest()


def pack(matrix: NDArray[np.float32]) -> bytes:
    """Return the bytes of one paper's matrix, one row a chunk."""
    return matrix.astype(_KEPT_AS).tobytes()


def unpack(kept: bytes, dimension: int) -> NDArray[np.float32]:
    """Return the matrix again."""
    return np.frombuffer(kept, _KEPT_AS).reshape(-1, dimension).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Table:
    """The vectors of many papers in one matrix: `matrix[starts[i]:starts[i + 1]]` are those of paper `i`."""

    ids: tuple[str, ...]
    starts: NDArray[np.int64]
    """One more than papers; the first row of a paper is its whole text, the others its sentences."""
    matrix: NDArray[np.float32]


def table(rows: Iterable[tuple[str, bytes]], dimension: int) -> Table:
    """Join (paper id, kept bytes) rows into one table."""
    ids, kept = [], []
    for id, blob in rows:
        ids.append(id)
        kept.append(blob)
    width = dimension * np.dtype(_KEPT_AS).itemsize
    starts = np.concatenate(([0], np.cumsum([len(blob) // width for blob in kept]))).astype(np.int64)
    return Table(tuple(ids), starts, unpack(b"".join(kept), dimension))
