"""Paths -> what their files are at this moment, by which it can be told later whether they have changed."""

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.domain.files import open_regular
from assistant.ingest.paths import File, files

State = Literal["unchanged", "changed", "missing", "unknown"]
"""What a file is, compared with what it was; nothing is known of what is no file, or cannot be read now."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A file as it was when it was read."""

    name: str
    """That of the source, as listings have it."""
    path: str
    """Absolute, without links."""
    size: int
    """Bytes."""
    modified: int
    """When it was last changed, in nanoseconds since 1970."""
    digest: str
    """The sha256 of its bytes, in hexadecimal."""


def origins(paths: Sequence[str]) -> list[Origin]:
    """Return what the regular files that these paths mean are now; those that cannot be read are left out, for whoever
    reads them to say so."""
    named = ((file.name, os.path.realpath(file.path)) for file in files(paths) if isinstance(file, File) and file.path)
    found = (_origin(name, path) for name, path in named)
    return [origin for origin in found if origin]


def state(origin: Origin) -> State:
    """Return whether the file is what it was; its bytes are read only where its size is the same and its time is not.

    The path may be a stranger's: nothing but a regular file is opened.
    """
    try:
        status = os.lstat(origin.path)
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except (OSError, ValueError):
        return "unknown"
    if status.st_size != origin.size or not stat.S_ISREG(status.st_mode):
        return "changed"
    if status.st_mtime_ns == origin.modified:
        return "unchanged"
    now = _origin(origin.name, origin.path)
    return "unknown" if now is None else "unchanged" if now.digest == origin.digest else "changed"


def _origin(name: str, path: str) -> Origin | None:
    try:
        with open_regular(Path(path)) as file:
            status = os.fstat(file.fileno())
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return None
    try:
        path.encode()
    except UnicodeError:  # bytes that no text can hold
        return None
    return Origin(name, path, status.st_size, status.st_mtime_ns, digest)
