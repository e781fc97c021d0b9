"""The index files of a generation <-> what the catalogue records of them, by which damage is noticed."""

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from assistant.domain import files
from assistant.library import disk, index, trust

_LATEST = 2**63 - 1  # the largest integer of SQLite
Files = dict[str, tuple[int, int, str]]
"""Path relative to the library -> size in bytes, modification time in ns, sha256."""


@dataclass(frozen=True, slots=True)
class IntegrityReport:
    """What a comparison of a generation's files with their records gave."""

    problems: dict[str, str] = field(default_factory=dict)
    """Kind of index -> what is wrong with its files."""
    moved: Files = field(default_factory=dict)
    """Files that are as recorded but for their times, as in a library that was copied."""
    opened: bool = False
    """Whether somebody opened the vector index and so changed a file: only a probe can tell whether it is sound."""


def check_files(library: Path, numbers: Mapping[str, int], recorded: Files, *, every: bool = False) -> IntegrityReport:
    """Compare index files with what was recorded of them; `numbers` are the kinds of indexes to look at, and the
    generations they are of. Where size and time are as recorded, a file is not read (unless `every` one is), else its
    checksum decides. Raises `LibraryError` where anything but files and folders lies among them."""
    problems = {
        kind: problem for kind, number in numbers.items() if (problem := _problem(library, kind, number, recorded))
    }
    moved: Files = {}
    opened = False
    for path, (size, modified, digest) in recorded.items():
        kind = path.split("/")[0]
        if kind in problems:
            continue
        if not _lies_in(path, numbers):
            problems[next(iter(numbers))] = f"the catalogue records {path!r}, which is none of its files"
            continue
        try:
            status = (library / path).lstat()
            now = _modified(status)
            if files.is_hollow(status):  # to read it would take for ever
                problems[kind] = f"{path} has {status.st_size:,} bytes, hardly any of which are on the disk"
                continue
            if not every and (status.st_size, now) == (size, modified):
                continue
            if changes_when_opened(library, path) and status.st_size >= size:
                opened = True
            elif status.st_size == size and _digest(library / path) == digest:
                if now != modified:
                    moved[path] = (size, now, digest)
            else:
                problems[kind] = f"{path} was changed or cut"
        except OSError as error:
            problems[kind] = f"{path}: {error.strerror}"
    return IntegrityReport(problems, moved, opened and not index.VECTOR_INDEXES.keys() & problems.keys())


def changes_when_opened(library: Path, path: str) -> bool:
    """Whether a recorded file may change by the index being opened."""
    kind = path.split("/")[0]
    return kind in index.VECTOR_INDEXES and index.load(kind).changes_when_opened(library / path)


def are_as_recorded(folder: Path, names: Iterable[str], recorded: Mapping[str, tuple[int, int, str]]) -> bool:
    """Whether these files of a folder have the checksums that were recorded of them; all are read."""
    try:
        return all(_digest(folder / name) == recorded[name][2] for name in names)
    except OSError:
        return False


def _problem(library: Path, kind: str, number: int, recorded: Files) -> str | None:
    """Return what keeps a kind of index from being looked at at all, or None."""
    written = kind in index.VECTOR_INDEXES  # to open it may write
    if not of_kind(kind, recorded):
        return f"nothing is known of its {kind} files"
    try:
        for path in _entries(library / kind / str(number)):
            if written and trust.has_other_names(path):
                return f"{path.relative_to(library)} is a hard link: it has another name elsewhere"
            if path.name.endswith("-journal") and trust.names_another_file(path):
                return f"{path.relative_to(library)} is a journal that names another file, for SQLite to delete"
    except files.SpecialFileError as error:
        raise disk.failed(library, error) from error
    except OSError as error:
        return f"{kind}/{number}: {error.strerror}"
    return None


def _entries(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder and of those in it; raises `SpecialFileError` for what is neither, unopened."""
    folders = [folder]
    while folders:
        path = folders.pop()
        with contextlib.suppress(FileNotFoundError):  # a file is told missing where its record is looked at
            if stat.S_ISDIR(files.check_ordinary(path).st_mode):
                folders += path.iterdir()
            else:
                yield path


def _lies_in(path: str, numbers: Mapping[str, int]) -> bool:
    """Whether a recorded path is one of a file of one of these indexes."""
    kind, _, rest = path.partition("/")
    generation, _, inner = rest.partition("/")
    names = inner.split("/")
    return (
        kind in numbers and generation == str(numbers[kind]) and "\0" not in path and not {"", ".", ".."} & set(names)
    )


def of_kind(kind: str, recorded: Files) -> Files:
    """Return the files of one kind of index."""
    return {path: facts for path, facts in recorded.items() if path.startswith(f"{kind}/")}


def record(library: Path, path: str, *, changes: bool = False) -> Files:
    """Return what there is to record of one file; no checksum of one that `changes` by being opened."""
    status = (library / path).lstat()
    return {path: (status.st_size, _modified(status), "" if changes else _digest(library / path))}


def reset(library: Path, path: str, recorded: tuple[int, int, str]) -> Files:
    """Give a file that was changed by being opened the time that is recorded of it, so that the record stands; return
    what there is to record instead where its size is another now."""
    if (library / path).lstat().st_size != recorded[0]:
        return record(library, path, changes=True)
    os.utime(library / path, ns=(recorded[1], recorded[1]), follow_symlinks=False)
    return {}


def manifest(
    library: Path, kind: str, number: int, known: Mapping[str, tuple[int, int, str]] = MappingProxyType({})
) -> Files:
    """Make the files of an index survive a loss of power, and return what there is to record of them.

    A file that is `known` by its name, and has the size and the time that are recorded of it, is not read again.
    """
    is_unwritten = index.load(kind).is_unwritten if kind in index.VECTOR_INDEXES else lambda _: False
    recorded: Files = {}
    root = library / kind / str(number)
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.name.endswith(".lock") or is_unwritten(path):
            continue
        name = path.relative_to(library).as_posix()
        status = path.lstat()
        if (status.st_size, _modified(status)) == known.get(path.name, (None, None))[:2]:
            recorded[name] = known[path.name]
            continue
        disk.flush(path)
        recorded |= record(library, name, changes=changes_when_opened(library, name))
    for path in (*(path for path in root.rglob("*") if path.is_dir()), root, root.parent, library):
        disk.flush(path)
    return recorded


def _modified(status: os.stat_result) -> int:
    """Return when a file was changed, in ns; a time past the year 2262 as the last one that SQLite can hold."""
    return max(-_LATEST - 1, min(status.st_mtime_ns, _LATEST))


def _digest(path: Path) -> str:
    with files.open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
