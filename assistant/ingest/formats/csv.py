"""CSV with a header -> entries: one paper a record, whatever the separator; a broken record costs only itself."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from assistant.domain.records import Entry, Rejection
from assistant.ingest.files import SourceLine
from assistant.ingest.formats.jsonl import ABSTRACTS, entry

_SEPARATORS = ",;\t"


@dataclass(slots=True)
class _Record:
    """The lines taken for one record, and its fields or the reason there are none."""

    lines: list[SourceLine] = field(default_factory=list)
    fields: Sequence[str] = ()
    reason: str = ""


def separator(line: str) -> str | None:
    """The separator of a header that names a title and an abstract; None where the line is no such header."""
    return next((mark for mark in _SEPARATORS if _is_header(_header(line, mark))), None)


def csv_rows(name: str, lines: Iterable[SourceLine], year: int) -> Iterator[Entry | Rejection]:
    """Every record below the header, at the line where it begins."""
    rest = iter(lines)
    first = next((line for line in rest if line.text.strip()), None)
    mark = separator(first.text) if first is not None else None
    if first is None or mark is None:
        yield Rejection(name, first.number if first else 0, "has no header that names a title and an abstract")
        return
    header = _header(first.text, mark)
    for record in _records(rest, mark):
        number = record.lines[0].number
        faulty = next((line for line in record.lines if line.fault), None)
        if faulty is not None:
            yield Rejection(name, faulty.number, faulty.fault)
        elif record.reason:
            yield Rejection(name, number, record.reason)
        elif len(record.fields) > len(header):
            yield Rejection(name, number, f"has {len(record.fields)} fields; the header names {len(header)}")
        elif any(text.strip() for text in record.fields):
            row = {key: text for key, text in zip(header, record.fields, strict=False) if key and text.strip()}
            yield entry(name, number, row, year)


def _records(lines: Iterator[SourceLine], mark: str) -> Iterator[_Record]:
    """Records in order; after a broken one, reading goes on at the line below the one where it began."""
    waiting: deque[SourceLine] = deque()
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        record = _record(chain([line], _taken(waiting), lines), mark)
        if record.reason:
            waiting.extendleft(reversed(record.lines[1:]))
            record.lines = record.lines[:1]
        yield record


def _taken(waiting: deque[SourceLine]) -> Iterator[SourceLine]:
    while waiting:
        yield waiting.popleft()


def _record(lines: Iterable[SourceLine], mark: str) -> _Record:
    record = _Record()

    def taken() -> Iterator[str]:
        for line in lines:
            record.lines.append(line)
            yield "" if line.fault else line.text + "\n"

    try:
        record.fields = next(csv.reader(taken(), delimiter=mark, strict=True, skipinitialspace=True), ())
    except csv.Error as error:
        record.reason = _plain(str(error))
    return record


def _plain(message: str) -> str:
    if "field larger" in message:
        return (
            f"has a field of more than {csv.field_size_limit():,} characters, or a quotation mark that is never closed"
        )
    if "unexpected end" in message:
        return "has a quotation mark that is never closed"
    if "expected after" in message:
        return "has text right after a closing quotation mark; double the quotation marks inside a field"
    return f"is not valid CSV: {message}"


def _header(line: str, mark: str) -> list[str]:
    try:
        fields = next(csv.reader([line], delimiter=mark, strict=True, skipinitialspace=True), [])
    except csv.Error:
        return []
    return [name.strip().lower() for name in fields]


def _is_header(names: Sequence[str]) -> bool:
    return "title" in names and any(name in names for name in ABSTRACTS)
