"""What can be made again -> a folder to keep it in; and a file -> its sha256, read anew only where the file changed."""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from assistant.domain import files
from assistant.domain.settings import folder_of

_CHECKSUMS = "checksums.json"
_MOST = 64  # entries kept: models that one machine has
_PIECE = 1 << 20


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return where what can be made again is kept: `ASSISTANT_CACHE`, else the user's cache folder."""
    if folder := environment.get("ASSISTANT_CACHE"):
        cure = f"ASSISTANT_CACHE has to name a folder that there can be: not {folder}"
        return folder_of(lambda: Path(folder).expanduser(), cure)
    import platformdirs

    return folder_of(lambda: platformdirs.user_cache_dir("assistant"), "set HOME, or ASSISTANT_CACHE to a folder")


def checksum(path: Path, cache: Path) -> str:
    """Return the sha256 of a file in hexadecimal; raises `OSError`.

    It is kept in the folder `cache` with the file's size and times, and read from there while these are the same: a
    model of 34 MB takes 0.04 seconds to read, which a question would wait for. Where nothing can be kept, the file is
    read each time.
    """
    status = path.stat()
    state = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
    recorded = _recorded(cache)
    key = os.fspath(path.absolute())
    entry = recorded.get(key)
    if isinstance(entry, list) and entry[:-1] == state and isinstance(entry[-1], str):
        return entry[-1]
    digest = file_sha256(path)
    others = [(name, value) for name, value in recorded.items() if name != key]
    _record(cache, dict([*others[1 - _MOST :], (key, [*state, digest])]))
    return digest


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal, read a piece at a time; raises `OSError`."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def _recorded(cache: Path) -> dict[str, object]:
    """Return {path: [size, times and number of the file, sha256]}; empty where there is none, or it is spoilt."""
    try:
        with files.open_regular(cache / _CHECKSUMS) as file:
            content = json.load(file)
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _record(cache: Path, entries: Mapping[str, object]) -> None:
    """Write the checksums into a file that appears whole or not at all; a disk that takes none is no hindrance."""
    import tempfile

    try:
        cache.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=_CHECKSUMS, suffix=".tmp", dir=cache)
    except OSError:
        return
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(entries, file)
        Path(temporary).replace(cache / _CHECKSUMS)
    except OSError:
        pass
    finally:
        Path(temporary).unlink(missing_ok=True)
