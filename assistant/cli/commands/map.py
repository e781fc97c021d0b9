"""`assistant map`: a library -> one HTML page with its papers by theme and time."""

import sys
from pathlib import Path

import click

from assistant.cli import console, options
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
    from assistant.app.filters import admitted
    from assistant.evaluation import files
    from assistant.publishing import map_page

    with place.open() as library:
        snapshot = library.contents
        ids = admitted(snapshot, papers.filter(), library.on_message)
        selection = snapshot.papers(None if ids is None else [id for id in snapshot.ids if id in ids])
        if not selection:
            return EMPTY
        title = f"Map of {len(selection):,} papers"
        files.replace(page, map_page.html(snapshot, selection, title))
    if sys.stderr.isatty():
        console.tell(f"written to {page}")
    return 0
