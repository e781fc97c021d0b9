"""A word that is being typed -> what it may become: files, names of models, and what a library holds.

What a library holds may be a stranger's, and a shell puts a completion into the line that Enter runs: only words that
mean nothing to a shell are given.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from assistant.cli import invocation
from assistant.domain.errors import AssistantError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.domain.settings import Settings

Items = list[CompletionItem[str]]
Complete = Callable[[click.Context, str], Items]
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.,:/@%+=-]*")
"""A word that every shell takes for itself, and no program for an option."""
_MOST = 200
_LONGEST_HELP = 80


def add_completion(command: click.Command) -> None:
    """Have the words of a command completed: by the name of an option or argument, or by what it is called in help.

    What is completed already, as a choice or a path is, is left as it is.
    """
    for parameter in command.params:
        complete = _BY_METAVAR.get(parameter.metavar or "") or _BY_NAME.get(parameter.name or "")
        if complete and parameter.type is click.STRING:
            parameter.type = _Completed(complete)


class _Completed(click.types.StringParamType):
    """Text, which is completed by a function."""

    def __init__(self, complete: Complete) -> None:
        self._complete = complete

    def shell_complete(self, context: click.Context, parameter: click.Parameter, incomplete: str) -> Items:
        """Return what the word may become; nothing where that cannot be found out: a shell has no use for errors."""
        with suppress(AssistantError, OSError):
            return self._complete(context, incomplete)
        return []


def _files(_: click.Context, incomplete: str) -> Items:
    return [CompletionItem(incomplete, type="file")]


def _folders(_: click.Context, incomplete: str) -> Items:
    return [CompletionItem(incomplete, type="dir")]


def _of(*words: str) -> Complete:
    """Return what completes to one of some words."""
    return lambda _, incomplete: _plain(words, incomplete)


def _papers(context: click.Context, incomplete: str) -> Items:
    from assistant.library import beginnings

    rows = beginnings.papers(_settings(context).library, incomplete, _MOST)
    return [CompletionItem(id, help=one_line(title)[:_LONGEST_HELP]) for id, title in rows if _PLAIN.fullmatch(id)]


def _sources(context: click.Context, incomplete: str) -> Items:
    from assistant.library import beginnings

    return _plain(beginnings.sources(_settings(context).library, incomplete, _MOST), incomplete)


def _tags(context: click.Context, incomplete: str) -> Items:
    from assistant.library import beginnings

    return _plain(beginnings.tags(_settings(context).library, incomplete, _MOST), incomplete)


def _profiles(_: click.Context, incomplete: str) -> Items:
    import os

    from assistant.app import configuration

    return _plain(configuration.load(os.environ).profiles, incomplete)


def _setting_keys(_: click.Context, incomplete: str) -> Items:
    from assistant.app.setting_table import SETTINGS

    return [CompletionItem(row.key, help=row.what) for row in SETTINGS if row.key.startswith(incomplete)]


def _commands(context: click.Context, incomplete: str) -> Items:
    root = context.find_root().command
    return _plain(root.list_commands(context), incomplete) if isinstance(root, click.Group) else []


def _settings(context: click.Context) -> "Settings":
    """Return the settings, with the library that an option before the word names."""
    from assistant import app

    name = context.params.get("library")
    return app.load_settings(invocation.environment(), library=str(Path(name).expanduser()) if name else None)


def _plain(words: Iterable[str], incomplete: str) -> Items:
    return [CompletionItem(word) for word in words if word.startswith(incomplete) and _PLAIN.fullmatch(word)]


_BY_NAME: Mapping[str, Complete] = {
    "library": _folders,
    "embedder": _of("local", "hashing", "openai:", "onnx:", "llama-index:"),
    "reranker": _of("local", "none", "onnx:"),
    "model": _of("none"),
    "check": _of("model", "none"),
    "profile": _profiles,
    "key": _setting_keys,
    "command": _commands,
    "source": _sources,
    "tag": _tags,
    "tags": _tags,
    "paths": _files,
    "file": _files,
    "paper": _papers,
    "papers": _papers,
    "name": _papers,
    "names": _papers,
}
"""Name of an option or argument -> what completes it."""
_BY_METAVAR: Mapping[str, Complete] = {
    "TAG": _tags,
    "KEY-NAME": _of("openai", "semantic-scholar"),
    "FILE": _files,
    "PATH": _files,
    "DIR": _folders,
}
