"""What was typed for a library, and what variables say -> the one place that is meant: a folder or an address."""

import click

from assistant.domain.errors import UsageError


def folder_or_server(library: str | None, vectors: str | None) -> tuple[str | None, str | None]:
    """Return the folder and the address that are meant, one of them None: what was typed goes before what a variable
    says, then the address before the folder. Raises `UsageError` where both were typed."""
    source = click.get_current_context().get_parameter_source
    typed = [source(name) is click.core.ParameterSource.COMMANDLINE for name in ("library", "vectors")]
    if all(typed):
        raise UsageError("the library is in a folder or at a server", cure="give --library or --vectors, not both")
    return (library, None) if vectors is None or typed[0] else (None, vectors)
