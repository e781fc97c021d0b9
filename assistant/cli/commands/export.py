"""`assistant export`: the library -> the same library at another place, its vectors with it."""

import click

from assistant.cli import console, invocation, options, progress
from assistant.cli.options import LibraryOptions


@click.command()
@click.option("--to", "target", metavar="ADDRESS|FOLDER", required=True, help="A Chroma server, or a folder.")
@options.json
@options.catalogue
def export(target: str, as_json: bool, place: LibraryOptions) -> int:
    """Copy the library to a Chroma server (an address such as http://host:8000, or `cloud`), from a server into a
    folder, or from one server or folder to another. No vector is computed; the original stays.

    There must be no papers at the other place yet. Until all are there, none is visible.

    \b
    Examples:
      assistant export --to http://localhost:8000
      assistant export --vectors http://localhost:8000 --to papers-copy
      assistant export --to "cloud?database=papers"
    """
    from assistant.app import served

    settings, environment = place.open().settings, invocation.environment()
    with progress.bar() as on_progress:
        papers = served.export(settings, environment, target, console.tell, on_progress)
    if as_json:
        console.record({"to": target, "papers": papers})
    else:
        console.lines(console.plain(f"{papers:,} papers with their vectors copied to {target}"))
    return 0
