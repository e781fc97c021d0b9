"""The catalogue's papers -> one numbered generation of index files: built aside, proven, and never changed afterwards.

A generation N has its word index in the folder `lexical/N` and its vector index in `chroma/V` (named after the vector
index), where V is N or, where the vector index was built for an earlier one and has a tail since, that one's number.
The catalogue names both, in the same transaction that changes the papers, so that what is read belongs together.
"""

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from assistant.domain import files
from assistant.domain.errors import LibraryError
from assistant.domain.records import Paper
from assistant.library import disk, index, locks, probe
from assistant.library.chunks import Chunk
from assistant.library.index import REINDEX, ChunkRow

_SAMPLES = 64
_BATCH = 2_000  # chunks that one child compares, in about 2 seconds
AGAIN = "run this again"
_Item = TypeVar("_Item")
_Trial = Callable[[str, Path, int, Mapping[str, NDArray[np.float32]]], str | None]
"""`probe.compare` or `probe.examine`."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a vector index holds."""

    vector_index: str
    """A name of `index.VECTOR_INDEXES`."""
    chunk_count: int
    papers: Callable[[Sequence[str] | None], Iterator[tuple[Paper, Sequence[Chunk], NDArray[np.float32]]]]
    """These papers, or all, each with its chunks and their vectors, one row a chunk."""
    sample: Callable[[int], list[str]]
    """The ids of at least so many papers, where it has so many, spread over all."""


@dataclass(frozen=True, slots=True)
class IndexChange:
    """What an ingest changes."""

    removed: Mapping[str, int]
    """Id -> position of papers whose old chunks and words go."""
    put: Sequence[str]
    """Ids of papers whose new chunks and words come."""


@dataclass(frozen=True, slots=True)
class Patch:
    """How a vector index is made from an older one, by paper ids."""

    basis: int
    """The number of the older one."""
    removed: Sequence[str]
    put: Sequence[str]


def folder(library: Path, kind: str, number: int) -> Path:
    """Return where generation `number` keeps its index of this kind."""
    return library / kind / str(number)


@contextlib.contextmanager
def unfinished(library: Path, number: int) -> Iterator[None]:
    """Leave nothing of generation `number` behind where what is done inside fails; raises `LibraryError` for it."""
    try:
        yield
    except (OSError, LibraryError) as error:
        why = disk.full(library, error)  # asked before the disk is less full again
        discard(library, number)
        if isinstance(error, OSError):
            raise why or disk.failed(library, error) from error
        raise why or error from error.__cause__
    except BaseException:
        discard(library, number)
        raise


def build_vectors(library: Path, number: int, contents: Contents, patch: Patch | None = None) -> bool:
    """Write the vector index of generation `number` and prove it; return whether the patch could be used."""
    empty(library, contents.vector_index, number)
    if patch is not None and _patched(library, number, contents, patch):
        return True
    empty(library, contents.vector_index, number)
    target = folder(library, contents.vector_index, number)
    with contextlib.closing(index.load(contents.vector_index)(target, size=contents.chunk_count)) as vectors:
        vectors.put(_rows(contents))
    if problem := _tried(probe.compare, library, number, contents):
        raise LibraryError("the new vector index is not sound", path=library, cause=problem, cure=AGAIN)
    return False


def examine(library: Path, number: int, contents: Contents) -> str | None:
    """Return what is wrong with the vector index of generation `number`, or None; a child tries a sample of it."""
    return _tried(probe.examine, library, number, contents)


def examine_all(library: Path, number: int, contents: Contents) -> str | None:
    """Return what `examine` does, of every chunk rather than of a sample."""
    place = folder(library, contents.vector_index, number)
    rows = _rows(contents)
    while samples := {row.id: row.vector for row in islice(rows, _BATCH)}:
        if problem := probe.examine(contents.vector_index, place, contents.chunk_count, samples):
            return problem
    return None


def sweep(library: Path, numbers: Iterable[int], current: Mapping[str, int]) -> None:
    """Remove these generations, but the `current` index of each kind and what a reader has locked; needs the writer's
    lock.

    Nothing outside the library is touched: no link is followed on the way to what is removed.
    """
    for kind in index.kinds():
        with contextlib.suppress(OSError), disk.opened_folder(library / kind) as generations:
            for number in numbers:
                if number != current.get(kind) and not locks.is_locked(str(number), generations):
                    disk.remove(str(number), generations)


def left(library: Path, numbers: Iterable[int]) -> list[int]:
    """Return which of these generations have a folder."""
    return [n for n in numbers if any(os.path.lexists(folder(library, kind, n)) for kind in index.kinds())]


def discard(library: Path, number: int) -> None:
    """Remove a generation that never became current."""
    for kind in index.kinds():
        with contextlib.suppress(OSError), disk.opened_folder(library / kind) as generations:
            disk.remove(str(number), generations)


def empty(library: Path, kind: str, number: int) -> None:
    """Make the folder of an index, empty and private."""
    (library / kind).mkdir(mode=0o700, exist_ok=True)
    with disk.opened_folder(library / kind) as generations:
        disk.remove(str(number), generations)
        os.mkdir(str(number), mode=0o700, dir_fd=generations)


def _patched(library: Path, number: int, contents: Contents, patch: Patch) -> bool:
    """Make the vector index from a copy of an older one; False where that did not come out right."""
    import shutil

    kind = contents.vector_index
    target = folder(library, kind, number)
    try:
        target.rmdir()
        shutil.copytree(folder(library, kind, patch.basis), target, ignore=files.special_names)
        with contextlib.closing(index.load(kind)(target)) as vectors:
            vectors.remove(patch.removed)
            vectors.put(_rows(contents, patch.put))
    except (OSError, LibraryError) as error:
        if why := disk.full(library, error):
            raise why from error
        return False
    return _tried(probe.compare, library, number, contents, patch.put) is None


def _tried(trial: _Trial, library: Path, number: int, contents: Contents, changed: Sequence[str] = ()) -> str | None:
    """Return what a trial finds in the vector index: of a sample of all papers, and of one of those just `changed`."""
    ids = [*_spread(contents.sample(_SAMPLES)), *_spread(changed)]
    samples = [(row.id, row.vector) for row in _rows(contents, ids)]
    place = folder(library, contents.vector_index, number)
    return trial(contents.vector_index, place, contents.chunk_count, dict(_spread(samples, 2 * _SAMPLES)))


def _rows(contents: Contents, ids: Sequence[str] | None = None) -> Iterator[ChunkRow]:
    for paper, split, matrix in contents.papers(ids):
        if len(matrix) != len(split):
            raise LibraryError(f"has {len(matrix)} vectors, which do not fit its text", path=paper.id, cure=REINDEX)
        for chunk, vector in zip(split, matrix, strict=True):
            yield ChunkRow(chunk.id, paper.id, paper.title, paper.day or "", chunk.text, vector)


def _spread(items: Sequence[_Item], most: int = _SAMPLES) -> list[_Item]:
    """Return at most `most` of the items, evenly spread."""
    return [items[i] for i in np.linspace(0, len(items) - 1, min(most, len(items))).astype(int)]
