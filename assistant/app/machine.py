"""This machine -> whether its Python, its packages, a folder and the terminal are as the program needs them."""

import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.app import requirements
from assistant.domain.errors import LibraryError, UsageError

State = Literal["ok", "warn", "fail"]
_LEAST_FREE, _LITTLE_FREE = 50_000_000, 1_000_000_000  # bytes; an index is written beside the one that it replaces
_FULL_UTF8 = re.compile("utf-?8", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, and how it is."""

    name: str
    state: State
    what: str
    cure: str = ""
    exit_code: int = 0
    """What a command ends with that needs it; 0 where it is in place, or can be done without."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What shows the answers."""

    encoding: str
    is_terminal: bool
    kind: str
    """What TERM says."""


def python() -> Check:
    """Whether this Python is one that the program is made for."""
    version = ".".join(map(str, sys.version_info[:3]))
    bounds = requirements.python("assistant")
    if not requirements.satisfies(version, bounds):
        what = f"{version}, and {bounds} is needed"
        return Check("python", "fail", what, "install the program with another Python", UsageError.exit_code)
    return Check("python", "ok", f"{version}, {sys.executable}")


def packages() -> Check:
    """Whether every package is there, in a version that this program was made for."""
    faults = requirements.faults("assistant")
    if faults is None:
        cure = "install it (`pipx install .`), or run `make setup`"
        return Check("packages", "warn", "this program is not installed, so nothing says what it needs", cure)
    if faults:
        return Check("packages", "fail", "; ".join(faults), "install the program anew, or run `make setup`",
                     UsageError.exit_code)  # fmt: skip
    return Check("packages", "ok", "all there, in versions that this program was made for")


def place(name: str, folder: Path) -> Check:
    """Whether a folder, or what it would be made in, can be written, is its owner's alone to write, and has room."""
    there = next(parent for parent in (folder, *folder.parents) if os.path.lexists(parent))
    if not os.path.isdir(there) or not os.access(there, os.W_OK | os.X_OK):  # noqa: PTH112  is_dir() may raise
        cure = f"make it writable, or name another folder; `assistant config` shows where {folder} is named"
        return Check(name, "fail", f"{there} cannot be written", cure, LibraryError.exit_code)
    free = shutil.disk_usage(there).free
    room = f"{folder}, {free / 1e9:,.1f} GB free"
    if free < _LEAST_FREE:
        return Check(name, "fail", room, "free some space on that disk", LibraryError.exit_code)
    if free < _LITTLE_FREE:
        return Check(name, "warn", room, "an index is written beside the one that it replaces: free some space")
    if folder.exists() and folder.stat().st_mode & 0o002:
        return Check(name, "warn", f"anybody can write to {folder}", f"run `chmod o-w {folder}`")
    return Check(name, "ok", room)


def terminal(screen: Screen) -> Check:
    """Whether what shows the answers can show them."""
    if not _FULL_UTF8.fullmatch(screen.encoding):
        cure = "set LANG to a locale of UTF-8, such as C.UTF-8"
        return Check("terminal", "warn", f"{screen.encoding or 'no encoding'} lacks characters of papers", cure)
    if screen.is_terminal and screen.kind in {"", "dumb"}:
        return Check("terminal", "warn", f"TERM is {screen.kind or 'not set'}: no colour, no line editing",
                     "set TERM, such as to xterm-256color")  # fmt: skip
    return Check("terminal", "ok", f"{screen.encoding}, {screen.kind if screen.is_terminal else 'no terminal'}")
