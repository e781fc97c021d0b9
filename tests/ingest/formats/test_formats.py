"""The seam for source formats: a new one is a row, is recognised by bytes or by text, and reads any kind of source."""

import gzip
import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from support.pages import ABSTRACT, TITLE, TODAY

from assistant.domain.records import Entry, Listing, Rejection
from assistant.ingest import FORMATS, Format, ReadContext, read
from assistant.ingest.files import Head, Source
from assistant.ingest.formats import recognise

MAGIC = b"%PDF-toy\0\1\2\3\4\5\6\7\xff\xfe\n"


def sniff_records(head: Head) -> bool:
    return head.data.startswith(MAGIC)


def read_records(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """Records after the magic: a year (0: none), then title and abstract, each of them with its length before it."""
    stream = source.rewound()
    stream.read(len(MAGIC))
    number = 0
    while year := stream.read(2):
        number += 1
        title, abstract = (stream.read(int.from_bytes(stream.read(2), "big")).decode() for _ in "ta")
        written = int.from_bytes(year, "big")
        day = date(written or context.year(source), 1, 1)
        yield Entry(Listing(source.name, number, title, day, date_inferred=not written), abstract)


def record(title: str, abstract: str, year: int = 0) -> bytes:
    fields = b"".join(len(data).to_bytes(2, "big") + data for data in (title.encode(), abstract.encode()))
    return year.to_bytes(2, "big") + fields


def sniff_cards(head: Head) -> bool:
    return head.first_line == "@cards"


def read_cards(source: Source, _: ReadContext) -> Iterator[Entry | Rejection]:
    """A card a line: `title | abstract`."""
    for line in source.lines:
        title, bar, abstract = line.text.partition(" | ")
        if line.fault:
            yield Rejection(source.name, line.number, line.fault)
        elif bar:
            yield Entry(Listing(source.name, line.number, title), abstract)


TOYS = (Format("toy records", sniff_records, read_records), Format("toy cards", sniff_cards, read_cards))
RECORDS = MAGIC + record(TITLE, ABSTRACT, 2019) + record("Elms", "Wide. " * 2_000)
CARDS = f"\n@cards\n{TITLE} | {ABSTRACT}\n".encode() + b"na\xefve\nElms | Wide.\n"


def record_entries(name: str, year: int) -> list[Entry]:
    return [
        Entry(Listing(name, 1, TITLE, date(2019, 1, 1)), ABSTRACT),
        Entry(Listing(name, 2, "Elms", date(year, 1, 1), date_inferred=True), "Wide. " * 2_000),
    ]


def card_entries(name: str) -> list[Entry | Rejection]:
    return [
        Entry(Listing(name, 3, TITLE), ABSTRACT),
        Rejection(name, 4, "is not UTF-8 text (byte 0xEF at character 3)"),
        Entry(Listing(name, 5, "Elms"), "Wide."),
    ]


def test_formats_of_bytes_and_of_text_are_read_from_files_folders_gzip_and_standard_input(tmp_path: Path) -> None:
    for name, data in (("a.toy", RECORDS), ("sub/b.toy", CARDS), ("c.csv", f"title,text\n{TITLE},{ABSTRACT}".encode())):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(data, mtime=0))
    formats = (*TOYS, *FORMATS)
    as_of = date(2021, 6, 1)
    csv_entries = [Entry(Listing(name, 2, TITLE), ABSTRACT) for name in ("c.csv", "c.csv.gz")]
    assert list(read([str(tmp_path)], as_of, TODAY, formats=formats)) == [
        *record_entries("a.toy", 2021),
        *record_entries("a.toy.gz", 2021),
        *csv_entries,
        *card_entries("sub/b.toy"),
        *card_entries("sub/b.toy.gz"),
    ]
    for path in (tmp_path / "a.toy", tmp_path / "a.toy.gz"):
        assert list(read([str(path)], as_of, TODAY, formats=formats)) == record_entries(path.name, 2021)
        stdin = io.BytesIO(path.read_bytes())
        assert list(read(["-"], None, TODAY, stdin, formats=formats)) == record_entries("-", 2026)
    for data in (CARDS, gzip.compress(CARDS, mtime=0)):
        assert list(read(["-"], None, TODAY, io.BytesIO(data), formats=formats)) == card_entries("-")


def test_without_its_row_a_source_is_refused_as_what_it_looks_like() -> None:
    assert list(read(["-"], None, TODAY, io.BytesIO(RECORDS))) == [
        Rejection("-", 0, "is a PDF document, not a listing")
    ]
    only = FORMATS[1:4]
    assert list(read(["-"], None, TODAY, io.BytesIO(b"prose"), formats=only)) == [
        Rejection("-", 0, "no paper was recognised")
    ]


def test_a_reader_that_fails_in_the_middle_is_told_with_its_source() -> None:
    def fail(source: Source, _: ReadContext) -> Iterator[Entry | Rejection]:
        yield Entry(Listing(source.name, 1, TITLE), ABSTRACT)
        raise OSError(5, "Input/output error")

    formats = (Format("broken", lambda head: True, fail),)
    assert list(read(["-"], None, TODAY, io.BytesIO(b"x"), formats=formats)) == [
        Entry(Listing("-", 1, TITLE), ABSTRACT),
        Rejection("-", 0, "cannot be read: input/output error"),
    ]


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        ((), "Daily Papers page"),
        (("<?xml version='1.0'?>", '{"a": 1}', '{"a": 1}'), "HTML or XML"),
        (("[", '{"a": 1}'), "JSON text"),
        (("{", '"a": 1}'), "JSON text"),
        (('{"a": 1}', "prose", "prose"), "JSON lines"),
        (("oops", '{"a": 1}', '{"a": 1}'), "JSON lines"),
        (("oops", '{"a": 1}'), "Daily Papers page"),
        (("Abstract;Title",), "CSV"),
        (("Title",), "Daily Papers page"),
    ],
)
def test_the_first_lines_decide_the_format(lines: tuple[str, ...], name: str) -> None:
    format = recognise(Head("\n".join(lines).encode(), lines), FORMATS)
    assert format is not None
    assert format.name == name
