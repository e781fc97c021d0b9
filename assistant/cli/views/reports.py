"""What adding papers did -> lines for a person, or an object for a program."""

from typing import TYPE_CHECKING

from assistant.cli import console

if TYPE_CHECKING:
    from assistant.library.reports import Report

_PRINTED = 20  # rejected rows, and conflicts, printed; --json has all


def record(report: "Report") -> dict[str, object]:
    """Return the report as JSON."""
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


def show(report: "Report", *, dry_run: bool) -> None:
    """Print the report: what was rejected, and conflicts, as messages; the counts as the result."""
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
