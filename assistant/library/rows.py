"""Records <-> rows of the catalogue's tables."""

import json
from collections.abc import Sequence
from datetime import date

from assistant.domain.records import Listing, Paper

PAPER = "id, title, abstract, date, date_inferred, authors, author_count, url"
LISTING = "source, line, title, date, date_inferred, author_count, organisation, discussions"


def paper(row: Sequence[object], listings: tuple[Listing, ...]) -> Paper:
    """Read a row of the columns `PAPER`."""
    id, title, abstract, day, inferred, authors, count, url = row
    return Paper(
        str(id), str(title), str(abstract), _date(day), bool(inferred), tuple(json.loads(str(authors))),
        count if isinstance(count, int) else None, url if isinstance(url, str) else None, listings,
    )  # fmt: skip


def listing(row: Sequence[object]) -> Listing:
    """Read a row of the columns `LISTING`."""
    source, line, title, day, inferred, *rest = row
    return Listing(source, line, title, _date(day), bool(inferred), *rest)  # type: ignore[arg-type]


def paper_row(paper: Paper) -> tuple[object, ...]:
    """Return the values of the columns `PAPER`."""
    return (
        paper.id, paper.title, paper.abstract, paper.date and paper.date.isoformat(), paper.date_inferred,
        json.dumps(paper.authors), paper.author_count, paper.url,
    )  # fmt: skip


def listing_row(listing: Listing) -> tuple[object, ...]:
    """Return the values of the columns `LISTING`."""
    day = listing.date and listing.date.isoformat()
    return (
        listing.source, listing.line, listing.title, day, listing.date_inferred,
        listing.author_count, listing.organisation, listing.discussions,
    )  # fmt: skip


def _date(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
