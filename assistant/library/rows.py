"""Papers and listings <-> rows of the catalogue, with the checksums by which a row is known to be as it was written."""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.domain.full_texts import FullText
from assistant.domain.records import Listing, Paper

PAPER_COLUMNS = "id, title, abstract, date, date_inferred, authors, author_count, url, aliases, full_text"
ABSTRACT_COLUMNS = PAPER_COLUMNS.removesuffix(", full_text")
"""Those of a paper in versions 3 to 5 of the schema, which has no full texts."""
FORMER_COLUMNS = ABSTRACT_COLUMNS.removesuffix(", aliases")
"""Those of a paper in versions 1 and 2."""
LISTING_COLUMNS = "source, line, title, date, date_inferred, author_count, organisation, discussions"

Row = Sequence[object]

_COLUMNS = len(PAPER_COLUMNS.split(","))

_JSON = json.JSONEncoder(default=repr)  # escapes: the same bytes in every version of Python, whatever the texts hold
_ALTERED = "is not as it was written: its checksum is another"

_ABSTRACT = 2  # its place in `PAPER_COLUMNS`
_PACKED = range(400, 1_000_000)
"""Bytes of a text that is stored packed. With shorter ones hardly anything is won; a longer one would let a few bytes
of a stranger's file fill the memory."""


@dataclass(frozen=True, slots=True)
class StoredPaper:
    """A paper as the catalogue has it, whether or not that is as it was written."""

    paper: Paper
    """What cannot be read of it is left out."""
    content: str
    """The hash that its vectors are stored under."""
    problem: str = ""
    """What is wrong with it; "" where it may be shown."""


def paper_columns(version: int) -> str:
    """Return the columns of a paper in a version of the schema."""
    return PAPER_COLUMNS if version > 5 else ABSTRACT_COLUMNS if version > 2 else FORMER_COLUMNS


def paper_row(paper: Paper) -> Row:
    """Return a row of `PAPER_COLUMNS`, of the types that SQLite gives back."""
    return (
        paper.id, paper.title, paper.abstract, paper.day, int(paper.date_inferred),
        json.dumps(paper.authors), paper.author_count, paper.url, json.dumps(paper.aliases),
        paper.full_text.digest if paper.full_text else None,
    )  # fmt: skip


def stored_row(row: Row) -> Row:
    """Return a row of `PAPER_COLUMNS` as it is stored: a long abstract packed, which leaves half of its bytes."""
    return (*row[:_ABSTRACT], packed(str(row[_ABSTRACT])), *row[_ABSTRACT + 1 :])


def packed(text: str) -> str | bytes:
    """Return a text as it is stored: a long one as the bytes that zlib (RFC 1950) makes of its UTF-8."""
    encoded = text.encode()
    return zlib.compress(encoded) if len(encoded) in _PACKED else text


def unpacked(value: object) -> object:
    """Return a text again, whether it was packed or, as a short one and those of older versions, not; bytes that no
    text was packed to as they are."""
    if not isinstance(value, bytes):
        return value
    try:
        stream = zlib.decompressobj()
        encoded = stream.decompress(value, _PACKED.stop)
        return encoded.decode() if stream.eof and not stream.unused_data else value
    except (zlib.error, UnicodeDecodeError):
        return value


def listing_row(listing: Listing) -> Row:
    """Return a row of `LISTING_COLUMNS`, of the types that SQLite gives back."""
    return (
        listing.source, listing.line, listing.title, listing.day, int(listing.date_inferred),
        listing.author_count, listing.organisation, listing.discussions,
    )  # fmt: skip


def checksum(paper: Row, listings: Sequence[Row]) -> str:
    """Return the sha256 of a paper's row and of those of its listings, in hexadecimal: without a full text the same
    that it was before there were any."""
    if len(paper) == _COLUMNS and paper[-1] is None:
        paper = paper[:-1]
    return hashlib.sha256(_JSON.encode([paper, listings]).encode()).hexdigest()


def vouched(paper: Paper) -> tuple[str, str, str]:
    """Return the other ids of a paper as they are stored, its checksum, and its id."""
    row = paper_row(paper)
    return json.dumps(paper.aliases), checksum(row, [listing_row(listing) for listing in paper.listings]), paper.id


def former_aliases(facts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return {paper id: its other ids} as version 2 of the schema kept them among the facts about a library; nothing
    where these are not as they were written."""
    if "aliases" not in facts or facts.get("checksum") != state_checksum(facts):
        return {}
    try:
        return {str(id): tuple(map(str, others)) for id, others in json.loads(facts["aliases"]).items()}
    except (ValueError, TypeError, AttributeError, RecursionError):
        return {}


def state_checksum(facts: Mapping[str, str]) -> str:
    """Return the sha256 of the facts about a library, but for this checksum and the revision, in hexadecimal."""
    stable = sorted((key, value) for key, value in facts.items() if key not in {"checksum", "revision"})
    return hashlib.sha256(json.dumps(stable).encode()).hexdigest()


def order_checksum(ids: Iterable[str]) -> str:
    """Return the sha256 of the ids of papers in their order, in hexadecimal."""
    return hashlib.sha256(json.dumps(list(ids)).encode()).hexdigest()


def read(
    paper: Row,
    listings: Sequence[Row],
    content: str,
    recorded: str | None,
    expected: str,
    full_text: FullText | None = None,
) -> StoredPaper:
    """Read the stored rows of a paper, of `PAPER_COLUMNS` or those of an older version, and judge them.

    `full_text` is what is kept under the hash that the row has for it, None where nothing is. `recorded` is the
    checksum stored with it, None in a catalogue without; there its `content` must be `expected`, the hash that its
    title and abstract have.
    """
    problems: list[str] = []
    paper = (*paper[:_ABSTRACT], unpacked(paper[_ABSTRACT]), *paper[_ABSTRACT + 1 :])
    paper_read = _paper(paper, tuple(_listing(row, problems) for row in listings), problems)
    if len(paper) == _COLUMNS and paper[-1] is not None:
        paper_read = replace(paper_read, full_text=full_text)
        if full_text is None:
            problems.append("has lost its full text")
    is_altered = content != expected if recorded is None else recorded != checksum(paper, listings)
    if is_altered and not problems:
        problems.append(_ALTERED)
    return StoredPaper(paper_read, content, "; ".join(dict.fromkeys(problems)))


def _paper(row: Row, listings: tuple[Listing, ...], problems: list[str]) -> Paper:
    id, title, abstract, day, inferred, authors, count, url, *more = row  # more: other ids, full text
    aliases = _texts(more[0], "other ids", problems) if more else ()
    return Paper(
        str(id), str(title), str(abstract), _date(day, problems), bool(inferred), _texts(authors, "authors", problems),
        count if isinstance(count, int) else None, url if isinstance(url, str) else None, listings, aliases,
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


def _texts(value: object, name: str, problems: list[str]) -> tuple[str, ...]:
    try:
        texts = json.loads(str(value))
    except (ValueError, RecursionError):
        texts = None
    if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
        return tuple(texts)
    problems.append(f"cannot be read: its {name} are {str(value)[:80]!r}")
    return ()


def _date(value: object, problems: list[str]) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        problems.append(f"cannot be read: its date is {str(value)[:80]!r}")
        return None
