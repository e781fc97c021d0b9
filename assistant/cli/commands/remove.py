"""`assistant remove`: names of papers, or of a source -> the library without them."""

import click

from assistant.cli import console, options, progress
from assistant.cli.commands import papers
from assistant.domain.errors import UsageError


@click.command()
@click.argument("names", nargs=-1)
@click.option("--source", metavar="NAME", help="Remove the papers that only this source lists.")
@options.json
@options.library
def remove(names: tuple[str, ...], source: str | None, as_json: bool, library: str | None, embedder: str | None) -> int:
    """Take papers out of the library: those with these ids or titles, or all that only one source lists.

    All or nothing: where one of the names is not known, none is removed.

    \b
    Examples:
      assistant remove "Scaling Laws for Reward Model Overoptimization"
      assistant remove --source wrong-file.jsonl
    """
    from assistant import app
    from assistant.library import writer
    from assistant.library.catalogue import Catalogue

    if bool(names) == bool(source):
        raise UsageError("give titles or ids of papers, or --source with the name of one")
    chosen = app.load_settings(app.environment(), library=library, embedder=embedder)
    catalogue = Catalogue(chosen.library)
    try:
        held = catalogue.papers()
    finally:
        catalogue.close()
    gone = {paper.id: paper for paper in held if source and {row.source for row in paper.listings} == {source}}
    for name in names:
        found = papers.named(held, name)
        if not found:
            console.tell(f"no paper has this id or title: {name}; nothing was removed")
            return 3
        gone |= {paper.id: paper for paper in found}
    if not gone:
        console.tell(f"no paper is listed by {source} alone; nothing was removed")
        return 3
    with progress.bar() as heard:
        writer.remove(chosen.library, list(gone), heard)
    if as_json:
        console.record({"removed": [{"id": paper.id, "title": paper.title} for paper in gone.values()]})
    else:
        console.lines(*(console.plain(f"removed {paper.title}") for paper in gone.values()))
    return 0
