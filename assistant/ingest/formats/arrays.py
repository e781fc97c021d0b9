"""JSON over several lines -> entries: the objects of an array, or one after the other, each at its own line."""

import json
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator

from assistant.domain.records import Entry, Rejection
from assistant.ingest import files
from assistant.ingest.files import SourceLine
from assistant.ingest.formats.jsonl import Unusable, broken, entry, no_constant

_BETWEEN = re.compile(r"[\s,\[\]]*")  # what may stand between two objects


def json_text(name: str, lines: Iterable[SourceLine], year: int) -> Iterator[Entry | Rejection]:
    """An array of objects, or objects that go over several lines; what follows a syntax error cannot be read."""
    kept = _kept(lines)
    if kept is None:
        limit = f"{files.STREAM_LIMIT // files.MEGABYTE} MB"
        yield Rejection(name, 0, f"is one JSON text of more than {limit}; write one object a line, or split it")
        return
    faulty = [line for line in kept if line.fault]
    numbers = [line.number for line in faulty]
    text = "\n".join(line.text.replace("\0", "\ufffd") for line in kept)
    decoder = json.JSONDecoder(parse_constant=no_constant)
    end, number = 0, kept[0].number
    while (start := _end(text, end)) < len(text):
        number += text.count("\n", end, start)
        place = bisect_left(numbers, number)
        fault = faulty[place] if place < len(faulty) else None
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError, Unusable) as error:
            line, reason = (fault.number, fault.fault) if fault else (number, broken(error))
            yield Rejection(name, line, f"{reason}; nothing after it was read; write one object a line")
            return
        last = number + text.count("\n", start, end)
        if fault is not None and fault.number <= last:
            yield Rejection(name, fault.number, fault.fault)
        else:
            yield entry(name, number, value, year)
        number = last


def _kept(lines: Iterable[SourceLine]) -> list[SourceLine] | None:
    """Every line, as long as all of them together are not over the limit."""
    kept: list[SourceLine] = []
    size = 0
    for line in lines:
        size += files.size_of(line.text) + 1
        if size > files.STREAM_LIMIT:
            return None
        kept.append(line)
    return kept


def _end(text: str, position: int) -> int:
    match = _BETWEEN.match(text, position)
    return match.end() if match else position
