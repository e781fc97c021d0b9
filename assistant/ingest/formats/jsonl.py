"""JSON lines, arrays and objects over several lines -> entries: one paper an object, or in plain words why not."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Never

from assistant.domain.identifiers import global_ids
from assistant.domain.limits import ADDRESS_LIMIT, AUTHOR_LIMIT, NAME_LIMIT, excess
from assistant.domain.records import Entry, Listing, Rejection
from assistant.ingest.dates import ResolvedDate, resolve, row_date
from assistant.ingest.fields import excerpt, length_fault, text_fault, tidy
from assistant.ingest.files import MEGABYTE, Head, Source, SourceLine, size_of
from assistant.ingest.formats.base import ReadContext

ABSTRACTS = ("abstract", "text", "summary")
ZOTERO_ABSTRACT = "abstract note"
"""The column of an abstract in Zotero's CSV, and in no other."""
_IDS = ("_id", "id")
_GLOBAL_IDS = ("arxiv", "arxiv_id", "doi")
_DATES = ("date", "published", "publishedat", "publicationdate", "published_at", "publication_date", "year")
_URLS = ("url", "link")
_ID_LENGTH = 500
_COUNT = re.compile(r"([0-9]{1,6})(?: authors?)?", re.IGNORECASE)
_SEPARATORS = re.compile(" ?; ?| and ")  # of a text with no two spaces together
_KINDS = {dict: "an object", list: "a list", bool: "true or false", float: "a number", int: "a number", str: "text"}
# How a line begins that holds an object, opens one over several lines, or opens an array.
_OBJECT = re.compile(r'\s*\{\s*"')
_OPEN_OBJECT = re.compile(r"\s*\{\s*$")
_ARRAY = re.compile(r"\s*\[\s*(?:\{|$|\]|\[)")
_BETWEEN = re.compile(r"[\s,\[\]]*")  # what may stand between two objects


class Unusable(Exception):
    """Says why a row is no paper; never leaves this package."""


def is_json_text(head: Head) -> bool:
    """Whether a source begins as an array does, or as an object over several lines."""
    return bool(_ARRAY.match(head.first_line) or _OPEN_OBJECT.match(head.first_line))


def is_json_lines(head: Head) -> bool:
    """Whether the first line or most of the first lines begin as an object does."""
    objects = sum(bool(_OBJECT.match(line)) for line in head.lines)
    return 2 * objects > len(head.lines) or bool(_OBJECT.match(head.first_line))


def read_json_lines(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """One object a line; blank lines are passed over."""
    year = context.year(source)
    for line in source.lines:
        if line.fault:
            yield Rejection(source.name, line.number, line.fault)
        elif line.text.strip():
            yield _line_entry(source.name, line, year, context)


def read_json_text(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """An array of objects, or objects that go over several lines; what follows a syntax error cannot be read."""
    year = context.year(source)
    lines = _lines_within(source.lines, source.size_limit)
    if lines is None:
        limit = f"{source.size_limit // MEGABYTE} MB"
        yield Rejection(source.name, 0, f"is one JSON text of more than {limit}; write one object a line, or split it")
        return
    faulty_lines = [line for line in lines if line.fault]
    faulty_numbers = [line.number for line in faulty_lines]
    text = "\n".join(line.text.replace("\0", "\ufffd") for line in lines)
    decoder = json.JSONDecoder(parse_constant=refuse_constant)
    end, number = 0, lines[0].number
    while (start := object_start(text, end)) < len(text):
        number += text.count("\n", end, start)
        place = bisect_left(faulty_numbers, number)
        faulty = faulty_lines[place] if place < len(faulty_lines) else None
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError, Unusable) as error:
            at, reason = (faulty.number, faulty.fault) if faulty else (number, syntax_fault(error))
            yield Rejection(source.name, at, f"{reason}; nothing after it was read; write one object a line")
            return
        last = number + text.count("\n", start, end)
        if faulty is not None and faulty.number <= last:
            yield Rejection(source.name, faulty.number, faulty.fault)
        else:
            yield entry(source.name, number, value, year, needs_abstract=context.needs_abstracts)
        number = last


def _line_entry(name: str, line: SourceLine, year: int, context: ReadContext) -> Entry | Rejection:
    try:
        value = json.loads(line.text, parse_constant=refuse_constant)
    except (ValueError, RecursionError, Unusable) as error:
        return Rejection(name, line.number, syntax_fault(error))
    return entry(name, line.number, value, year, needs_abstract=context.needs_abstracts)


def _lines_within(lines: Iterable[SourceLine], limit: int) -> list[SourceLine] | None:
    """Every line, unless all of them together have more bytes than the limit."""
    within: list[SourceLine] = []
    size = 0
    for line in lines:
        size += size_of(line.text) + 1
        if size > limit:
            return None
        within.append(line)
    return within


def object_start(text: str, position: int) -> int:
    """Where the next object begins after a position, past commas and brackets."""
    match = _BETWEEN.match(text, position)
    return match.end() if match else position


def syntax_fault(error: Exception) -> str:
    """Why a text is no JSON."""
    if isinstance(error, json.JSONDecodeError):
        return f"is not valid JSON: {error.msg[:1].lower()}{error.msg[1:]} at character {error.colno}"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return str(error) if isinstance(error, Unusable) else "holds a number of too many digits"


def refuse_constant(constant: str) -> Never:
    """NaN and Infinity are not in JSON."""
    raise Unusable(f"is not valid JSON: {constant} is not a JSON value")


def entry(name: str, line: int, value: object, year: int, *, needs_abstract: bool = True) -> Entry | Rejection:
    """One object as an entry, or why it is none; `year` is that of dates without one."""
    if not isinstance(value, dict):
        return Rejection(name, line, f"is {_kind(value)}, not a JSON object")
    row = {str(key).strip().lower(): field for key, field in value.items()}
    try:
        return _entry(name, line, row, year, needs_abstract=needs_abstract)
    except Unusable as reason:
        return Rejection(name, line, str(reason))


def _entry(name: str, line: int, row: Mapping[str, Any], year: int, *, needs_abstract: bool) -> Entry:
    title = _text(row, ("title",))
    abstract = _text(row, ABSTRACTS)
    if not title:
        raise Unusable("has no title" if "title" not in row else "has an empty title")
    if reason := length_fault(title, abstract):
        raise Unusable(reason)
    if not abstract and needs_abstract:
        present = any(key in row for key in ABSTRACTS)
        raise Unusable("has an empty abstract" if present else "has no abstract (nor text, nor summary)")
    authors, count = _authors(row.get("authors"))
    resolved = _date(row, year)
    listing = Listing(name, line, title, date=resolved.date, date_inferred=resolved.inferred, author_count=count)
    url = _text(row, _URLS)
    if reason := excess(url, ADDRESS_LIMIT):
        raise Unusable(f"url {reason}")
    ids = [id for id in (_id(row), *global_ids([_text(row, (key,)) for key in _GLOBAL_IDS])) if id]
    return Entry(listing, abstract, id=next(iter(ids), None), authors=authors, url=url or None, aliases=tuple(ids[1:]))


def _text(row: Mapping[str, Any], keys: Iterable[str]) -> str:
    """The first of the fields that is not empty."""
    for key in keys:
        value = row.get(key)
        if value is None:
            continue
        if not isinstance(value, str):
            raise Unusable(f"{key} is {_kind(value)}, not text")
        if reason := text_fault(value):
            raise Unusable(f"{key} {reason}")
        if text := tidy(value):
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
        if reason := text_fault(given) or ("holds a control character" if not given.isprintable() else ""):
            raise Unusable(f"{key} {reason}")
        if len(given) > _ID_LENGTH:
            raise Unusable(f"{key} is {len(given)} characters long; the limit is {_ID_LENGTH}")
        if given.strip():
            return given
    return None


def _fraction(value: object) -> str:
    return "a number with a fraction" if isinstance(value, float) else _kind(value)


def _date(row: Mapping[str, Any], year: int) -> ResolvedDate:
    """That of the first date field that is not empty; where nobody can read it, the row is refused with the reason."""
    for key in _DATES:
        value = row.get(key)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        written = row_date(str(value)) if isinstance(value, (str, int)) and not isinstance(value, bool) else None
        resolved = resolve(written, year) if written is not None else ResolvedDate(None)
        if resolved.date is None:
            raise Unusable(f"{key} {excerpt(value)} is no date; write 2024, 2024-05 or 2024-05-31")
        return ResolvedDate(resolved.date, resolved.inferred)
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
        authors: list[object] = list(_SEPARATORS.split(" ".join(value.split())))
    elif isinstance(value, list):
        authors = [author.get("name") if isinstance(author, dict) else author for author in value]
    else:
        raise Unusable(f"authors is {_kind(value)}, not a list of names")
    if len(authors) > AUTHOR_LIMIT:
        raise Unusable(f"authors has {len(authors):,} names; the limit is {AUTHOR_LIMIT:,}")
    names = tuple(name for author in authors if (name := _text({"an author": author or ""}, ("an author",))))
    if reason := excess(max(names, key=len, default=""), NAME_LIMIT):
        raise Unusable(f"an author {reason}")
    return names, len(names) or None


def _kind(value: object) -> str:
    return "null" if value is None else _KINDS.get(type(value), "something else")
