"""`assistant ingest`: paths -> papers in the library, and an account of what was read."""

from datetime import date

import click

from assistant.cli import console, days, invocation, options, progress
from assistant.cli.options import LibraryOptions
from assistant.cli.views import reports
from assistant.domain.errors import UsageError


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--as-of", type=days.Day(last=False), help="When the pages were taken, for dates without a year.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@options.json
@options.indexed
def ingest(paths: tuple[str, ...], as_of: date | None, dry_run: bool, as_json: bool, place: LibraryOptions) -> int:
    """PATHS are files, folders, or - for standard input.

    The format of each file is recognised from its content: Daily Papers pages, JSON lines, a JSON array, CSV, BibTeX,
    RIS, CSL-JSON, PDF, and answers of arXiv, Crossref, Semantic Scholar and Daily Papers; gzip too. Rows that cannot be
    read are named with file:line and a reason, and the others are kept. A PATH that is a library, in a folder or at
    the address of a Chroma server, is copied with its vectors into a library that is not there yet.

    \b
    Examples:
      assistant ingest papers/
      assistant ingest --dry-run page.txt
      assistant ingest --as-of 2025-11-11 page.txt
      zcat corpus.jsonl.gz | assistant ingest -
    """
    from assistant.app import served

    if any(map(served.is_library, paths)):
        return _fetch(paths, place, as_json=as_json, dry_run=dry_run)
    with place.open() as library, progress.bar() as on_progress:
        report = library.ingest(paths, as_of=as_of, dry_run=dry_run, on_progress=on_progress)
    if as_json:
        console.record(reports.record(report))
    else:
        reports.show(report, dry_run=dry_run)
        _tell_bare(sum("has no abstract" in row.reason for row in report.rejected))
    if report.rejected and not report.listings:
        raise UsageError("nothing could be read; see the reasons above" if not as_json else "nothing could be read")
    return 0


def _fetch(paths: tuple[str, ...], place: LibraryOptions, *, as_json: bool, dry_run: bool) -> int:
    """Copy a library to the place that is named; raises `UsageError` where more than one thing is to be read."""
    from assistant.app import served

    if len(paths) > 1 or dry_run:
        raise UsageError("a library is copied whole", cure="name it alone, without --dry-run")
    with progress.bar() as on_progress:
        papers = served.fetch(place.open().settings, invocation.environment(), paths[0], console.tell, on_progress)
    if as_json:
        console.record({"from": paths[0], "papers": papers})
    else:
        console.lines(console.plain(f"{papers:,} papers with their vectors copied from {paths[0]}"))
    return 0


def _tell_bare(count: int) -> None:
    """Tell of what use records without an abstract are."""
    if count:
        console.tell(
            f"{count:,} records have no abstract: `assistant add --list FILE` fetches those with an arXiv id or a DOI, "
            "`assistant enrich FILE` takes their facts for papers that are held"
        )
