"""The catalogue's papers -> one numbered generation of index files: built aside, proven, and never changed afterwards.

A generation N is the folders `chroma/N` (named after the vector index) and `lexical/N`. The catalogue names the
current one, in the same transaction that changes the papers, so that papers and indexes that are read belong together.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.domain import files
from assistant.domain.errors import LibraryError
from assistant.domain.records import Paper
from assistant.library import bm25, chunks, disk, index, integrity, locks, probe
from assistant.library.index import LEXICAL, REINDEX, ChunkRow

_SAMPLES = 64
_BATCH = 2_000  # chunks that one child compares, in about 2 seconds
_AGAIN = "run this again"
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Contents:
    """What goes into the indexes of a generation."""

    vector_index: str
    """A name of `index.VECTOR_INDEXES`."""
    papers: Sequence[Paper]
    chunk_count: int
    vectors: Callable[[Sequence[str] | None], Iterator[tuple[str, NDArray[np.float32]]]]
    """(paper id, one row a chunk) of these papers, or of all."""


@dataclass(frozen=True, slots=True)
class IndexChange:
    """What an ingest changes, by paper ids."""

    removed: Sequence[str]
    """Papers whose old chunks go."""
    put: Sequence[str]
    """Papers whose new chunks come."""


@dataclass(frozen=True, slots=True)
class Patch:
    """How the vector index of a generation is made from that of an older one."""

    basis: int
    """The number of the older one."""
    change: IndexChange


def folder(library: Path, kind: str, number: int) -> Path:
    """Return where generation `number` keeps its index of this kind."""
    return library / kind / str(number)


def build(library: Path, number: int, contents: Contents, patch: Patch | None = None) -> tuple[integrity.Files, bool]:
    """Write generation `number`, prove it, make it durable; return its files, and whether the patch could be used.

    Raises `LibraryError`, leaving nothing of it behind, where it cannot be written or does not hold what it should.
    """
    try:
        for kind in (contents.vector_index, LEXICAL):
            _empty(library, kind, number)
        words = folder(library, LEXICAL, number)
        bm25.build_index(((paper.title, paper.abstract) for paper in contents.papers), words)
        if (size := bm25.open_index(words).size) != len(contents.papers):
            problem = f"the new word index holds {size:,} papers instead of {len(contents.papers):,}"
            raise LibraryError(problem, path=library, cure=_AGAIN)
        patched = patch is not None and _patched(library, number, contents, patch)
        if not patched:
            _fill(library, number, contents)
        return integrity.manifest(library, number, contents.vector_index), patched
    except (OSError, LibraryError) as error:
        why = disk.full(library, error)  # asked before the disk is less full again
        discard(library, number)
        if isinstance(error, OSError):
            raise why or disk.failed(library, error) from error
        raise why or error from error.__cause__
    except BaseException:
        discard(library, number)
        raise


def examine(library: Path, number: int, contents: Contents, changed: Sequence[str] = ()) -> str | None:
    """Return what is wrong with the vector index of generation `number`, or None; a child process tries it.

    It compares a sample of all papers, and one of the papers just `changed`.
    """
    ids = [*_spread([paper.id for paper in contents.papers]), *_spread(changed)]
    samples = [(row.id, row.vector) for row in _rows(contents, ids)]
    kind = contents.vector_index
    place = folder(library, kind, number)
    return probe.examine(kind, place, contents.chunk_count, dict(_spread(samples, 2 * _SAMPLES)))


def examine_all(library: Path, number: int, contents: Contents) -> str | None:
    """Return what `examine` does, of every chunk rather than of a sample."""
    place = folder(library, contents.vector_index, number)
    rows = _rows(contents)
    while samples := {row.id: row.vector for row in islice(rows, _BATCH)}:
        if problem := probe.examine(contents.vector_index, place, contents.chunk_count, samples):
            return problem
    return None


def sweep(library: Path, numbers: Iterable[int]) -> None:
    """Remove these generations, but those that a reader has locked; needs the writer's lock.

    Nothing outside the library is touched: no link is followed on the way to what is removed.
    """
    for kind in index.kinds():
        with contextlib.suppress(OSError), disk.opened_folder(library / kind) as generations:
            for name in map(str, numbers):
                if not locks.is_locked(name, generations):
                    disk.remove(name, generations)


def left(library: Path, numbers: Iterable[int]) -> list[int]:
    """Return which of these generations have a folder."""
    return [n for n in numbers if any(os.path.lexists(folder(library, kind, n)) for kind in index.kinds())]


def discard(library: Path, number: int) -> None:
    """Remove a generation that never became current."""
    for kind in index.kinds():
        with contextlib.suppress(OSError), disk.opened_folder(library / kind) as generations:
            disk.remove(str(number), generations)


def _fill(library: Path, number: int, contents: Contents) -> None:
    """Make the vector index from nothing."""
    _empty(library, contents.vector_index, number)
    target = folder(library, contents.vector_index, number)
    with contextlib.closing(index.load(contents.vector_index)(target, create=True)) as vectors:
        vectors.put(_rows(contents))
    if problem := examine(library, number, contents):
        raise LibraryError("the new vector index is not sound", path=library, cause=problem, cure=_AGAIN)


def _patched(library: Path, number: int, contents: Contents, patch: Patch) -> bool:
    """Make the vector index from a copy of an older one; False where that did not come out right."""
    kind = contents.vector_index
    target = folder(library, kind, number)
    try:
        target.rmdir()
        shutil.copytree(folder(library, kind, patch.basis), target, ignore=files.special_names)
        with contextlib.closing(index.load(kind)(target)) as vectors:
            vectors.remove(patch.change.removed)
            vectors.put(_rows(contents, patch.change.put))
    except (OSError, LibraryError) as error:
        if why := disk.full(library, error):
            raise why from error
        return False
    return examine(library, number, contents, patch.change.put) is None


def _rows(contents: Contents, ids: Sequence[str] | None = None) -> Iterator[ChunkRow]:
    papers = {paper.id: paper for paper in contents.papers}
    for id, matrix in contents.vectors(ids):
        paper = papers[id]
        day = paper.date.isoformat() if paper.date else ""
        split = chunks.split(paper)
        if len(matrix) != len(split):
            raise LibraryError(f"has {len(matrix)} vectors, which do not fit its text", path=id, cure=REINDEX)
        for chunk, vector in zip(split, matrix, strict=True):
            yield ChunkRow(chunk.id, paper.id, paper.title, day, chunk.text, vector)


def _spread(items: Sequence[_Item], most: int = _SAMPLES) -> list[_Item]:
    """Return at most `most` of the items, evenly spread."""
    return [items[i] for i in np.linspace(0, len(items) - 1, min(most, len(items))).astype(int)]


def _empty(library: Path, kind: str, number: int) -> None:
    """Make the folder of an index, empty and private."""
    (library / kind).mkdir(mode=0o700, exist_ok=True)
    with disk.opened_folder(library / kind) as generations:
        disk.remove(str(number), generations)
        os.mkdir(str(number), mode=0o700, dir_fd=generations)
