"""A file, or a library's folder -> how many bytes it, or each of its parts, has on the disk."""

import contextlib
import stat
from collections.abc import Iterator
from pathlib import Path

from assistant.library import database, generations, log
from assistant.library.catalogue import Catalogue


def of_file(path: Path) -> int:
    """Return the size of a file, a link not followed; 0 where there is none, or can be none of so long a name."""
    try:
        return path.lstat().st_size
    except OSError:
        return 0


def of_parts(folder: Path, catalogue: Catalogue) -> dict[str, int]:
    """Return {"catalogue", or the kind of an index: bytes of its files}; of indexes, those that are current."""
    path = folder / database.NAME
    parts = {"catalogue": of_file(path) + of_file(log.path_of(path))}
    for kind, number in catalogue.numbers().items():
        parts[kind] = sum(map(of_file, _files(generations.folder(folder, kind, number))))
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
