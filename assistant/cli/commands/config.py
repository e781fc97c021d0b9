"""`assistant config`: every setting with its value and its origin; and changes to the user's own file of settings."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from assistant.cli import console, invocation, options
from assistant.cli.group import Group
from assistant.cli.options import LibraryOptions
from assistant.domain.errors import UsageError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.app.layers import LayeredEnvironment
    from assistant.app.setting_table import SettingRow

_ROOM = "assistant.cli.commands.config"
_COMMANDS = {
    "show": (_ROOM, "show", "Show every setting with its value and where that comes from."),
    "set": (_ROOM, "set_value", "Set a setting in your configuration."),
    "unset": (_ROOM, "unset", "Take a setting out of your configuration."),
    "path": (_ROOM, "path", "Print where your configuration is, or would be."),
    "edit": (_ROOM, "edit", "Open your configuration in your editor, and check what was written."),
    "set-key": (f"{_ROOM}_keys", "set_key", "Keep a key in the system's keyring, or in a file that only you can read."),
    "unset-key": (f"{_ROOM}_keys", "unset_key", "Forget a key."),
}
_FLAGS = (
    "library", "vectors", "embedder", "reranker", "model", "timeout", "max_tokens", "check", "checker", "evidence",
    "budget",
)  # fmt: skip


@click.group(cls=Group, table=_COMMANDS, invoke_without_command=True)
@options.json
@options.answering
@click.pass_context
def config(context: click.Context, as_json: bool, place: LibraryOptions) -> int:
    """Without a command, the same as `show`.

    A flag wins over a variable of the environment, that over the profile that --profile names, that over the rest of
    your file, that over the default. The file is TOML, in your own folder of configurations; what lies in a library or
    in the working folder is never read.

    \b
    Examples:
      assistant config
      assistant config set model gpt-4.1-mini
      assistant config set --profile local base-url http://127.0.0.1:11434/v1
      assistant config --profile local
      assistant config set-key openai
    """
    return _show(context, place, as_json=as_json) if context.invoked_subcommand is None else 0


@click.command()
@options.json
@options.answering
@click.pass_context
def show(context: click.Context, as_json: bool, place: LibraryOptions) -> int:
    """Flags are those of `assistant ask`, to see what they would come to. A key is never shown, only where it is.

    \b
    Examples:
      assistant config show
      assistant config show --model none --json
    """
    return _show(context, place, as_json=as_json)


def _show(context: click.Context, place: LibraryOptions, *, as_json: bool) -> int:
    """Print a line a setting; a value is settled as `open` would settle it, so that one that is none is an error."""
    from assistant.app.layers import KEY_VARIABLES
    from assistant.app.setting_table import SETTINGS

    place.open()
    environment = _layered()
    given = click.core.ParameterSource.COMMANDLINE
    flags = {name: getattr(place, name) for name in _FLAGS if context.get_parameter_source(name) is given}
    if context.get_parameter_source("no_model") is given:
        flags["model"] = "none"
    rows = [_row(row, environment, flags) for row in SETTINGS]
    for variable in KEY_VARIABLES:
        origin = environment.origin(variable)
        value = f"set, from {origin.name}" if variable in environment else "not set"
        rows.append({"key": variable, "value": value, "origin": origin.name, "place": origin.place})
    if as_json:
        for row in rows:
            console.record(row)
        return 0
    for row in rows:
        where = one_line(f"({row['origin']}{': ' if row['place'] else ''}{row['place']})")
        console.lines(((f"{row['key']:24} ", "bold"), (one_line(row["value"]), ""), (f"  {where}", "dim")))
    return 0


def _row(row: "SettingRow", environment: "LayeredEnvironment", flags: Mapping[str, str]) -> dict[str, str]:
    """Return what is settled of one setting, without a password that an address holds."""
    from assistant.models.openai.address import redact_address

    name = row.key.replace("-", "_")
    if name in flags:
        value, origin, place = str(flags[name]), "flag", f"--{row.key}"
    else:
        own = environment.origin(row.variable)
        value, origin, place = environment.get(row.variable, ""), own.name, own.place
    if origin == "default":
        try:
            value = row.default(environment)
        except UsageError as error:  # nobody knows the home folder that it would be in
            value = f"none: {error.what}; {error.cure}"
    return {"key": row.key, "value": redact_address(value) if row.is_address else value, "origin": origin,
            "place": place}  # fmt: skip


@click.command("set")
@click.argument("key")
@click.argument("value")
def set_value(key: str, value: str) -> int:
    """KEY is one that `assistant config` shows, or one of a profile such as profile.local.model; with --profile it is
    set for that profile. Comments in the file are kept.

    \b
    Examples:
      assistant config set model gpt-4.1-mini
      assistant config set --profile local model qwen3
      assistant config set profile.local.base-url http://127.0.0.1:11434/v1
    """
    from assistant.app import config_edits

    file = invocation.config_file()
    profile, row = config_edits.split(key, invocation.profile())
    text = config_edits.change(file, profile, row, value)
    console.lines(console.plain(f"{_key(profile, row)} = {one_line(_shown(row, text))}, in {file}"))
    origin = _layered(profile).origin(row.variable)
    if origin.name == "env":
        console.tell(f"{row.variable} is set in the environment, and wins")
    elif origin.name != (f"profile {profile}" if profile else "file"):
        console.tell(f"{origin.name} sets {row.key} too ({origin.place}), and wins while it is the profile")
    return 0


@click.command()
@click.argument("key")
def unset(key: str) -> int:
    """Ends with 3 where it was not set there.

    \b
    Examples:
      assistant config unset model
      assistant config unset profile.local.model
    """
    from assistant.app import config_edits

    file = invocation.config_file()
    profile, row = config_edits.split(key, invocation.profile())
    if config_edits.take_out(file, profile, row):
        console.lines(console.plain(f"{_key(profile, row)} is no longer set in {file}"))
        return 0
    console.tell(f"{_key(profile, row)} is not set in {file}")
    return 3


@click.command()
def path() -> int:
    """ASSISTANT_CONFIG names another file, or `none` for none.

    \b
    Examples:
      assistant config path
    """
    console.lines(console.plain(str(invocation.config_file())))
    return 0


@click.command()
def edit() -> int:
    """The editor is what VISUAL or EDITOR names. A file that is no sound configuration stays as it was written, and is
    told with the line; until it is mended no command works but this one and ASSISTANT_CONFIG=none.

    \b
    Examples:
      EDITOR=nano assistant config edit
    """
    from assistant.app import config_edits, configuration

    file = invocation.config_file()
    config_edits.make(file)
    click.edit(filename=str(file))
    text = configuration.read(file)
    if text is not None:
        configuration.parse(file, text)
    console.lines(console.plain(f"{file} is in order"))
    return 0


def _layered(profile: str | None = None) -> "LayeredEnvironment":
    import os

    from assistant.app import configuration

    return configuration.environment(os.environ, profile or invocation.profile())


def _key(profile: str | None, row: "SettingRow") -> str:
    return f"profile.{profile}.{row.key}" if profile else row.key


def _shown(row: "SettingRow", value: str) -> str:
    from assistant.models.openai.address import redact_address

    return redact_address(value) if row.is_address else value
