"""`assistant remove`: names of papers, or of a source -> the library without them."""

import click

from assistant.cli import console, options, progress
from assistant.cli.options import LibraryOptions
from assistant.domain.errors import UsageError
from assistant.domain.sanitize import one_line
from assistant.domain.titles import normalise
from assistant.retrieval.finder import PaperIndex


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
    from assistant import app
    from assistant.app import served

    if bool(names) == bool(source):
        raise UsageError("give titles or ids of papers, or --source with the name of one")
    of = place.open().settings, app.environment()
    every = [stored.paper for stored in served.stored_papers(*of)]  # also those that are damaged
    gone = {paper.id: paper for paper in every if source and {row.source for row in paper.listings} == {source}}
    index = PaperIndex(every)
    for name in names:
        papers_meant = index.find_all(name)
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
        served.remove(*of, list(gone), on_progress)
    if as_json:
        console.record({"removed": [{"id": paper.id, "title": paper.title} for paper in gone.values()]})
    else:
        console.lines(*(console.plain(f"removed {paper.title}") for paper in gone.values()))
    return 0
