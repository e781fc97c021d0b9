"""`assistant show` and `assistant papers`: what the library holds, as text or JSON."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from assistant.cli import console, options
from assistant.cli.views import papers as cards
from assistant.domain.errors import UsageError
from assistant.domain.records import Listing, Paper
from assistant.domain.sanitize import one_line

_SUGGESTIONS = 5


@click.command()
@click.argument("name")
@options.json
@options.library
def show(name: str, as_json: bool, library: str | None, embedder: str | None) -> int:
    """Show the paper whose id or title is NAME (any case; the beginning of a title will do where it is the only one).

    \b
    Examples:
      assistant show "Scaling Laws for Reward Model Overoptimization"
      assistant show 2210.10760 --json
    """
    from assistant import app
    from assistant.domain import titles

    environment = app.environment()
    chosen = app.load_settings(environment, library=library, embedder=embedder)
    with app.library(chosen, environment, None, console.tell) as opened:
        held = opened.papers()
    if not name.strip():
        raise UsageError("give the id or the title of a paper")
    found = named(held, name)
    if not found:
        wanted = titles.normalise(name)
        within = [(titles.normalise(paper.title), paper) for paper in held]
        within = [(title, paper) for title, paper in within if wanted in title]
        found = [paper for title, paper in within if title.startswith(wanted)]
        if len(found) != 1:
            near = found or [paper for _, paper in within]
            hint = "; ".join(one_line(paper.title) for paper in near[:_SUGGESTIONS])
            several = "several papers begin so" if found else "no paper has this id or title"
            more = f" (perhaps: {hint})" if hint else "; `assistant search` finds near ones"
            console.tell(f"{several}: {name}{more}")
            return 3
    for paper in found:
        console.record(record(paper)) if as_json else console.lines(*cards.card(paper))
    return 0


@click.command()
@options.filters
@options.json
@options.library
def papers(
    since: date | None,
    until: date | None,
    source: str | None,
    as_json: bool,
    library: str | None,
    embedder: str | None,
) -> int:
    """List the papers of the library in the order they were added; ~ marks a date that had to be inferred.

    \b
    Examples:
      assistant papers --since 2024-06 --until 2024
      assistant papers --source page.txt --json
    """
    from assistant import app

    environment = app.environment()
    chosen = app.load_settings(environment, library=library, embedder=embedder)
    wanted = options.chosen_filter(since, until, source)
    with app.library(chosen, environment, None, console.tell) as opened:
        held = opened.papers()
    chosen_ones = [paper for paper in held if wanted.admits(paper)]
    options.explain(wanted, held, len(chosen_ones))
    for paper in chosen_ones:
        if as_json:
            console.record(record(paper))
        else:
            console.lines(
                (
                    (f"{paper.day or '':10}{'~' if paper.date_inferred else ' '} ", "dim"),
                    (one_line(paper.title), ""),
                    (f"  {one_line(paper.id)}", "dim"),
                )
            )
    return 0


def named(held: Sequence[Paper], name: str) -> list[Paper]:
    """Return the papers with this id, or else with this title in any spelling."""
    from assistant.domain import titles

    wanted = titles.normalise(name)
    by_id = [paper for paper in held if paper.id == name]
    return by_id or [paper for paper in held if titles.normalise(paper.title) == wanted]


def record(paper: Paper) -> dict[str, Any]:
    """Return a paper as JSON; `authors` is the list of names where they are known, else the count, else null."""
    return {
        "id": paper.id,
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
