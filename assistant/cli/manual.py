"""The commands with their help -> one manual page in roff, for `man`: assistant(1)."""

import re
from collections.abc import Iterator
from importlib import metadata
from inspect import cleandoc

import click

from assistant.cli.group import Group

_VERBATIM = "\b"
"""The first line of a paragraph of help that keeps its lines."""
_FILES = (
    ("$XDG_CONFIG_HOME/assistant/config.toml", "settings; `assistant config path` says where on this system"),
    ("$XDG_CONFIG_HOME/assistant/keys.json", "keys, where there is no keyring"),
    ("$XDG_DATA_HOME/assistant/default", "the library, where none is named"),
    ("$XDG_DATA_HOME/assistant/chats", "conversations"),
    ("$XDG_CACHE_HOME/assistant", "what can be made again"),
)


def page(root: click.Context) -> str:
    """Return the manual page of a program, all its commands among it."""
    return "\n".join(_page(root)) + "\n"


def _page(root: click.Context) -> Iterator[str]:
    name, program = root.info_name or "assistant", root.command
    summary, *more = _paragraphs(program.help or "")
    yield f'.TH {name.upper()} 1 "" "{name} {metadata.version(name)}" "User Commands"'
    yield from (".SH NAME", f"{name} \\- {_text(' '.join(summary).rstrip('.'))}")
    yield from (".SH SYNOPSIS", f"\\fB{name}\\fR [OPTIONS] COMMAND [ARGS]...")
    yield ".SH DESCRIPTION"
    yield _text(" ".join(summary))
    yield from _prose(more)
    yield ".SH OPTIONS"
    yield from _options(program, root)
    yield ".SH COMMANDS"
    yield from _commands(root)
    yield from _epilogue(program)
    yield ".SH ENVIRONMENT"
    yield "A flag wins over a variable, that over the configuration; an empty variable counts as unset."
    for variable, what in _variables():
        yield from (".TP", f"\\fB{variable}\\fR", _text(what))
    yield ".SH FILES"
    for path, what in _FILES:
        yield from (".TP", f"\\fI{_text(path)}\\fR", _text(what))


def _commands(parent: click.Context) -> Iterator[str]:
    """Yield the section of each command of a group, and of its own commands after it."""
    if not isinstance(parent.command, Group):
        return
    for name in parent.command.list_commands(parent):
        command = parent.command.get_command(parent, name)
        if command is None or command.hidden:
            continue
        context = click.Context(command, info_name=name, parent=parent)
        usage = " ".join(command.collect_usage_pieces(context))
        yield f'.SS "{_text(context.command_path)} {_text(usage)}"'
        yield from _prose(_paragraphs(command.help or ""))
        yield from _options(command, context)
        yield from _commands(context)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        names, what = record or ("", "")
        if what:
            yield from (".TP", f"\\fB{_text(names)}\\fR", _text(what))


def _epilogue(program: click.Command) -> Iterator[str]:
    """Yield the examples and exit codes that stand below the list of commands, each in its section."""
    for paragraph in _paragraphs(program.epilog or ""):
        title = paragraph[1] if paragraph[:1] == [_VERBATIM] and len(paragraph) > 1 else ""
        if title == "Examples:":
            yield from (".SH EXAMPLES", *_prose([[_VERBATIM, *paragraph[2:]]]))
        elif title.startswith("Exit codes:"):
            text = " ".join(paragraph[1:]).removeprefix("Exit codes:").strip()
            yield from (".SH EXIT STATUS", _text(text))
        else:
            yield from _prose([paragraph])


def _variables() -> Iterator[tuple[str, str]]:
    from assistant.app.layers import KEY_VARIABLES
    from assistant.app.setting_table import SETTINGS

    yield from ((row.variable, row.what) for row in SETTINGS)
    yield from ((variable, f"the key {name}, in place of a stored one") for variable, name in KEY_VARIABLES.items())
    yield "CHROMA_API_KEY", "the key of the Chroma server that has the library"
    yield "ASSISTANT_TOKEN", "the token that a server of the library asks for"
    yield "ASSISTANT_CONFIG", "the whole path of another configuration, or `none` for none"
    yield "ASSISTANT_PROFILE", "the profile of the configuration, as --profile names it"


def _paragraphs(text: str) -> list[list[str]]:
    """Return the paragraphs of a help as lists of lines."""
    return [block.splitlines() for block in re.split(r"\n\s*\n", cleandoc(text)) if block.strip()]


def _prose(paragraphs: list[list[str]]) -> Iterator[str]:
    for lines in paragraphs:
        if lines[0].strip(" ") == _VERBATIM:
            yield from (".PP", ".nf", *(_text(line) for line in lines[1:]), ".fi")
        else:
            yield from (".PP", _text(" ".join(line.strip() for line in lines)))


def _text(text: str) -> str:
    r"""Return text as roff shows it: no character of it commands anything; what is in backticks is bold.

    >>> _text(".so /etc/passwd"), _text("`a-b` \\n")
    ('\\&.so /etc/passwd', '\\fBa\\-b\\fR \\en')
    """
    plain = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq").replace("…", "\\&...")
    plain = re.sub(r"`([^`\n]+)`", r"\\fB\1\\fR", plain).replace("`", "\\(ga")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain
