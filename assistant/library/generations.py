"""The catalogue's papers -> one numbered generation of index files: built aside, proven, and never changed afterwards.

A generation N is the folders `chroma/N` and `lexical/N`. The catalogue names the current one, in the same transaction
that changes the papers, so that a reader always finds papers and indexes that belong together.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.domain.errors import LibraryError
from assistant.domain.records import Paper
from assistant.library import bm25, chunks, database, disk, integrity, locks, probe
from assistant.library.chroma import ChromaIndex, ChunkRow

KINDS = database.INDEXES
_SAMPLES = 64
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a generation holds."""

    papers: Sequence[Paper]
    chunks: int
    vectors: Callable[[Sequence[str] | None], Iterator[tuple[str, NDArray[np.float32]]]]
    """(paper id, one row a part) of these papers, or of all."""


@dataclass(frozen=True, slots=True)
class Patch:
    """How a generation comes from an older one."""

    basis: int
    removed: Sequence[str]
    """Ids of papers whose chunks of then go."""
    put: Sequence[str]
    """Ids of papers whose chunks of now come."""


def folder(library: Path, kind: str, number: int) -> Path:
    """Return where generation `number` keeps its index of this kind."""
    return library / kind / str(number)


def build(library: Path, number: int, contents: Contents, patch: Patch | None = None) -> tuple[integrity.Files, bool]:
    """Write generation `number`, prove it, make it durable; return its files, and whether the patch could be used.

    Raises `LibraryError`, leaving nothing of it behind, where it cannot be written or does not hold what it should.
    """
    try:
        for kind in KINDS:
            _empty(folder(library, kind, number))
        words = folder(library, "lexical", number)
        bm25.build_index(((paper.title, paper.abstract) for paper in contents.papers), words)
        if (size := bm25.open_index(words).size) != len(contents.papers):
            raise LibraryError(f"the new word index holds {size:,} papers instead of {len(contents.papers):,}")
        patched = patch is not None and _patched(library, number, contents, patch)
        if not patched:
            _fill(library, number, contents)
        return integrity.manifest(library, number), patched
    except (OSError, LibraryError) as error:
        why = disk.full(library, error)  # asked before the disk is less full again
        discard(library, number)
        if isinstance(error, OSError):
            raise why or LibraryError(f"{error.filename or library}: {error.strerror or error}") from error
        raise why or error from error.__cause__
    except BaseException:
        discard(library, number)
        raise


def examine(library: Path, number: int, contents: Contents, changed: Sequence[str] = ()) -> str | None:
    """Return what is wrong with the vector index of generation `number`, or None; a child process looks.

    It looks for a sample of all papers, and for one of the papers just `changed`.
    """
    asked = [*_spread([paper.id for paper in contents.papers]), *_spread(changed)]
    samples = [(row.id, row.vector) for row in _rows(contents, asked)]
    return probe.examine(folder(library, "chroma", number), contents.chunks, dict(_spread(samples, 2 * _SAMPLES)))


def sweep(library: Path, current: int) -> None:
    """Remove every generation but `current` that no reader holds, and half-made catalogues; for who holds the lock."""
    for kind in KINDS:
        with contextlib.suppress(OSError):
            for path in (library / kind).iterdir():
                if path.name.isdecimal() and path.name != str(current) and not locks.is_locked(path):
                    shutil.rmtree(path, ignore_errors=True)
    for scratch in library.glob(f".{database.NAME}.*"):
        with contextlib.suppress(OSError):
            scratch.unlink()


def discard(library: Path, number: int) -> None:
    """Remove a generation that never became current."""
    for kind in KINDS:
        shutil.rmtree(folder(library, kind, number), ignore_errors=True)


def _fill(library: Path, number: int, contents: Contents) -> None:
    """Make the vector index from nothing."""
    _empty(folder(library, "chroma", number))
    with ChromaIndex(folder(library, "chroma", number), create=True) as vectors:
        vectors.put(_rows(contents))
    if problem := examine(library, number, contents):
        raise LibraryError(f"the new vector index is not sound: {problem}; run this again")


def _patched(library: Path, number: int, contents: Contents, patch: Patch) -> bool:
    """Make the vector index from a copy of an older one; False where that did not come out right."""
    target = folder(library, "chroma", number)
    try:
        target.rmdir()
        shutil.copytree(folder(library, "chroma", patch.basis), target)
        with ChromaIndex(target) as vectors:
            vectors.remove(patch.removed)
            vectors.put(_rows(contents, patch.put))
    except (OSError, LibraryError) as error:
        if why := disk.full(library, error):
            raise why from error
        return False
    return examine(library, number, contents, patch.put) is None


def _rows(contents: Contents, ids: Sequence[str] | None = None) -> Iterator[ChunkRow]:
    named = {paper.id: paper for paper in contents.papers}
    for id, matrix in contents.vectors(ids):
        paper = named[id]
        day = paper.date.isoformat() if paper.date else ""
        split = chunks.split(paper)
        if len(matrix) != 1 + split[0].last:  # its title and all its sentences
            raise LibraryError(f"{id} has {len(matrix)} vectors, which do not fit its text; run `assistant reindex`")
        for chunk in split:
            vector = chunks.vector(matrix, chunk.first, chunk.last)
            yield ChunkRow(chunk.id, paper.id, paper.title, day, chunk.text, vector)


def _spread(items: Sequence[_Item], most: int = _SAMPLES) -> list[_Item]:
    """Return at most `most` of the items, evenly spread."""
    return [items[i] for i in np.linspace(0, len(items) - 1, min(most, len(items))).astype(int)]


def _empty(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
