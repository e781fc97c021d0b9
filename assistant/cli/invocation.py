"""The options that any command takes -> what they say of this run, and the environment that it works in."""

import os
from collections.abc import Mapping
from pathlib import Path

import click

from assistant.domain.errors import UsageError

INTERRUPTED = 130
"""Exit code after Ctrl-C."""


class Invocation:
    """One run of the program; the object of the root context."""

    is_traced = False
    """Whether errors show where they came from."""
    profile: str | None = None
    """The profile of the configuration; None where no option names one."""


def environment() -> Mapping[str, str]:
    """Return the environment that commands work in: of this process, and under it the user's configuration.

    Raises `UsageError` for a configuration that is none, and for a profile that it does not have.
    """
    from assistant import app

    return app.environment(profile())


def profile() -> str | None:
    """Return the profile that `--profile` names for the command that runs; None where it names none."""
    context = click.get_current_context(silent=True)
    own = context.find_object(Invocation) if context else None
    return own.profile if own else None


def config_file() -> Path:
    """Return where the user's configuration is, or would be; raises `UsageError` where none is to be read."""
    from assistant.app import configuration

    if file := configuration.config_path(os.environ):
        return file
    raise UsageError("no configuration is read here", cure="set HOME, or ASSISTANT_CONFIG to a whole path")
