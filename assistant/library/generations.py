"""The catalogue's papers -> one numbered generation of index files: built aside, proven, and never changed afterwards.

A generation N is the folders `chroma/N` and `lexical/N`. The catalogue names the current one, in the same transaction
that changes the papers, so that a reader always finds papers and indexes that belong together.
"""

import contextlib
import errno
import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant import chunks
from assistant.errors import LibraryError
from assistant.library import lexical, locks, probe
from assistant.library.vectors import Row, Vectors
from assistant.records import Paper

Files = dict[str, tuple[int, int, str]]
"""Relative path -> size in bytes, modification time in ns, sha256."""

Indexed = Sequence[tuple[Paper, NDArray[np.float32]]]
"""Papers with the vectors of their chunks, one row a chunk."""

KINDS = ("chroma", "lexical")
_SAMPLES = 64
_SQLITE = "chroma.sqlite3"  # whoever opens a Chroma folder, if only to read, writes a few bytes here


def folder(library: Path, kind: str, number: int) -> Path:
    """Return where generation `number` keeps its index of this kind."""
    return library / kind / str(number)


def build(library: Path, number: int, papers: Indexed) -> Files:
    """Write generation `number` from nothing, prove it, make it durable; return its files.

    Raises `LibraryError`, leaving nothing of it behind, where it cannot be written or does not hold what it should.
    """
    try:
        for kind in KINDS:
            shutil.rmtree(folder(library, kind, number), ignore_errors=True)
            folder(library, kind, number).mkdir(parents=True)
        lexical.build(((paper.title, paper.abstract) for paper, _ in papers), folder(library, "lexical", number))
        with Vectors(folder(library, "chroma", number), create=True) as vectors:
            vectors.put(_rows(papers))
        _prove(library, number, papers)
        return _manifest(library, number)
    except OSError as error:
        discard(library, number)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        why = "no space left on the disk; free some and run this again" if full else f"{error.strerror}"
        raise LibraryError(f"{error.filename or library}: {why}") from error
    except BaseException:
        discard(library, number)
        raise


def damage(library: Path, recorded: Files) -> dict[str, str]:
    """Return {kind of index: what is wrong with its files}, looking only at those that are not as they were left.

    Files whose size and time are unchanged are trusted; others are read and compared by checksum. A change of
    `chroma.sqlite3` alone is no damage where the probe finds the index sound.
    """
    problems: dict[str, str] = {}
    for path, (size, modified, digest) in recorded.items():
        kind, name = path.split("/")[0], path.rsplit("/", 1)[-1]
        if kind in problems:
            continue
        try:
            found = (library / path).stat()
            if found.st_size == size and (found.st_mtime_ns == modified or _digest(library / path) == digest):
                continue
            if name != _SQLITE or found.st_size < size:
                problems[kind] = f"{path} was changed or cut"
        except OSError as error:
            problems[kind] = f"{path}: {error.strerror}"
    return problems


def touched(library: Path, recorded: Files) -> bool:
    """Whether Chroma's own database file is not as it was left, so that only the probe can tell if it is sound."""
    for path, (size, modified, _) in recorded.items():
        if path.endswith(_SQLITE):
            with contextlib.suppress(OSError):
                found = (library / path).stat()
                return (found.st_size, found.st_mtime_ns) != (size, modified)
    return True


def examine(library: Path, number: int, papers: Indexed) -> str | None:
    """Return what is wrong with the vector index of generation `number`, or None; a child process looks."""
    spread = np.linspace(0, len(papers) - 1, min(_SAMPLES, len(papers))).astype(int)
    samples = {row.id: row.vector for row in _rows([papers[i] for i in spread])}
    thinned = dict(list(samples.items())[:: max(1, len(samples) // _SAMPLES)])
    count = sum(len(matrix) for _, matrix in papers)
    return probe.examine(folder(library, "chroma", number), count, thinned)


def sweep(library: Path, current: int) -> None:
    """Remove every generation but `current` that no reader holds."""
    for kind in KINDS:
        with contextlib.suppress(OSError):
            for path in (library / kind).iterdir():
                if path.name != str(current) and not locks.in_use(path):
                    shutil.rmtree(path, ignore_errors=True)


def discard(library: Path, number: int) -> None:
    """Remove a generation that never became current."""
    for kind in KINDS:
        shutil.rmtree(folder(library, kind, number), ignore_errors=True)


def _rows(papers: Indexed) -> Iterator[Row]:
    for paper, matrix in papers:
        day = paper.date.isoformat() if paper.date else ""
        whole = chunks.text(paper)
        for chunk, vector in zip(chunks.split(paper), matrix, strict=True):
            yield Row(chunk.id, paper.id, paper.title, day, whole[chunk.start : chunk.end], vector)


def _prove(library: Path, number: int, papers: Indexed) -> None:
    if (size := lexical.open_folder(folder(library, "lexical", number)).size) != len(papers):
        raise LibraryError(f"the new word index holds {size:,} papers instead of {len(papers):,}; run this again")
    if problem := examine(library, number, papers):
        raise LibraryError(f"the new vector index is not sound: {problem}; run this again")


def _manifest(library: Path, number: int) -> Files:
    files: Files = {}
    for kind in KINDS:
        root = folder(library, kind, number)
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.name.endswith(".lock"):
                _flush(path)
                found = path.stat()
                name = path.relative_to(library).as_posix()
                files[name] = (found.st_size, found.st_mtime_ns, _digest(path))
        for path in (*(p for p in root.rglob("*") if p.is_dir()), root, root.parent, library):
            _flush(path)
    return files


def _flush(path: Path) -> None:
    """Make a file, or the names in a folder, survive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
