"""Papers with what readers say of them -> rows of a table: as CSV, or with tabs between the columns."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain.annotations import NOTHING, Annotations
from assistant.domain.errors import UsageError
from assistant.domain.links import link
from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line
from assistant.publishing import tables


@dataclass(frozen=True, slots=True)
class Row:
    """One paper of a list."""

    paper: Paper
    said: Annotations = NOTHING
    added: str | None = None
    """When it was added, in ISO form; None where an older version added it."""


COLUMNS: Mapping[str, Callable[[Row], str]] = {
    "id": lambda row: row.paper.id,
    "title": lambda row: row.paper.title,
    "date": lambda row: row.paper.day or "",
    "authors": lambda row: "; ".join(row.paper.authors) or str(row.paper.author_count or ""),
    "abstract": lambda row: row.paper.abstract,
    "url": lambda row: row.paper.url or "",
    "link": lambda row: link(row.paper) or "",
    "venue": lambda row: "; ".join(dict.fromkeys(each.organisation or "" for each in row.paper.listings)).strip("; "),
    "aliases": lambda row: "; ".join(row.paper.aliases),
    "sources": lambda row: "; ".join(dict.fromkeys(listing.source for listing in row.paper.listings)),
    "tags": lambda row: "; ".join(row.said.tags),
    "notes": lambda row: " | ".join(note.text for note in row.said.notes),
    "read": lambda row: row.said.read.date().isoformat() if row.said.read else "",
    "added": lambda row: row.added or "",
}
"""Name of a column -> what it says of a paper; "" where nothing is known."""
USUAL = ("id", "title", "date", "authors", "url", "tags")


def parse(text: str) -> tuple[str, ...]:
    """Return the names of columns out of "id,title"; raises `UsageError` where there is no such column."""
    names = tuple(name for part in text.split(",") if (name := part.strip().casefold()))
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or not names:
        what = f"there is no column {unknown[0][:40]!r}" if unknown else "no column is named"
        raise UsageError(what, cure=f"name some of {','.join(COLUMNS)}")
    return names


def with_tabs(row: Row, names: Sequence[str]) -> str:
    """Return one line with these columns of a paper."""
    return "\t".join(one_line(COLUMNS[name](row)) for name in names)


def as_csv(rows: Iterable[Row], names: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a CSV file, the names of the columns first."""
    return tables.csv_lines(names, ([COLUMNS[name](row) for name in names] for row in rows))
