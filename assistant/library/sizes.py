"""A library's folder -> how many bytes its parts have on the disk."""

import contextlib
import stat
from collections.abc import Iterator
from pathlib import Path

from assistant.library import database, generations, log
from assistant.library.catalogue import Catalogue


def of_parts(folder: Path, catalogue: Catalogue) -> dict[str, int]:
    """Return {"catalogue", or the kind of an index: bytes of its files}; of indexes, those that are current."""
    path = folder / database.NAME
    parts = {"catalogue": _bytes(path) + _bytes(log.path_of(path))}
    for kind, number in catalogue.numbers().items():
        parts[kind] = sum(map(_bytes, _files(generations.folder(folder, kind, number))))
    return parts


def _files(folder: Path) -> Iterator[Path]:
    """Yield what lies in a folder and in those in it; no link is followed."""
    folders = [folder]
    while folders:
        with contextlib.suppress(OSError):  # it is gone, or may not be looked into
            for path in folders.pop().iterdir():
                if stat.S_ISDIR(path.lstat().st_mode):
                    folders.append(path)
                else:
                    yield path


def _bytes(path: Path) -> int:
    """Return the size of a file, 0 where there is none."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0
