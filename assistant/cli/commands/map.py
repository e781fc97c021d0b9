"""`assistant map`: a library -> one HTML page with its papers by theme and time."""

import sys
from pathlib import Path

import click

from assistant.cli import console, invocation, options
from assistant.cli.options import FilterOptions, LibraryOptions

EMPTY = 3


@click.command("map")
@click.option(
    "--html", "page", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The page to write."
)
@options.filters
@options.catalogue
def draw_map(page: Path, papers: FilterOptions, place: LibraryOptions) -> int:
    """Each paper is a dot: by theme, or over time. Its title shows when it is pointed at, its abstract and link when it
    is clicked; words and themes can be picked. The page holds the abstracts, and needs no net.

    \b
    Examples:
      assistant map --html map.html
      assistant map --html map-2025.html --since 2025
    """
    from assistant import app
    from assistant.app.filters import admitted
    from assistant.evaluation import files
    from assistant.publishing import map_page

    # Whichever embedder made the vectors: no text is compared with them.
    with app.library(place.open().settings, invocation.environment(), None, console.tell) as library:
        ids = admitted(library, papers.filter(), console.tell)
        selection = library.papers(None if ids is None else [id for id in library.ids if id in ids])
        if not selection:
            return EMPTY
        files.replace(page, map_page.html(library, selection, f"Map of {len(selection):,} papers"))
    if sys.stderr.isatty():
        console.tell(f"written to {page}")
    return 0
