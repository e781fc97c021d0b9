"""The name of a key <-> the key itself, in the system's keyring or in a file that only its owner can read.

A key is read here and sent to its service; it is never shown, and never an argument of a command.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from assistant.app import file_turns
from assistant.app.layers import KEY_VARIABLES, Store
from assistant.domain import files
from assistant.domain.errors import ResourceError, UsageError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

Result = TypeVar("Result")
FILE = "keys.json"
SERVICE = "assistant"
"""Under which a keyring has the keys of this program."""
_NAME = re.compile(r"(?!sk-)[a-z0-9][a-z0-9._-]{0,31}")  # what may be a key itself is no name
_KEY = re.compile(r"[!-~]{1,4096}")  # what a header of HTTP can hold
_LARGEST = 1_000_000


def require_name(name: str) -> str:
    """Return the name of a key; raises `UsageError` for what is none, which may be a key, and is not shown."""
    if _NAME.fullmatch(name):
        return name
    names = ", ".join(KEY_VARIABLES.values())
    cure = f"use {names}, or a name of your own in small letters, which the setting `key` then names"
    raise UsageError("what was given is no name of a key", cure=cure)


def store(folder: Path, name: str, key: str) -> Store:
    """Keep a key, in the system's keyring where there is one that gives back what it was given, else in a file of
    `folder`; return where. Raises `UsageError` for what can be no key."""
    key = key.strip()
    if not _KEY.fullmatch(key):
        raise UsageError("what was given is no key", cure="give one line of letters, digits and signs, without spaces")
    if _store_in_keyring(name, key):
        _change_file(folder, name, None)
        return "keyring"
    _change_file(folder, name, key)
    return "file"


def find(folder: Path, name: str, place: Store) -> str:
    """Return a key; raises `UsageError` where it is not where the configuration says, or cannot be had."""
    key = _read_file(folder).get(name) if place == "file" else _find_in_keyring(name)
    if not key:
        where = "the keyring" if place == "keyring" else f"{folder / FILE}"
        cure = f"run `assistant config set-key {name}`, or `assistant config unset-key {name}`"
        raise UsageError(f"the key {name} is not in {where}, where the configuration says it is", cure=cure)
    return key


def remove(folder: Path, name: str, place: Store | None) -> None:
    """Remove a key from the keyring and from the file; nothing where it is in neither. Raises `UsageError` where it is
    in the keyring, as `place` says, and that does not let it go."""

    def delete(ring: "KeyringBackend") -> None:
        if ring.get_password(SERVICE, name) is not None:
            ring.delete_password(SERVICE, name)

    try:
        _use_keyring(delete)
    except _KeyringFailure as error:
        if place == "keyring":  # else there is no keyring here, so it is not in one
            what = f"the keyring still has the key {name}"
            raise UsageError(what, cause=str(error), cure="unlock it, and try again") from None
    _change_file(folder, name, None)


def _store_in_keyring(name: str, key: str) -> bool:
    """Whether a keyring has the key now. Some take a key and keep nothing, so it is asked for what it was given."""

    def keep(ring: "KeyringBackend") -> bool:
        ring.set_password(SERVICE, name, key)
        return ring.get_password(SERVICE, name) == key

    try:
        return _use_keyring(keep)
    except _KeyringFailure:
        return False


def _find_in_keyring(name: str) -> str | None:
    try:
        return _use_keyring(lambda ring: ring.get_password(SERVICE, name))
    except _KeyringFailure as error:
        cure = "unlock it, or set the variable of the environment"
        raise UsageError(f"the keyring does not give the key {name}", cause=str(error), cure=cure) from None


class _KeyringFailure(Exception):
    """Names what a keyring raised, and no more: a backend may quote what it was given."""


def _use_keyring(use: "Callable[[KeyringBackend], Result]") -> Result:
    """Return what is made of the system's keyring; raises `_KeyringFailure` where there is none, or it fails."""
    try:
        import keyring

        return use(keyring.get_keyring())
    except Exception as error:  # noqa: BLE001  each of the many backends raises its own
        raise _KeyringFailure(type(error).__name__) from None


def _read_file(folder: Path) -> dict[str, str]:
    """Return {name: key} of the file; empty where there is none. Raises `UsageError` where others can read it."""
    path = folder / FILE
    try:
        with files.open_regular(path) as file:
            status = os.fstat(file.fileno())
            if hasattr(os, "geteuid") and (status.st_mode & 0o077 or status.st_uid != os.geteuid()):
                cure = f"run `chmod 600 {path}`, and set the keys anew if others use this machine"
                raise UsageError("others can read the file of keys, or it is theirs", path=path, cure=cure)
            content = json.loads(file.read(_LARGEST))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise UsageError("the keys cannot be read", path=path, cause=error.strerror or str(error)) from error
    except (ValueError, RecursionError):
        # Not from the error: it quotes what is in the file.
        raise UsageError("the file of keys is damaged", path=path, cure="remove it, and set the keys anew") from None
    entries = content.items() if isinstance(content, dict) else ()
    return {name: key for name, key in entries if isinstance(key, str)}


def _change_file(folder: Path, name: str, key: str | None) -> None:
    """Set a key in the file, or with None take it out; a file without keys is removed."""
    path = folder / FILE
    if key is None and not path.exists():
        return
    with file_turns.alone(path):
        keys = _read_file(folder)
        if keys.get(name) == key:
            return
        keys.pop(name, None)
        if key is not None:
            keys[name] = key
        if not keys:
            path.unlink(missing_ok=True)
            return
        with replaced(path) as scratch:
            files.write_private(scratch, json.dumps(keys, indent=1, sort_keys=True) + "\n")


@contextmanager
def replaced(path: Path) -> Iterator[Path]:
    """Give a path beside a file, private where it is made, to write what replaces the file when the block ends.

    The folder is made, for its owner alone, where it is not there. Raises `ResourceError`.
    """
    scratch = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch.unlink(missing_ok=True)
        yield scratch
        scratch.replace(path)
    except OSError as error:
        raise ResourceError("cannot be written", path=path, cause=error.strerror or str(error)) from error
    finally:
        with suppress(OSError):  # a disk that cannot be written has told so above
            scratch.unlink(missing_ok=True)
