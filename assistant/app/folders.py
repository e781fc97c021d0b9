"""A name that was typed, or none -> the folder of the user's that is meant; none is made here."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from assistant.domain.settings import Settings, checkout, folder_of
from assistant.library.server import address


def default_library() -> Path:
    """Return `store/default` in a checkout, else a folder of the user's data."""
    if root := checkout():
        return root / "store" / "default"
    return _data_folder("ASSISTANT_LIBRARY") / "default"


def chats_folder(environment: Mapping[str, str]) -> Path:
    """Return where conversations are kept: `ASSISTANT_CHATS`, else a folder of the user's data."""
    if folder := environment.get("ASSISTANT_CHATS"):
        return named(folder, "ASSISTANT_CHATS")
    return _data_folder("ASSISTANT_CHATS") / "chats"


def digests_folder(settings: Settings, environment: Mapping[str, str]) -> Path:
    """Return where a reader's digests of a library are kept: in it, or where it is at a server, which others read too,
    in a folder for its address among the user's data."""
    if settings.vectors is None:
        return settings.library
    place = hashlib.sha256(str(address.parse(settings.vectors, environment)).encode()).hexdigest()[:16]
    return _data_folder("XDG_DATA_HOME") / "servers" / place


def named(name: str, place: str) -> Path:
    """Return the folder that was named, `~` and all; raises `UsageError`, which says in which `place`."""
    return folder_of(lambda: Path(name).expanduser(), f"{place} has to name a folder that there can be: not {name}")


def _data_folder(variable: str) -> Path:
    """Return the folder of the user's data; raises `UsageError` where there is no home to have one in."""
    import platformdirs

    return folder_of(lambda: platformdirs.user_data_dir("assistant"), f"set HOME, or {variable} to a folder")
