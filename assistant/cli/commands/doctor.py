"""`assistant doctor`: all that has to be in place -> one line each, ok, warn or fail, with what cures it."""

import os
import sys
from typing import TYPE_CHECKING

import click

from assistant.cli import console, invocation, options
from assistant.cli.options import LibraryOptions
from assistant.domain.errors import UsageError
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.app.machine import Check

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


@click.command()
@options.json
@options.answering
def doctor(as_json: bool, place: LibraryOptions) -> int:
    """Looks at Python, packages, your configuration and keys, the two small models, the library, disks, permissions and
    the terminal; and asks the endpoint of your model, where one is set, once for its list of models. Changes nothing.

    Ends with 0 where nothing fails, else with what a command that needs the first such thing ends with: 2 for a setting
    or a package, 5 for the endpoint, 6 for the library or a disk.

    \b
    Examples:
      assistant doctor
      assistant doctor --profile local --json
    """
    code = 0
    for check in _checks(place):
        code = code or check.exit_code
        if as_json:
            console.record({"check": check.name, "state": check.state, "what": check.what, "cure": check.cure})
            continue
        console.lines(
            ((f"{check.state:5} ", _STYLES[check.state]), (f"{check.name:15} ", "bold"), (one_line(check.what), ""))
        )
        if check.cure:
            console.lines(console.plain(f"{'':22}{one_line(check.cure)}"))
    return code


def _checks(place: LibraryOptions) -> "Iterator[Check]":
    """Yield what was found; where settings cannot be read, what does not need them."""
    from assistant.app import checkup, machine

    try:
        settings, environment = place.open().settings, invocation.environment()
    except UsageError as error:
        yield machine.python()
        yield machine.packages()
        what = str(UsageError(error.what, path=error.path, cause=error.cause))
        yield machine.Check("configuration", "fail", what, error.cure, error.exit_code)
        return
    screen = machine.Screen(sys.stdout.encoding or "", sys.stdout.isatty(), os.environ.get("TERM", ""))
    yield from checkup.checks(settings, environment, screen)
