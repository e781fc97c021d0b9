"""Rows and arrays of JSON as entries, and why a row is none."""

import io
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pages import ABSTRACT, ROW, TITLE, TODAY, entry, read_rows

from assistant.domain.records import Entry, Listing, Rejection
from assistant.ingest.files import Source, sources
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.jsonl import read_json_text


def reason(row: object) -> str:
    """Why the row, standing below a good one, is rejected."""
    text = row if isinstance(row, str) else json.dumps(row)
    good, bad = read_rows(json.dumps(ROW) + "\n" + text + "\n")
    assert good == entry()
    assert isinstance(bad, Rejection)
    assert (bad.source, bad.line) == ("-", 2)
    return bad.reason


def test_a_row_with_every_field_is_read_whole() -> None:
    row = {
        "_id": "2401.00001",
        "Title": f"  {TITLE}\n",
        "abstract": "Trees grow\n until they stop.",
        "date": "2024-05",
        "authors": ["Ann Ash", "Ben Birch"],
        "url": "https://example.org/trees",
        "week": 3,
    }
    assert read_rows(json.dumps(row)) == [
        Entry(
            Listing("-", 1, TITLE, date=date(2024, 5, 1), date_inferred=True, author_count=2),
            ABSTRACT,
            id="2401.00001",
            authors=("Ann Ash", "Ben Birch"),
            url="https://example.org/trees",
        )
    ]


@pytest.mark.parametrize("field", ["abstract", "text", "summary"])
def test_the_abstract_has_three_names(field: str) -> None:
    assert read_rows(json.dumps({"title": TITLE, field: ABSTRACT})) == [entry()]


@pytest.mark.parametrize(
    ("given_id", "expected"),
    [("A b ", "A b "), (17, "17"), (-3, "-3"), ("", None), ("  ", None), (None, None), ("007", "007")],
)
def test_an_id_is_kept_exactly_as_given(given_id: object, expected: str | None) -> None:
    (row,) = read_rows(json.dumps({**ROW, "id": given_id}))
    assert isinstance(row, Entry)
    assert row.id == expected


@pytest.mark.parametrize(
    ("authors", "names", "count"),
    [
        ("Ash, Ann; Birch, Ben", ("Ash, Ann", "Birch, Ben"), 2),
        ("Ann Ash and Ben Birch", ("Ann Ash", "Ben Birch"), 2),
        ("Sandy Anderson", ("Sandy Anderson",), 1),
        ([{"name": "Ann Ash"}, "Ben Birch", ""], ("Ann Ash", "Ben Birch"), 2),
        (4, (), 4),
        ("4", (), 4),
        ("4 authors", (), 4),
        ([], (), None),
        ("", (), None),
        (None, (), None),
    ],
)
def test_authors_are_a_list_a_text_or_a_count(authors: object, names: tuple[str, ...], count: int | None) -> None:
    (row,) = read_rows(json.dumps({**ROW, "authors": authors}))
    assert isinstance(row, Entry)
    assert (row.authors, row.listing.author_count) == (names, count)


@pytest.mark.parametrize(
    ("fields", "day", "inferred"),
    [
        ({"date": "2024-05-03"}, date(2024, 5, 3), False),
        ({"published": "2024-05-03T10:00:00Z"}, date(2024, 5, 3), False),
        ({"publishedAt": "2024"}, date(2024, 1, 1), True),
        ({"year": 2024}, date(2024, 1, 1), True),
        ({"date": "Feb 29"}, date(2024, 2, 29), True),
        ({"date": "", "published": "2023-01-02"}, date(2023, 1, 2), False),
        ({"date": " \n"}, None, False),
        ({"date": None}, None, False),
    ],
)
def test_a_row_is_dated_by_the_first_field_that_holds_something(
    fields: dict[str, object], day: date | None, inferred: bool
) -> None:
    assert read_rows(json.dumps({**ROW, **fields})) == [entry(date=day, date_inferred=inferred)]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("2024-13-45", '"2024-13-45"'),
        ("Feb 30", '"Feb 30"'),
        ("soon\x1b[1m", '"soon\\u001b[1m"'),
        ("\ud800", '"\ufffd"'),
        ({}, "{}"),
        ([2024], "[2024]"),
        (True, "true"),
        (2024.5, "2024.5"),
        (0, "0"),
        ("on a day that nobody would call one, whatever the year", '"on a day that nobody would call one, w…'),
    ],
)
@pytest.mark.parametrize("field", ["date", "published"])
def test_a_date_nobody_can_read_is_told_and_not_dropped(field: str, value: object, shown: str) -> None:
    assert reason({**ROW, field: value}) == f"{field} {shown} is no date; write 2024, 2024-05 or 2024-05-31"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("{", "is not valid JSON: expecting property name enclosed in double quotes at character 2"),
        ('{"title": NaN, "abstract": "x"}', "is not valid JSON: NaN is not a JSON value"),
        ('{"title": ' + "[" * 100_000, "is nested too deeply"),
        ('{"title": "t", "id": ' + "9" * 10_000 + "}", "holds a number of too many digits"),
        ("[1, 2]", "is a list, not a JSON object"),
        ("7", "is a number, not a JSON object"),
        ('"word"', "is text, not a JSON object"),
        ("null", "is null, not a JSON object"),
        ({"abstract": ABSTRACT}, "has no title"),
        ({"title": " \n ", "abstract": ABSTRACT}, "has an empty title"),
        ({"title": None, "abstract": ABSTRACT}, "has an empty title"),
        ({"title": TITLE}, "has no abstract (nor text, nor summary)"),
        ({"title": TITLE, "abstract": ""}, "has an empty abstract"),
        ({"title": 3, "abstract": ABSTRACT}, "title is a number, not text"),
        ({"title": TITLE, "abstract": ["a", "b"]}, "abstract is a list, not text"),
        ({**ROW, "url": {"a": 1}}, "url is an object, not text"),
        ({**ROW, "id": 1.5}, "id is a number with a fraction, not text or a whole number"),
        ({**ROW, "id": True}, "id is true or false, not text or a whole number"),
        ({**ROW, "id": "a\nb"}, "id holds a control character"),
        ({**ROW, "id": "x" * 501}, "id is 501 characters long; the limit is 500"),
        ({**ROW, "url": "x" * 2001}, "url is 2,001 characters long; the limit is 2,000"),
        ({**ROW, "authors": ["x" * 1001]}, "an author is 1,001 characters long; the limit is 1,000"),
        ({**ROW, "authors": ["x"] * 10_001}, "authors has 10,001 names; the limit is 10,000"),
        ({**ROW, "title": "x" * 1001}, "title is 1,001 characters long; the limit is 1,000"),
        ({**ROW, "authors": {"name": "Ann"}}, "authors is an object, not a list of names"),
        ({**ROW, "authors": [7]}, "an author is a number, not text"),
        ({**ROW, "authors": True}, "authors is true or false, not a list of names"),
        ({"title": "a\0b", "abstract": ABSTRACT}, "title holds a NUL character"),
        ('{"title": "\\ud800", "abstract": "x"}', "title holds half of a character (a lone surrogate)"),
    ],
)
def test_a_row_that_is_no_paper_is_rejected_at_its_line_in_plain_words(row: object, expected: str) -> None:
    assert reason(row) == expected


def test_control_characters_become_spaces() -> None:
    (row,) = read_rows(json.dumps({"title": "On\x1b[1mthe\x07Height", "abstract": "a\x9bb\u200bc"}))
    assert row == entry(title="On [1mthe Height", abstract="a bc")


def test_blank_lines_and_a_mark_of_byte_order_are_passed_over() -> None:
    text = "\ufeff\n" + json.dumps(ROW) + "\r\n\r\n" + json.dumps(ROW)
    assert read_rows(text) == [entry(2), entry(4)]


def test_a_bad_line_costs_only_itself() -> None:
    good = json.dumps(ROW).encode()
    big = b'{"title": "' + b"x" * 2_500_000 + b'"}'
    assert read_rows(b"\n".join([good, b'{"title": "na\xefve"}', big, b'{"nul": "\0"}', good])) == [
        entry(1),
        Rejection("-", 2, "is not UTF-8 text (byte 0xEF at character 14)"),
        Rejection("-", 3, "line is 2.5 MB long; the limit is 1 MB"),
        Rejection("-", 4, "holds a NUL character"),
        entry(5),
    ]


@pytest.mark.parametrize("start", ["oops", '{"title": "cut'])
def test_a_bad_first_line_does_not_hide_what_the_file_is(start: str) -> None:
    rejected, *rest = read_rows("\n".join([start, *[json.dumps(ROW)] * 3]))
    assert isinstance(rejected, Rejection)
    assert rejected.line == 1
    assert rest == [entry(2), entry(3), entry(4)]


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=5))
def test_no_value_of_any_field_breaks_a_row(value: object) -> None:
    for key in ("title", "abstract", "id", "date", "authors", "url"):
        assert len(read_rows(json.dumps({**ROW, key: value}))) == 1


def test_an_array_is_held_whole_only_up_to_a_limit(tmp_path: Path) -> None:
    path = tmp_path / "rows.json"
    path.write_text(json.dumps([{**ROW, "abstract": "x" * 100_000}] * 15, indent=1))

    def rows(limit: int) -> list[Entry | Rejection]:
        (source,) = sources([str(path)], io.BytesIO(), limit)
        assert isinstance(source, Source)
        with source.stream:
            return list(read_json_text(source, ReadContext(None, TODAY)))

    assert [type(row) for row in rows(path.stat().st_size + 1)] == [Entry] * 15
    reason = "is one JSON text of more than 1 MB; write one object a line, or split it"
    assert rows(path.stat().st_size) == rows(1_000_000) == [Rejection("rows.json", 0, reason)]


def test_line_separators_of_unicode_are_part_of_a_row() -> None:
    row = json.dumps({"title": "Trees\u2028in\x85rows", "abstract": "Tall.\u2029Wide."}, ensure_ascii=False)
    assert read_rows(f"{row}\n{row}") == [entry(line, "Trees in rows", "Tall. Wide.") for line in (1, 2)]


def test_characters_that_are_not_seen_are_not_stored() -> None:
    row = {"title": "Trans\xadformers", "abstract": "\ufeffA trans\u200bform\u200der. می\u200cخواهم 👩\u200d🔬."}
    assert read_rows(json.dumps(row)) == [entry(1, "Transformers", "A transformer. می\u200cخواهم 👩\u200d🔬.")]
