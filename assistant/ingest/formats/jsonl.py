"""Objects and JSON lines -> entries: one paper an object, with the reason in plain words where it is none."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Never

from assistant.domain.records import Entry, Listing, Rejection
from assistant.ingest.dates import ResolvedDate, row_words, settle
from assistant.ingest.fields import fault, lengthy, shown, stored
from assistant.ingest.files import SourceLine

ABSTRACTS = ("abstract", "text", "summary")
_IDS = ("_id", "id")
_DATES = ("date", "published", "publishedat", "publicationdate", "published_at", "publication_date", "year")
_URLS = ("url", "link")
_ID_LENGTH = 500
_COUNT = re.compile(r"([0-9]{1,6})(?: authors?)?", re.IGNORECASE)
_SEPARATORS = re.compile(" ?; ?| and ")  # of a text with no two spaces together
_KINDS = {dict: "an object", list: "a list", bool: "true or false", float: "a number", int: "a number", str: "text"}


class Unusable(Exception):
    """Says why a row is no paper; never leaves this package."""


def json_lines(name: str, lines: Iterable[SourceLine], year: int) -> Iterator[Entry | Rejection]:
    """One object a line; blank lines are passed over."""
    for line in lines:
        if line.fault:
            yield Rejection(name, line.number, line.fault)
        elif line.text.strip():
            yield _read(name, line.number, line.text, year)


def _read(name: str, line: int, text: str, year: int) -> Entry | Rejection:
    try:
        value = json.loads(text, parse_constant=no_constant)
    except (ValueError, RecursionError, Unusable) as error:
        return Rejection(name, line, broken(error))
    return entry(name, line, value, year)


def broken(error: Exception) -> str:
    """Why a text is no JSON."""
    if isinstance(error, json.JSONDecodeError):
        return f"is not valid JSON: {error.msg[:1].lower()}{error.msg[1:]} at character {error.colno}"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return str(error) if isinstance(error, Unusable) else "holds a number of too many digits"


def no_constant(constant: str) -> Never:
    """Refuse NaN and Infinity, which JSON does not have."""
    raise Unusable(f"is not valid JSON: {constant} is not a JSON value")


def entry(name: str, line: int, value: object, year: int) -> Entry | Rejection:
    """One object as an entry; `year` is that of dates without one."""
    if not isinstance(value, dict):
        return Rejection(name, line, f"is {_kind(value)}, not a JSON object")
    row = {str(key).strip().lower(): field for key, field in value.items()}
    try:
        return _entry(name, line, row, year)
    except Unusable as reason:
        return Rejection(name, line, str(reason))


def _entry(name: str, line: int, row: Mapping[str, Any], year: int) -> Entry:
    title = _text(row, ("title",))
    abstract = _text(row, ABSTRACTS)
    if not title:
        raise Unusable("has no title" if "title" not in row else "has an empty title")
    if reason := lengthy(title):
        raise Unusable(reason)
    if not abstract:
        present = any(key in row for key in ABSTRACTS)
        raise Unusable("has an empty abstract" if present else "has no abstract (nor text, nor summary)")
    authors, count = _authors(row.get("authors"))
    dated = _date(row, year)
    listing = Listing(name, line, title, date=dated.date, date_inferred=dated.inferred, author_count=count)
    return Entry(listing, abstract, id=_id(row), authors=authors, url=_text(row, _URLS) or None)


def _text(row: Mapping[str, Any], keys: Iterable[str]) -> str:
    """The first of the fields that is not empty."""
    for key in keys:
        value = row.get(key)
        if value is None:
            continue
        if not isinstance(value, str):
            raise Unusable(f"{key} is {_kind(value)}, not text")
        if reason := fault(value):
            raise Unusable(f"{key} {reason}")
        if text := stored(value):
            return text
    return ""


def _id(row: Mapping[str, Any]) -> str | None:
    """Exactly as given: white space is kept, but an id that is only white space is none."""
    for key in _IDS:
        value = row.get(key)
        if value is None or value == "":
            continue
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            raise Unusable(f"{key} is {_fraction(value)}, not text or a whole number")
        given = str(value)
        if reason := fault(given) or ("holds a control character" if not given.isprintable() else ""):
            raise Unusable(f"{key} {reason}")
        if len(given) > _ID_LENGTH:
            raise Unusable(f"{key} is {len(given)} characters long; the limit is {_ID_LENGTH}")
        if given.strip():
            return given
    return None


def _fraction(value: object) -> str:
    return "a number with a fraction" if isinstance(value, float) else _kind(value)


def _date(row: Mapping[str, Any], year: int) -> ResolvedDate:
    """Of the first field that is not empty; a date nobody can read is told, since dropping it would not be."""
    for key in _DATES:
        value = row.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        words = row_words(str(value)) if isinstance(value, (str, int)) and not isinstance(value, bool) else None
        dated = settle(words, year) if words is not None else ResolvedDate(None)
        if dated.date is None:
            raise Unusable(f"{key} {shown(value)} is no date; write 2024, 2024-05 or 2024-05-31")
        return ResolvedDate(dated.date, dated.inferred)
    return ResolvedDate(None)


def _authors(value: object) -> tuple[tuple[str, ...], int | None]:
    """Names and their number: a list, names between ";" or " and ", or only a count."""
    if value is None:
        return (), None
    if isinstance(value, int) and not isinstance(value, bool):
        return (), value if 0 < value < 1_000_000 else None
    if isinstance(value, str):
        if count := _COUNT.fullmatch(value.strip()):
            return (), int(count[1]) or None
        names: list[object] = list(_SEPARATORS.split(" ".join(value.split())))
    elif isinstance(value, list):
        names = [author.get("name") if isinstance(author, dict) else author for author in value]
    else:
        raise Unusable(f"authors is {_kind(value)}, not a list of names")
    found = tuple(text for author in names if (text := _text({"an author": author or ""}, ("an author",))))
    return found, len(found) or None


def _kind(value: object) -> str:
    return "null" if value is None else _KINDS.get(type(value), "something else")
