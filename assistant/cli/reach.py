"""The options that say where a server listens and who may ask it -> one record."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from assistant.domain.errors import UsageError

if TYPE_CHECKING:
    from assistant.serving.access import Access

_HOST = click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen on; another takes a token."
)
_TOKEN = click.option(
    "--token",
    envvar="ASSISTANT_TOKEN",
    show_envvar=True,
    help="What has to be sent with each request. The variable is safer: others can see command lines.",
)
_NAMES = click.option(
    "--allow-host",
    "names",
    metavar="NAME",
    multiple=True,
    help="A further name under which it is reached, as behind a proxy.",
)
_ORIGINS = click.option(
    "--allow-origin",
    "origins",
    metavar="URL",
    multiple=True,
    help="A site whose pages may ask, such as https://chat.example.org; none by default.",
)
_OPTIONS = {"host": "--host", "token": "--token", "names": "--allow-host", "origins": "--allow-origin"}


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a server listens, and who may ask."""

    host: str
    token: str | None
    names: Sequence[str]
    origins: Sequence[str]
    typed: Sequence[str] = ()
    """Those of the options that the command line has; variables and defaults are none of them."""

    def access(self) -> "Access":
        """Return it as a server takes it; raises `UsageError` where anybody could ask."""
        from assistant.serving.access import Access

        access = Access(self.host, self.token or "", self.names, self.origins)
        access.check()
        return access

    def require_none(self, cure: str) -> None:
        """Raise `UsageError` with this `cure` where the command line has any of it, and the command listens nowhere."""
        if self.typed:
            verb = "is" if len(self.typed) == 1 else "are"
            raise UsageError(f"{' and '.join(self.typed)} {verb} for a server, and none would listen", cure=cure)


def reach(command: Callable[..., int]) -> Callable[..., int]:
    """Add `--host`, `--token`, `--allow-host` and `--allow-origin`; the command gets `reach`, a `Reach`."""

    @functools.wraps(command)
    def wrapped(
        *, host: str, token: str | None, names: tuple[str, ...], origins: tuple[str, ...], **others: object
    ) -> int:
        source = click.get_current_context().get_parameter_source
        typed = tuple(option for name, option in _OPTIONS.items() if source(name) is ParameterSource.COMMANDLINE)
        return command(reach=Reach(host, token, names, origins, typed), **others)

    return _HOST(_TOKEN(_NAMES(_ORIGINS(wrapped))))
