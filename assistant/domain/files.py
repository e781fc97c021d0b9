"""A path -> an open file that is a file of its own folder: no link is followed, no pipe waited for, no device read.

A library, a cache or a chat may come from somebody else, and what stands under a name of ours may be anything.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

_NO_FOLLOWING = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # Windows has neither
_SPARSE = 64  # times what a file takes on its disk; compression of vectors comes nowhere near it
_SMALL = 64 * 1024 * 1024  # bytes, which are read at once whatever they take on the disk
_KINDS = (
    (stat.S_ISLNK, "a link to something else"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


class SpecialFileError(OSError):
    """Something stands under a name where only a file or a folder may be; it was not opened."""


def check_ordinary(path: Path) -> os.stat_result:
    """Return the status of a file or a folder, without opening it; raises `SpecialFileError` for all else that a path
    can be, and `OSError` where there is nothing."""
    status = path.lstat()
    _require_ordinary(status.st_mode, path)
    return status


def is_hollow(status: os.stat_result) -> bool:
    """Whether next to nothing of a file was ever written: it costs whoever made it nothing, however large it is."""
    blocks: int | None = getattr(status, "st_blocks", None)  # of 512 bytes; Windows does not tell
    return blocks is not None and status.st_size > _SMALL + _SPARSE * 512 * blocks


def special_names(folder: str, names: list[str]) -> set[str]:
    """Return which of these names in a folder are neither files nor folders: an `ignore` for `shutil.copytree`."""
    modes = {name: (Path(folder) / name).lstat().st_mode for name in names}
    return {name for name, mode in modes.items() if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))}


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file to read its bytes; raises `SpecialFileError` for all else, and `OSError`."""
    return open(path, "rb", opener=regular)


def regular(path: str | Path, flags: int) -> int:
    """Open a regular file, private where `flags` have it made; an `opener` for `open`.

    Raises `SpecialFileError` for all else that a path can be, without opening it: of a device that alone may do
    something, and a pipe would wait for its other end.
    """
    try:
        check_ordinary(Path(path))
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    descriptor = os.open(path, flags | _NO_FOLLOWING, 0o600)
    try:
        mode = os.fstat(descriptor).st_mode
        _require_ordinary(mode, path)  # it may be another by now
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def private(path: str, flags: int) -> int:
    """Open a file that, where it is made, only its owner can read; an `opener` for `open`."""
    return os.open(path, flags, 0o600)


def write_private(path: Path, text: str) -> None:
    """Write a text to a file that, where it is made, only its owner can read; raises `OSError`."""
    with open(path, "w", encoding="utf-8", opener=private) as file:
        file.write(text)


def replace_private(path: Path, text: str) -> None:
    """Put a text in the place of a file at once: whoever reads it, whenever this is stopped, has the one before or this
    one, whole. Only its owner can read it where it is made anew. Raises `OSError`."""
    with _part(path, text) as part:
        with contextlib.suppress(FileNotFoundError):
            check_ordinary(path)
            part.chmod(stat.S_IMODE(path.stat().st_mode))
        part.replace(path)


def make_private(path: Path, text: str) -> None:
    """Make a file of a text, which only its owner can read: whenever this is stopped, the file is whole or not there.
    Raises `FileExistsError` where there is something, and `OSError`."""
    with _part(path, text) as part:
        give_name(part, path)


def give_name(part: Path, path: Path) -> None:
    """Give a finished file its name in the same folder; raises `FileExistsError` where something has it by now."""
    try:
        os.link(part, path)
        part.unlink()
    except FileExistsError:
        raise
    except OSError as error:  # a file system without hard links
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from error
        part.rename(path)


@contextlib.contextmanager
def _part(path: Path, text: str) -> Iterator[Path]:
    """Give a file beside a path with a text in it, safe from a loss of power; it is removed where what is done with it
    fails."""
    part = path.with_name(f".{path.name[:50]}.{os.getpid()}.part")
    part.unlink(missing_ok=True)  # of one that was killed: in a container all have the same number
    try:
        with open(part, "x", encoding="utf-8", errors="replace", opener=private) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield part
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _require_ordinary(mode: int, path: str | Path) -> None:
    for is_kind, kind in _KINDS:
        if is_kind(mode):
            raise SpecialFileError(errno.EINVAL, f"is {kind}, where a file or folder should be", str(path))
