"""`assistant ingest`: paths -> papers in the library, and an account of what was read."""

from datetime import date
from typing import TYPE_CHECKING

import click

from assistant.cli import console, options, progress
from assistant.cli.options import LibraryOptions
from assistant.domain.errors import UsageError

if TYPE_CHECKING:
    from assistant.library.writer import Report

_PRINTED = 20  # rejected rows, and conflicts, printed; --json has all


@click.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--as-of", type=options.Day(last=False), help="When the pages were taken, for dates without a year.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
@options.json
@options.indexed
def ingest(paths: tuple[str, ...], as_of: date | None, dry_run: bool, as_json: bool, place: LibraryOptions) -> int:
    """PATHS are files, folders, or - for standard input.

    The format of each file is recognised from its content: Daily Papers pages, JSON lines, a JSON array, CSV; gzip too.
    Rows that cannot be read are named with file:line and a reason, and the others are kept.

    \b
    Examples:
      assistant ingest papers/
      assistant ingest --dry-run page.txt
      assistant ingest --as-of 2025-11-11 page.txt
      zcat corpus.jsonl.gz | assistant ingest -
    """
    with place.open() as library, progress.bar() as on_progress:
        report = library.ingest(paths, as_of=as_of, dry_run=dry_run, on_progress=on_progress)
    if as_json:
        console.record(_record(report))
    else:
        _print(report, dry_run)
    if report.rejected and not report.listings:
        raise UsageError("nothing could be read; see the reasons above" if not as_json else "nothing could be read")
    return 0


def _record(report: "Report") -> dict[str, object]:
    return {
        "listings": report.listings,
        "added": len(report.added),
        "updated": len(report.updated),
        "unchanged": report.unchanged,
        "merged": report.merged,
        "rejected": len(report.rejected),
        "embedded": report.embedded,
        "seconds": round(report.seconds, 3),
        "conflicts": [
            {"source": row.source, "line": row.line, "id": row.paper_id, "title": row.title, "reason": row.reason}
            for row in report.conflicts
        ],
        "rejections": [{"source": row.source, "line": row.line, "reason": row.reason} for row in report.rejected],
    }


def _print(report: "Report", dry_run: bool) -> None:
    for row in report.rejected[:_PRINTED]:
        console.tell(f"rejected {row}")
    if len(report.rejected) > _PRINTED:
        console.tell(f"and {len(report.rejected) - _PRINTED:,} more rejected; --json names them all")
    for conflict in report.conflicts[:_PRINTED]:
        console.tell(f"conflict {conflict}")
    if len(report.conflicts) > _PRINTED:
        console.tell(f"and {len(report.conflicts) - _PRINTED:,} more conflicts; --json names them all")
    would = "would be " if dry_run else ""
    console.lines(
        console.plain(
            f"{report.listings:,} listings: {len(report.added):,} papers {would}added, "
            f"{len(report.updated):,} updated, {report.unchanged:,} unchanged, "
            f"{report.merged:,} merged into papers already seen, "
            f"{len(report.rejected):,} rejected ({report.seconds:.1f} s)"
        )
    )
