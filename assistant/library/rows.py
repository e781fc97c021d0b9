"""Papers and listings <-> rows of the catalogue, with the checksums by which a row is known to be as it was written."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.domain.records import Listing, Paper

PAPER_COLUMNS = "id, title, abstract, date, date_inferred, authors, author_count, url"
LISTING_COLUMNS = "source, line, title, date, date_inferred, author_count, organisation, discussions"

Row = Sequence[object]

_JSON = json.JSONEncoder(default=repr)  # escapes: the same bytes in every version of Python, whatever the texts hold
_ALTERED = "is not as it was written: its checksum is another"


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A paper as the catalogue has it, whether or not that is as it was written."""

    paper: Paper
    """What cannot be read of it is left out."""
    content: str
    """The hash that its vectors are stored under."""
    problem: str = ""
    """What is wrong with it; "" where it may be shown."""


def paper_row(paper: Paper) -> Row:
    """Return a row of `PAPER_COLUMNS`, of the types that SQLite gives back."""
    return (
        paper.id, paper.title, paper.abstract, paper.day, int(paper.date_inferred),
        json.dumps(paper.authors), paper.author_count, paper.url,
    )  # fmt: skip


def listing_row(listing: Listing) -> Row:
    """Return a row of `LISTING_COLUMNS`, of the types that SQLite gives back."""
    return (
        listing.source, listing.line, listing.title, listing.day, int(listing.date_inferred),
        listing.author_count, listing.organisation, listing.discussions,
    )  # fmt: skip


def checksum(paper: Row, listings: Sequence[Row]) -> str:
    """Return the sha256 of a paper's row and of those of its listings, in hexadecimal."""
    return hashlib.sha256(_JSON.encode([paper, listings]).encode()).hexdigest()


def state_checksum(facts: Mapping[str, str]) -> str:
    """Return the sha256 of the facts about a library, but for this checksum and the revision, in hexadecimal."""
    stable = sorted((key, value) for key, value in facts.items() if key not in {"checksum", "revision"})
    return hashlib.sha256(json.dumps(stable).encode()).hexdigest()


def order_checksum(ids: Iterable[str]) -> str:
    """Return the sha256 of the ids of papers in their order, in hexadecimal."""
    return hashlib.sha256(json.dumps(list(ids)).encode()).hexdigest()


def read(paper: Row, listings: Sequence[Row], content: str, recorded: str | None, expected: str) -> StoredPaper:
    """Read the rows of a paper and judge them.

    `recorded` is the checksum stored with it, None in a catalogue without; there its `content` must be `expected`,
    the hash that its title and abstract have.
    """
    problems: list[str] = []
    paper_read = _paper(paper, tuple(_listing(row, problems) for row in listings), problems)
    is_altered = content != expected if recorded is None else recorded != checksum(paper, listings)
    if is_altered and not problems:
        problems.append(_ALTERED)
    return StoredPaper(paper_read, content, "; ".join(dict.fromkeys(problems)))


def _paper(row: Row, listings: tuple[Listing, ...], problems: list[str]) -> Paper:
    id, title, abstract, day, inferred, authors, count, url = row
    return Paper(
        str(id), str(title), str(abstract), _date(day, problems), bool(inferred), _authors(authors, problems),
        count if isinstance(count, int) else None, url if isinstance(url, str) else None, listings,
    )  # fmt: skip


def _listing(row: Row, problems: list[str]) -> Listing:
    source, line, title, day, inferred, *counts = row
    author_count, organisation, discussions = counts
    return Listing(
        str(source), line if isinstance(line, int) else 0, str(title), _date(day, problems), bool(inferred),
        author_count if isinstance(author_count, int) else None,
        organisation if isinstance(organisation, str) else None,
        discussions if isinstance(discussions, int) else None,
    )  # fmt: skip


def _authors(value: object, problems: list[str]) -> tuple[str, ...]:
    try:
        authors = json.loads(str(value))
    except (ValueError, RecursionError):
        authors = None
    if isinstance(authors, list) and all(isinstance(author, str) for author in authors):
        return tuple(authors)
    problems.append(f"cannot be read: its authors are {str(value)[:80]!r}")
    return ()


def _date(value: object, problems: list[str]) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        problems.append(f"cannot be read: its date is {str(value)[:80]!r}")
        return None
