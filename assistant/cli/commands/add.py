"""`assistant add`: ids, days and words -> papers fetched from the services that have them, in the library."""

from datetime import date
from typing import TYPE_CHECKING

import click

from assistant.cli import console, invocation, options, progress
from assistant.cli.options import LibraryOptions
from assistant.cli.views import reports
from assistant.domain.errors import UsageError

if TYPE_CHECKING:
    from assistant.library.reports import Report

_NOTHING = 3


@click.command()
@click.argument("names", nargs=-1)
@click.option("--list", "lists", metavar="FILE", multiple=True, help="The papers whose ids a bibliography has.")
@click.option("--daily", "days", metavar="DAY", multiple=True, help="The Daily Papers of a day, such as 2025-11-11.")
@click.option(
    "--search",
    "searches",
    metavar="SERVICE WORDS",
    nargs=2,
    multiple=True,
    help="What arxiv, crossref or semantic-scholar finds for some words.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 2_000),
    default=25,
    show_default=True,
    help="The most papers of each search.",
)
@click.option("--dry-run", is_flag=True, help="Fetch, and say what would be added; change nothing.")
@options.json
@options.indexed
def add(
    names: tuple[str, ...],
    lists: tuple[str, ...],
    days: tuple[str, ...],
    searches: tuple[tuple[str, str], ...],
    limit: int,
    dry_run: bool,
    as_json: bool,
    place: LibraryOptions,
) -> int:
    """NAMES are arXiv ids, DOIs, or addresses of papers. Only what is named is asked for.

    Answers are kept for an hour in the cache folder: an interrupted call goes on when it is called again.

    \b
    Examples:
      assistant add 2210.10760 https://arxiv.org/abs/2310.02743 10.1038/nature14236
      assistant add --list references.bib
      assistant add --daily 2025-11-11
      assistant add --search arxiv "reward hacking" --limit 50
    """
    from assistant.app import acquisition, served

    if not (names or lists or days or searches):
        raise UsageError("name papers, --list with a file, --daily with a day, or --search with a service and words")
    wanted = acquisition.Wanted(names, lists, [_day(day) for day in days], searches, limit)
    with place.open() as library, progress.bar() as on_progress:
        rows = list(acquisition.fetch(wanted, invocation.environment(), console.tell, on_progress))
        to = library.settings, invocation.environment()
        report = served.add(*to, rows, library.embedder, dry_run=dry_run, on_progress=on_progress)
    console.record(reports.record(report)) if as_json else _show(report, dry_run=dry_run)
    return 0 if report.listings else _NOTHING


def _show(report: "Report", *, dry_run: bool) -> None:
    if dry_run:
        console.lines(*(console.plain(f"{paper.day or '':10}  {paper.title}  {paper.id}") for paper in report.added))
    reports.show(report, dry_run=dry_run)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UsageError(f"{text[:40]!r} is no day", cure="write it as 2025-11-11") from None
