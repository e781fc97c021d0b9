"""`assistant similar`: a paper -> the papers that are nearest to it, as text or JSON."""

import click

from assistant.cli import console, naming, options
from assistant.cli.commands.search import hit_record
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.cli.views import papers as views


@click.command()
@click.argument("name", metavar="PAPER")
@options.top_k(10, 10_000, "How many papers at most.")
@options.json
@options.filters
@options.catalogue
def similar(name: str, limit: int, as_json: bool, papers: FilterOptions, place: LibraryOptions) -> int:
    """PAPER is an id, a title, or the beginning of one. Its vector is compared with those of all others; no model is
    needed. The score is their cosine.

    \b
    Examples:
      assistant similar 2210.10760
      assistant similar "Scaling Laws for Reward Model Overoptimization" -k 5 --since 2024 --json
    """
    with place.open() as library:
        those = naming.named(library, [name], "nothing was compared")
        if those is None:
            return naming.UNKNOWN
        paper, *_ = those
        hits = library.similar(paper.id, limit=limit, papers_filter=papers.filter())
    if as_json:
        console.record({"id": paper.id, "title": paper.title, "hits": [hit_record(hit) for hit in hits]})
    else:
        console.lines(*views.ranked(hits))
    return 0 if hits else naming.UNKNOWN
