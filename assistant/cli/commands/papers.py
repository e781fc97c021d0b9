"""`assistant show` and `assistant papers`: what the library holds, as text or JSON."""

from collections.abc import Sequence
from typing import Any

import click

from assistant.cli import console, options
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.cli.output import OutputOptions, output
from assistant.cli.views import papers as views
from assistant.cli.views import plots
from assistant.domain.errors import UsageError
from assistant.domain.records import Listing, Paper
from assistant.domain.sanitize import one_line

_SUGGESTIONS = 5


@click.command()
@click.argument("name")
@options.json
@options.catalogue
def show(name: str, as_json: bool, place: LibraryOptions) -> int:
    """NAME is the id, the key, or the title in any case; the beginning of a title will do where it is the only one.

    \b
    Examples:
      assistant show gao2022scaling
      assistant show "Scaling Laws for Reward Model Overoptimization"
      assistant show 2210.10760 --json
    """
    if not name.strip():
        raise UsageError("give the id or the title of a paper")
    with place.open() as library:
        index = library.finder()
        papers_meant = index.find_all(name)
        library.require_sound(name)
        if not papers_meant:
            papers_meant = index.begins(name)
            if len(papers_meant) != 1:
                several = "several papers begin so" if papers_meant else "no paper has this id or title"
                near = papers_meant[:_SUGGESTIONS] or index.suggestions(name, _SUGGESTIONS)
                console.tell(f"{several}: {name}{_suggestions(near)}")
                return 3
        keys = library.citation_keys(papers_meant)
    for paper in papers_meant:
        key = keys[paper.id]
        if as_json:
            console.record({**record(paper), "key": key})
        else:
            console.lines(*views.card(paper, key=key))
    return 0


@click.command("papers")
@click.option("--plot", "as_plot", is_flag=True, help="Draw how many there are of each month or year.")
@options.filters
@output
@options.catalogue
def list_papers(papers: FilterOptions, as_plot: bool, output: OutputOptions, place: LibraryOptions) -> int:
    """They stand in the order they were added; ~ marks a date that had to be inferred.

    \b
    Examples:
      assistant papers --since 2024-06 --until 2024
      assistant papers --source page.txt --json
      assistant papers --since 2024 -o references.bib
      assistant papers --plot
    """
    if as_plot and (output.as_json or output.is_document):
        raise UsageError("--plot draws for a person, and lists nothing", cure="leave out --format and --json")
    with place.open() as library:
        if as_plot or output.is_document:
            selection = library.papers(since=papers.since, until=papers.until, source=papers.source)
        if as_plot:
            console.lines(*plots.by_date(selection, console.width(), in_blocks=console.can_show("█▏")))
        elif output.is_document:
            from assistant.publishing import reports

            output.publish(reports.of_papers("Papers", selection, library.citation_keys))
        else:
            for paper in library.each_paper(papers.filter()):
                console.record(record(paper)) if output.as_json else console.lines(_line(paper))
    return 0


def _line(paper: Paper) -> console.StyledLine:
    """Return a paper on one line."""
    day = f"{paper.day or '':10}{'~' if paper.date_inferred else ' '} "
    return (day, "dim"), (one_line(paper.title), ""), (f"  {one_line(paper.id)}", "dim")


def record(paper: Paper) -> dict[str, Any]:
    """Return a paper as JSON; `authors` is the list of names where they are known, else the count, else null."""
    return {
        "id": paper.id,
        "aliases": list(paper.aliases),
        "title": paper.title,
        "abstract": paper.abstract,
        "date": paper.day,
        "date_inferred": paper.date_inferred,
        "authors": list(paper.authors) or paper.author_count,
        "url": paper.url,
        "listings": [_listing(listing) for listing in paper.listings],
    }


def _listing(listing: Listing) -> dict[str, Any]:
    return {
        "source": listing.source,
        "line": listing.line,
        "title": listing.title,
        "date": listing.day,
        "date_inferred": listing.date_inferred,
        "authors": listing.author_count,
        "organisation": listing.organisation,
        "discussions": listing.discussions,
    }


def _suggestions(papers: Sequence[Paper]) -> str:
    titles = "; ".join(one_line(paper.title) for paper in papers)
    return f" (perhaps: {titles})" if titles else "; `assistant search` finds near ones"
