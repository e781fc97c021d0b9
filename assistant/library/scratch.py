"""A name -> a hidden folder to work in, locked while its process lives; what killed processes left is removed."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from assistant.library import disk

_MARK = ".assistant-scratch-"
_LONGEST = 100  # bytes of a name that a folder's name has: with the mark and what makes it the only one, 255 may be


@contextlib.contextmanager
def scratch_folder(parent: Path, name: str) -> Iterator[Path]:
    """Make a folder in `parent` for what is to be called `name`, and remove it in the end; before, those for the same
    name whose processes were killed. Raises `OSError` where none can be made.

    Where the system or the disk has no locks, what was left stays: nobody could tell whether it is used.
    """
    beginning = name.encode("utf-8", "ignore")[:_LONGEST].decode("utf-8", "ignore")
    prefix = f".{beginning}{_MARK}"
    for path in sorted(parent.glob(f"{_literal(prefix)}*")):
        if (descriptor := _locked(path)) is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(descriptor)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        descriptor = _locked(folder, waits=True)
        if folder.is_dir():  # else another process took it for one that was left, before it was locked
            break
        if descriptor is not None:
            os.close(descriptor)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if descriptor is not None:
            os.close(descriptor)


def _locked(folder: Path, *, waits: bool = False) -> int | None:
    """Return a descriptor of a folder, which is locked until that is closed; None where somebody else has the lock,
    unless one `waits` for that, where there are no locks, and for a link."""
    descriptor = None
    try:
        import fcntl

        descriptor = os.open(folder, disk.FOLDER_FLAGS)
        fcntl.flock(descriptor, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        if descriptor is not None:
            os.close(descriptor)
        return None
    return descriptor


def _literal(text: str) -> str:
    """Return what matches a text and nothing else where `*`, `?` and `[` stand for others."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in text)
