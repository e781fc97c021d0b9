"""The index files of a generation <-> what the catalogue records of them, by which damage is noticed."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from assistant.library import database, disk
from assistant.library.chroma import DATABASE

Files = dict[str, tuple[int, int, str]]
"""Relative path -> size in bytes, modification time in ns, sha256."""


@dataclass(frozen=True, slots=True)
class IntegrityReport:
    """What looking at the files of a generation gave."""

    problems: dict[str, str] = field(default_factory=dict)
    """Kind of index -> what is wrong with its files."""
    moved: Files = field(default_factory=dict)
    """Files as they were left but for their times, as in a library that was copied."""
    opened: str | None = None
    """Chroma's own file, where somebody has opened it: only the probe can tell whether it is sound."""


def check_files(library: Path, recorded: Files, *, every: bool = False) -> IntegrityReport:
    """Compare files with what was recorded of them: by size and time where those are as they were left (unless
    `every`), else by checksum."""
    found = IntegrityReport(
        {kind: f"nothing is known of its {kind} files" for kind in database.INDEXES if not _of(kind, recorded)}
    )
    opened = None
    for path, (size, modified, digest) in recorded.items():
        kind = path.split("/")[0]
        if kind in found.problems:
            continue
        try:
            now = (library / path).stat()
            if not every and (now.st_size, now.st_mtime_ns) == (size, modified):
                continue
            if now.st_size == size and _digest(library / path) == digest:
                if now.st_mtime_ns != modified:
                    found.moved[path] = (size, now.st_mtime_ns, digest)
            elif path.endswith(f"/{DATABASE}") and now.st_size >= size:
                opened = path
            else:
                found.problems[kind] = f"{path} was changed or cut"
        except OSError as error:
            found.problems[kind] = f"{path}: {error.strerror}"
    return IntegrityReport(found.problems, found.moved, None if "chroma" in found.problems else opened)


def facts(library: Path, path: str) -> Files:
    """Return what there is to record of one file."""
    found = (library / path).stat()
    return {path: (found.st_size, found.st_mtime_ns, _digest(library / path))}


def manifest(library: Path, number: int) -> Files:
    """Make the files of generation `number` survive a loss of power, and return what there is to record of them."""
    recorded: Files = {}
    for kind in database.INDEXES:
        root = library / kind / str(number)
        for path in sorted(root.rglob("*")):
            if path.is_file() and not path.name.endswith(".lock") and not _unwritten(path):
                disk.flush(path)
                recorded |= facts(library, path.relative_to(library).as_posix())
        for path in (*(p for p in root.rglob("*") if p.is_dir()), root, root.parent, library):
            disk.flush(path)
    return recorded


def _unwritten(path: Path) -> bool:
    """Whether a file is of a graph that Chroma has not written yet, as it does from 1,000 chunks on.

    Until then the vectors are in its database, and these files get whatever is in memory each time they are opened.
    """
    return path.suffix == ".bin" and not (path.parent / "index_metadata.pickle").exists()


def _of(kind: str, recorded: Files) -> bool:
    return any(path.startswith(f"{kind}/") for path in recorded)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
