"""`assistant remove`: names of papers, or of a source -> the library without them."""

import contextlib
from collections.abc import Sequence

import click

from assistant.cli import console, options, progress
from assistant.cli.options import LibraryOptions
from assistant.domain.errors import UsageError
from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line
from assistant.domain.titles import normalise
from assistant.retrieval.library_finder import LibraryFinder


@click.command()
@click.argument("names", nargs=-1)
@click.option("--source", metavar="NAME", help="Remove the papers that only this source lists.")
@options.json
@options.catalogue
def remove(names: tuple[str, ...], source: str | None, as_json: bool, place: LibraryOptions) -> int:
    """NAMES are ids or titles; --source takes all that only this source lists.

    All or nothing: where one of the names is not known, none is removed.

    \b
    Examples:
      assistant remove "Scaling Laws for Reward Model Overoptimization"
      assistant remove --source wrong-file.jsonl
    """
    from assistant.library import overview, writer
    from assistant.library.catalogue import Catalogue

    if bool(names) == bool(source):
        raise UsageError("give titles or ids of papers, or --source with the name of one")
    folder = place.open().settings.library  # never the sample
    with contextlib.closing(Catalogue(folder)) as catalogue:

        def read(ids: Sequence[str] | None) -> list[Paper]:
            return [stored.paper for stored in catalogue.stored_papers(ids)]  # also those that are damaged

        index = LibraryFinder(catalogue, read)
        papers_named = {name: index.find_all(name) for name in names}
        of_source = overview.of_source_alone(catalogue, source) if source else []
        gone = {paper.id: paper for paper in read(of_source)}
    for name, papers_meant in papers_named.items():
        if len({normalise(paper.title) for paper in papers_meant}) > 1:
            ids = ", ".join(one_line(f"{paper.id} (“{paper.title}”)") for paper in papers_meant)
            console.tell(f"several papers have this id: {name}; nothing was removed; give the title of one of: {ids}")
            return 3
        if not papers_meant:
            console.tell(f"no paper has this id or title: {name}; nothing was removed")
            return 3
        gone |= {paper.id: paper for paper in papers_meant}
    if not gone:
        console.tell(f"no paper is listed by {source} alone; nothing was removed")
        return 3
    with progress.bar() as on_progress:
        writer.remove(folder, list(gone), on_progress)
    if as_json:
        console.record({"removed": [{"id": paper.id, "title": paper.title} for paper in gone.values()]})
    else:
        console.lines(*(console.plain(f"removed {paper.title}") for paper in gone.values()))
    return 0
