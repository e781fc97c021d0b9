"""Something slow to build -> the same bytes from a file, built once for all processes and checked when read."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from assistant.domain import files
from assistant.domain.settings import folder_of

_DIGEST_LENGTH = hashlib.sha256().digest_size
_LOCK_SECONDS = 120


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return where what can be made again is kept: `ASSISTANT_CACHE`, else the user's cache folder."""
    if folder := environment.get("ASSISTANT_CACHE"):
        cure = f"ASSISTANT_CACHE has to name a folder that there can be: not {folder}"
        return folder_of(lambda: Path(folder).expanduser(), cure)
    import platformdirs

    return folder_of(lambda: platformdirs.user_cache_dir("assistant"), "set HOME, or ASSISTANT_CACHE to a folder")


def cached(folder: Path, name: str, build: Callable[[], bytes]) -> bytes:
    """The bytes kept under this name, or built and kept; where nothing can be kept, built each time."""
    path = folder / name
    content = _read(path)
    if content is not None:
        return content
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return _build_once(path, build)
    except OSError:  # a read-only or full disk, or a lock that cannot be had: the cache is a convenience
        return build()


def _build_once(path: Path, build: Callable[[], bytes]) -> bytes:
    """Build under a lock, so that a second process waits and then reads what the first has written."""
    from filelock import FileLock

    with FileLock(path.with_name(path.name + ".lock"), timeout=_LOCK_SECONDS):
        content = _read(path)
        if content is not None:
            return content
        for abandoned in path.parent.glob(f"{path.name}*.tmp"):  # of a process that was killed
            abandoned.unlink(missing_ok=True)
        content = build()
        _write(path, content)
        return content


def _read(path: Path) -> bytes | None:
    """The content of a cache file, or None where there is none or it is not what was written."""
    try:
        with files.open_regular(path) as file:
            digest = file.read(_DIGEST_LENGTH)
            content = file.read()
    except OSError:
        return None
    return content if hashlib.sha256(content).digest() == digest else None


def _write(path: Path, content: bytes) -> None:
    """Digest and content into a file that appears whole or not at all."""
    handle, temporary = tempfile.mkstemp(prefix=path.name, suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
