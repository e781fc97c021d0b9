"""The rows of an ingest -> its entries, and what merging them did, as a report."""

from collections.abc import Iterable, Sequence

from assistant.domain.records import Entry, Rejection
from assistant.ingest import deduplicate
from assistant.library.writer import Report


def sorted_out(rows: Iterable[Entry | Rejection]) -> tuple[list[Entry], list[Rejection]]:
    """Return the entries, and what could not be read."""
    entries: list[Entry] = []
    rejections: list[Rejection] = []
    for row in rows:
        if isinstance(row, Entry):
            entries.append(row)
        else:
            rejections.append(row)
    return entries, rejections


def report_of(merge: deduplicate.Merge, listings: int, rejections: Sequence[Rejection]) -> Report:
    """Return what a merge of so many entries did."""
    relisted = merge.with_outcome("relisted")
    return Report(
        listings=listings - len(merge.rejections),
        added=merge.with_outcome("added"),
        updated=merge.with_outcome("updated"),
        relisted=relisted,
        unchanged=len(merge.with_outcome("unchanged")),
        merged=merge.merged_count + len(relisted),
        rejected=(*rejections, *merge.rejections),
        superseded=merge.superseded,
        conflicts=merge.conflicts,
    )
