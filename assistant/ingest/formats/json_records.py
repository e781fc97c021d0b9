"""JSON of a service or a reference manager -> its objects, each with the line where it begins, or why there is none."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from assistant.domain.records import Entry, Rejection
from assistant.ingest.files import MEGABYTE, Head, Source
from assistant.ingest.formats import references
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.jsonl import Unusable, object_start, refuse_constant, syntax_fault
from assistant.ingest.formats.references import Reference

Record = Mapping[str, Any]
"""One object of JSON."""

_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")


def begins_with(head: Head, *keys: str) -> bool:
    """Whether a source is JSON whose first 8,192 bytes have each of these, which are regular expressions."""
    return bool(_BEGINNING.match(head.data)) and all(re.search(key.encode(), head.data) for key in keys)


def read(
    source: Source,
    context: ReadContext,
    records: Callable[[Record], Sequence[object]],
    reference: Callable[[Record, int], Reference],
) -> Iterator[Entry | Rejection]:
    """Every record of a source: an array of objects, one object a line, or an answer that holds several.

    `records` takes the records out of an object; `reference` reads one, which stands at a line. Where a record is not
    what it should be, `reference` may raise `AttributeError`, `KeyError`, `TypeError` or `ValueError`.
    """
    for line, value in _values(source):
        if isinstance(value, Rejection):
            yield value
            continue
        inner = records(value) if isinstance(value, dict) else [value]
        for number, record in enumerate(inner, 1):
            place = f"record {number} " if len(inner) > 1 else ""
            row = _row(source.name, line, record, context, reference)
            if row is not None:
                yield Rejection(row.source, row.line, place + row.reason) if isinstance(row, Rejection) else row


def text(value: object) -> str:
    """A field as text: of a list the first; "" for what is neither text nor a number."""
    if isinstance(value, list):
        value = next(iter(value), "")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else ""


def objects(value: object) -> list[Record]:
    """The objects of a list; none of what is no list."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def names(value: object) -> tuple[str, ...]:
    """The names of a list of authors, each a text or an object with a name."""
    authors = value if isinstance(value, list) else []
    return tuple(text(author.get("name")) if isinstance(author, dict) else text(author) for author in authors)


def _row(
    name: str, line: int, record: object, context: ReadContext, reference: Callable[[Record, int], Reference]
) -> Entry | Rejection | None:
    """None for null, which services give for what they do not know."""
    if record is None:
        return None
    if not isinstance(record, dict):
        return Rejection(name, line, "is not a JSON object")
    try:
        return references.entry(name, reference(record, line), context)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return Rejection(name, line, f"is not as the service writes it: {error}")


def _values(source: Source) -> Iterator[tuple[int, object]]:
    """(line, object) of an array's objects or of objects after one another; what follows a fault cannot be read."""
    data = source.rewound().read(source.size_limit + 1)
    if len(data) > source.size_limit:
        limit = f"{source.size_limit // MEGABYTE} MB"
        yield 0, Rejection(source.name, 0, f"is one JSON text of more than {limit}; split it")
        return
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        yield line, Rejection(source.name, line, f"is not UTF-8 text (byte 0x{data[error.start]:02X})")
        return
    decoder = json.JSONDecoder(parse_constant=refuse_constant)
    end, line = 0, 1
    while (start := object_start(content, end)) < len(content):
        line += content.count("\n", end, start)
        try:
            value, end = decoder.raw_decode(content, start)
        except (ValueError, RecursionError, Unusable) as error:
            reason = f"{syntax_fault(error)}; nothing after it was read"
            yield line, Rejection(source.name, line, reason)
            return
        yield line, value
        line += content.count("\n", start, end)
