"""`assistant show`, `assistant papers`: what the library holds, as text, a table or JSON."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from assistant.cli import console, naming, options
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.cli.output import OutputOptions, output
from assistant.cli.views import columns, plots
from assistant.cli.views import papers as views
from assistant.cli.views.columns import Row
from assistant.domain import batches
from assistant.domain.annotations import NOTHING
from assistant.domain.errors import UsageError
from assistant.domain.records import Listing, Paper
from assistant.domain.sanitize import one_line
from assistant.domain.selection import Order, Selection

if TYPE_CHECKING:
    from assistant.app.handle import Library


@click.command()
@click.argument("name", metavar="PAPER")
@options.json
@options.catalogue
def show(name: str, as_json: bool, place: LibraryOptions) -> int:
    """PAPER is the id, the key, or the title in any case; the beginning of a title will do where it is the only one.

    \b
    Examples:
      assistant show "Scaling Laws for Reward Model Overoptimization"
      assistant show 2210.10760 --json
    """
    with place.open() as library:
        index = library.finder()
        library.require_sound(name)
        papers = naming.meant(index, name)
        rows = _rows(library, papers)
        _tell_of_dates(library, are_shown=as_json)
        keys = library.citation_keys(papers)
    for row in rows:
        key = keys[row.paper.id]
        if as_json:
            console.record({**record(row), "key": key})
        else:
            console.lines(*views.card(row.paper, key=key, said=row.said))
    return 0 if papers else naming.UNKNOWN


@click.command("papers")
@click.option(
    "--sort",
    "order",
    type=click.Choice(["date", "title", "added"]),
    help="Newest date first, titles by the alphabet, or last added first [the order in which they were added].",
)
@click.option("--reverse", is_flag=True, help="The other way round.")
@naming.match
@click.option("--unread/--read", default=None, help="Only papers that are not marked as read, or only those that are.")
@click.option("--limit", type=click.IntRange(1), help="Show so many papers at most.")
@click.option(
    "--columns", "names", metavar="NAMES", help=f"These columns, with tabs between: {','.join(columns.COLUMNS)}."
)
@click.option("--csv", "as_csv", is_flag=True, help=f"CSV, with these columns or {','.join(columns.USUAL)}.")
@click.option("--plot", "as_plot", is_flag=True, help="Draw how many there are of each month or year.")
@options.filters
@output
@options.catalogue
def list_papers(  # noqa: PLR0913  one parameter for each option
    order: Order | None,
    reverse: bool,
    match: str | None,
    unread: bool | None,
    limit: int | None,
    names: str | None,
    as_csv: bool,
    as_plot: bool,
    papers: FilterOptions,
    output: OutputOptions,
    place: LibraryOptions,
) -> int:
    """They stand in the order they were added; ~ marks a date that had to be inferred, a date that is not known sorts
    last. --match looks into titles, abstracts, authors, ids, venues, tags and notes.

    \b
    Examples:
      assistant papers --since 2024-06 --until 2024
      assistant papers --match "reward model" --unread --sort date --limit 20
      assistant papers --in thesis --csv > thesis.csv
      assistant papers --since 2024 -o references.bib
      assistant papers --plot
      assistant papers --columns id,title | fzf | cut -f1 | xargs assistant open
    """
    if ((as_csv or as_plot or names) and output.is_document) or as_csv + as_plot + output.as_json > 1:
        raise UsageError("--csv, --plot, --json and --format exclude each other, and --columns is for a list")
    shown = columns.parse(names) if names is not None else columns.USUAL if as_csv else None
    selection = Selection(match or "", unread, order, reverse)
    with place.open() as library:
        if as_plot:
            days = library.days(papers.filter(), selection, limit)
            console.lines(*plots.by_date(days, console.width(), in_blocks=console.can_show("█▏")))
            return 0
        those = islice(library.each_paper(papers.filter(), selection), limit)
        if output.is_document:
            from assistant.publishing import reports

            output.publish(reports.of_papers("Papers", list(those), library.citation_keys))
            return 0
        is_told = bool(papers.tags or match or unread is not None)
        _tell_of_dates(library, are_shown=output.as_json or "added" in (shown or ()))
        rows = (_rows(library, batch, is_told=is_told) for batch in batches.growing(those))
        _print(rows, shown, as_csv=as_csv, as_json=output.as_json)
    return 0


def _print(groups: Iterable[Sequence[Row]], shown: Sequence[str] | None, *, as_csv: bool, as_json: bool) -> None:
    """Print rows, each group of them when it comes."""
    if as_csv and shown:
        for line in columns.as_csv((row for rows in groups for row in rows), shown):
            console.row(line)
        return
    for rows in groups:
        if as_json:
            for row in rows:
                console.record(_record(row, shown))
        elif shown:
            for row in rows:
                console.row(columns.with_tabs(row, shown))
        else:
            console.lines(*map(_line, rows))


def _record(row: Row, shown: Sequence[str] | None) -> dict[str, Any]:
    whole = record(row)
    return {name: whole.get(name, columns.COLUMNS[name](row)) for name in shown} if shown else whole


def record(row: Row) -> dict[str, Any]:
    """Return a paper as JSON; `authors` is the list of names where they are known, else the count, else null."""
    paper, said = row.paper, row.said
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
        "tags": list(said.tags),
        "notes": [views.note_record(note) for note in said.notes],
        "read": said.read.isoformat() if said.read else None,
        "added": row.added,
        "full_text": {"pages": text.pages, "passages": text.count} if (text := paper.full_text) else None,
    }


def _rows(library: "Library", papers: Sequence[Paper], *, is_told: bool = False) -> list[Row]:
    """Return papers with what is said of them; `is_told`: it was told already what of that is damaged."""
    from assistant.library import annotations, provenance

    ids = [paper.id for paper in papers]
    catalogue = library.as_stored().catalogue
    said = annotations.read(catalogue, ids).by_id if is_told else library.annotations(ids)
    added = provenance.arrivals(catalogue, catalogue.positions(ids))
    return [Row(paper, said.get(paper.id, NOTHING), added.get(paper.id)) for paper in papers]


def _tell_of_dates(library: "Library", *, are_shown: bool) -> None:
    """Tell of it where it is to be shown when papers were added, and not known any more."""
    from assistant.library import provenance, row_sums

    for problem in provenance.problems(library.as_stored().catalogue, "arrivals") if are_shown else ():
        console.tell(f"{problem}, and left out. To cure it, {row_sums.CURE}")


def _line(row: Row) -> console.StyledLine:
    paper = row.paper
    return (
        (f"{paper.day or '':10}{'~' if paper.date_inferred else ' '} ", "dim"),
        (one_line(paper.title), ""),
        (f"  {one_line(paper.id)}", "dim"),
        (f"  [{one_line(', '.join(row.said.tags))}]" if row.said.tags else "", "cyan"),
    )


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
