"""A table of commands -> a click group that imports a command's module when it is called: start-up is a feature."""

import importlib
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from assistant.cli.invocation import Invocation
from assistant.domain.errors import AssistantError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

CommandTable = Mapping[str, tuple[str, str, str]]
"""Command -> (module, function, what it does in one line: the first of its help, and its line in the list)."""

_ALIKE = 55  # per cent of likeness from which a command is taken for what was meant


class Group(click.Group):
    """Commands that are imported when they are called, and listed without importing any."""

    def __init__(
        self, *arguments: Any, table: CommandTable, former: Mapping[str, str] | None = None, **options: Any
    ) -> None:
        """`former` names what commands of another version are called now."""
        super().__init__(*arguments, **options)
        self._table = table
        self._former = former or {}
        add_common(self)

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(self._table)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Import one command; its help begins with its line in the table."""
        if name not in self._table:
            return None
        module, function, line = self._table[name]
        command = getattr(importlib.import_module(module), function)
        if not isinstance(command, click.Command):
            raise AssistantError(f"{function} is no command", path=module, cure="decorate it with click.command()")
        if not (command.help or "").startswith(line):
            command.help = f"{line}\n\n{inspect.cleandoc(command.help or '')}"
        add_common(command)
        if context.resilient_parsing:  # words are being completed
            from assistant.cli.completions import add_completion

            add_completion(command)
        return command

    def shell_complete(self, context: click.Context, incomplete: str) -> "list[CompletionItem[str]]":
        """Return the commands that a word may become, none of them imported, and the options."""
        from click.shell_completion import CompletionItem

        commands = [(name, line) for name, (_, _, line) in self._table.items() if name.startswith(incomplete)]
        others = click.Command.shell_complete(self, context, incomplete)
        return [*(CompletionItem(name, help=line) for name, line in commands), *others]

    def resolve_command(
        self, context: click.Context, words: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return name, command and the words after it; raises `click.UsageError` that says what may be meant."""
        name = words[0]
        if name in self._table or name.startswith("-"):
            return super().resolve_command(context, words)
        nearest = self._former.get(name) or nearest_name(name, self._table)
        hint = f"did you mean {nearest}?" if nearest else f"`{context.command_path} --help` lists the commands"
        raise click.UsageError(f"there is no command {name}; {hint}", context)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands with their help."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in self._table.items()])


def nearest_name(name: str, names: Mapping[str, object]) -> str | None:
    """Return which of some names may be meant by one that is none of them: the likest, else one that begins so."""
    from rapidfuzz import fuzz, process

    nearest = process.extractOne(name.casefold(), list(names), scorer=fuzz.ratio, score_cutoff=_ALIKE)
    if nearest:
        return str(nearest[0])
    return next((other for other in names if name and other.startswith(name.casefold())), None)


def add_common(command: click.Command) -> None:
    """Let `--debug` and `--profile` be given to a command; they are listed in the help of groups."""
    if any(parameter.name == "debug" for parameter in command.params):
        return
    is_hidden = not isinstance(command, click.Group)
    debug = click.Option(
        ["--debug"],
        is_flag=True,
        is_eager=True,
        expose_value=False,
        hidden=is_hidden,
        callback=_trace,
        help="Show where an error came from; any command takes it.",
    )
    profile = click.Option(
        ["--profile"],
        metavar="NAME",
        is_eager=True,
        expose_value=False,
        hidden=is_hidden,
        callback=_take_profile,
        help="Work with this profile of your configuration; any command takes it. [env var: ASSISTANT_PROFILE]",
    )
    command.params += [debug, profile]


def _trace(context: click.Context, _: click.Parameter, is_given: bool) -> None:
    invocation = context.find_object(Invocation)
    if invocation and is_given:
        invocation.is_traced = True


def _take_profile(context: click.Context, _: click.Parameter, name: str | None) -> None:
    invocation = context.find_object(Invocation)
    if invocation and name is not None:
        invocation.profile = name
