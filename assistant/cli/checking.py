"""The options that say who judges claims: the answering model, another one, or nobody."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_CHECK = click.option(
    "--check",
    metavar="NAME",
    envvar="ASSISTANT_CHECK",
    show_envvar=True,
    help="Who judges claims in other words: the answering `model`, or `none` [a model that is not on this machine].",
)
_CHECKER = click.option(
    "--checker",
    metavar="NAME",
    envvar="ASSISTANT_CHECKER",
    show_envvar=True,
    help="Another model that judges: its name at the endpoint, or a folder of an ONNX model of inference.",
)


def checking(command: Command) -> Command:
    """Add `--check` and `--checker`, each an argument of its own."""
    return _CHECK(_CHECKER(command))
