"""CSV with a header -> entries: one paper a record, whatever the separator; a broken record costs only itself."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from assistant.domain.records import Entry, Rejection
from assistant.ingest.files import Head, Source, SourceLine
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.jsonl import ABSTRACTS, ZOTERO_ABSTRACT, entry

_SEPARATORS = ",;\t"


@dataclass(slots=True)
class _Record:
    """The lines taken for one record, and its fields or the reason there are none."""

    lines: list[SourceLine] = field(default_factory=list)
    fields: Sequence[str] = ()
    reason: str = ""


def is_csv(head: Head) -> bool:
    """Whether the first line is a header that names a title and an abstract."""
    return _separator(head.first_line) is not None


def read_csv(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """Every record below the header, at the line where it begins."""
    year = context.year(source)
    first = next((line for line in source.lines if line.text.strip()), None)
    separator = _separator(first.text) if first is not None else None
    if first is None or separator is None:
        yield Rejection(source.name, first.number if first else 0, "has no header that names a title and an abstract")
        return
    header = _header(first.text, separator)
    for record in _records(source.lines, separator):
        number = record.lines[0].number
        faulty = next((line for line in record.lines if line.fault), None)
        if faulty is not None:
            yield Rejection(source.name, faulty.number, faulty.fault)
        elif record.reason:
            yield Rejection(source.name, number, record.reason)
        elif len(record.fields) > len(header):
            yield Rejection(source.name, number, f"has {len(record.fields)} fields; the header names {len(header)}")
        elif any(text.strip() for text in record.fields):
            row = {key: text for key, text in zip(header, record.fields, strict=False) if key and text.strip()}
            if ZOTERO_ABSTRACT in header:
                from assistant.ingest.formats import zotero

                yield zotero.entry(source.name, number, row, context)
            else:
                yield entry(source.name, number, row, year, needs_abstract=context.needs_abstracts)


def _records(lines: Iterator[SourceLine], separator: str) -> Iterator[_Record]:
    """Records in order; after a broken one, reading goes on at the line below the one where it began."""
    waiting: deque[SourceLine] = deque()
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        record = _record(chain([line], _drain(waiting), lines), separator)
        if record.reason:
            waiting.extendleft(reversed(record.lines[1:]))
            record.lines = record.lines[:1]
        yield record


def _drain(waiting: deque[SourceLine]) -> Iterator[SourceLine]:
    while waiting:
        yield waiting.popleft()


def _record(lines: Iterable[SourceLine], separator: str) -> _Record:
    record = _Record()

    def texts() -> Iterator[str]:
        for line in lines:
            record.lines.append(line)
            yield "" if line.fault else line.text + "\n"

    try:
        record.fields = next(csv.reader(texts(), delimiter=separator, strict=True, skipinitialspace=True), ())
    except csv.Error as error:
        record.reason = _fault(str(error))
    return record


def _fault(message: str) -> str:
    if "field larger" in message:
        return (
            f"has a field of more than {csv.field_size_limit():,} characters, or a quotation mark that is never closed"
        )
    if "unexpected end" in message:
        return "has a quotation mark that is never closed"
    if "expected after" in message:
        return "has text right after a closing quotation mark; double the quotation marks inside a field"
    return f"is not valid CSV: {message}"


def _separator(line: str) -> str | None:
    """The separator of a header that names a title and an abstract; None where the line is no such header."""
    return next((mark for mark in _SEPARATORS if _names_a_paper(_header(line, mark))), None)


def _header(line: str, separator: str) -> list[str]:
    try:
        fields = next(csv.reader([line], delimiter=separator, strict=True, skipinitialspace=True), [])
    except csv.Error:
        return []
    return [name.strip().lower() for name in fields]


def _names_a_paper(names: Sequence[str]) -> bool:
    return "title" in names and any(name in names for name in (*ABSTRACTS, ZOTERO_ABSTRACT))
