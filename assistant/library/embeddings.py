"""Matrices of a paper's vectors <-> the bytes that the catalogue stores, and the hashes that they are stored under."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Paper
from assistant.library import chunks

_UNIT = 1e-2  # how far from one the length of a vector may be; a zero vector is far from it
_STORED_AS = np.float16  # half the space; the cosine with what was computed stays above 0.999999


def fingerprint(embedder: str) -> str:
    """Return what names a library's vectors: how they were computed, and of what."""
    return f"{embedder}+{chunks.SCHEME}"


def content_hash(paper: Paper, fingerprint: str) -> str:
    """Return the hash of all that determines a paper's vectors."""
    return text_hash(fingerprint, paper.title, paper.abstract, *([paper.full_text.digest] if paper.full_text else []))


def text_hash(fingerprint: str, *texts: str) -> str:
    """Return the content hash of a paper with this title, this abstract and, where it has one, this digest of its full
    text."""
    return hashlib.sha256("\0".join((fingerprint, *texts)).encode()).hexdigest()


def checksum(content: str, blob: bytes) -> str:
    """Return the sha256 of stored vectors and of the content hash that they are stored under, in hexadecimal."""
    return hashlib.sha256(content.encode() + blob).hexdigest()


def is_sound(content: object, blob: object, recorded: str | None, dimension: int) -> bool:
    """Whether what is stored under `content` are vectors, and as they were stored.

    Where no checksum is `recorded` (a catalogue of version 1), vectors of length one are taken to be.
    """
    if not isinstance(content, str) or not isinstance(blob, bytes):
        return False
    rows, rest = divmod(len(blob), dimension * np.dtype(_STORED_AS).itemsize)
    if not rows or rest:
        return False
    if recorded is not None:
        return recorded == checksum(content, blob)
    return validate(decode(blob, dimension), rows, dimension) is None


def encode(matrix: NDArray[np.float32]) -> bytes:
    """Return the bytes of one paper's matrix, one row a chunk."""
    return matrix.astype(_STORED_AS).tobytes()


def decode(blob: bytes, dimension: int) -> NDArray[np.float32]:
    """Return the matrix again."""
    return np.frombuffer(blob, _STORED_AS).reshape(-1, dimension).astype(np.float32)


def validate(matrix: NDArray[np.float32], rows: int, dimension: int) -> str | None:
    """Return what makes a paper's matrix unfit to be stored, or None."""
    if matrix.shape != (rows, dimension):
        return f"a matrix of shape {matrix.shape} instead of {(rows, dimension)}"
    lengths = np.linalg.norm(matrix.astype(np.float64), axis=1)
    if not np.isfinite(lengths).all():
        return "numbers that are not finite"
    if np.abs(lengths - 1).max() > _UNIT:
        return f"a vector of length {lengths[np.abs(lengths - 1).argmax()]:.3g} instead of 1"
    return None


@dataclass(frozen=True, slots=True)
class VectorTable:
    """The vectors of many papers."""

    ids: tuple[str, ...]
    wholes: NDArray[np.float32]
    """One unit row a paper: title and abstract together."""
    passages: NDArray[np.float32]
    """One unit row a passage: of abstracts that are longer than an embedder reads, and of full texts."""
    owners: NDArray[np.int64]
    """For each passage, the row of its paper in `wholes`."""

    def cosines(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the cosine of each paper with unit vectors: one number a paper, for each row of `vectors` where it has
        rows. That of a long paper is that of the nearest of its whole and its passages."""
        cosines: NDArray[np.float32] = vectors @ self.wholes.T
        if len(self.owners):
            np.maximum.at(cosines.T, self.owners, (vectors @ self.passages.T).T)
        return cosines


def vector_table(rows: Iterable[tuple[str, bytes | None]], dimension: int) -> VectorTable:
    """Join (paper id, stored bytes) rows into one table; where there are none, the paper has one vector of zeros."""
    ids, blobs = [], []
    width = dimension * np.dtype(_STORED_AS).itemsize
    for id, blob in rows:
        ids.append(id)
        blobs.append(blob or bytes(width))
    counts = np.array([len(blob) // width for blob in blobs], np.int64)
    matrix = decode(b"".join(blobs), dimension)
    is_whole = np.zeros(len(matrix), np.bool_)
    is_whole[np.cumsum(counts) - counts] = True
    owners = np.repeat(np.arange(len(ids)), counts)[~is_whole]
    return VectorTable(tuple(ids), matrix[is_whole], matrix[~is_whole], owners)
