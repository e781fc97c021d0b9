"""Records of CSV as entries, and why a record is none."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pages import ABSTRACT, TITLE, entry, read_rows

from assistant.domain.records import Entry, Listing, Rejection


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_may_be_separated_by_commas_semicolons_or_tabs(mark: str) -> None:
    text = f'\ufeffID{mark}TITLE{mark} Abstract\r\n7{mark}{TITLE}{mark}"Trees grow\r\nuntil they stop."\r\n'
    assert read_rows(text) == [Entry(Listing("-", 2, TITLE), ABSTRACT, id="7")]


def test_the_records_of_a_table_stand_at_the_lines_where_they_begin() -> None:
    text = f'title,text\n{TITLE},"Trees grow\n\nuntil\nthey stop."\n\n{TITLE},{ABSTRACT}\n,{ABSTRACT}\n'
    assert read_rows(text) == [entry(2), entry(7), Rejection("-", 8, "has no title")]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("a,b,c", "has 3 fields; the header names 2"),
        ('"a"b,c', "has text right after a closing quotation mark; double the quotation marks inside a field"),
        (
            "a," + "b" * 140_000,
            "has a field of more than 131,072 characters, or a quotation mark that is never closed",
        ),
        ("alone", "has no abstract (nor text, nor summary)"),
    ],
)
def test_a_broken_record_costs_only_itself(record: str, expected: str) -> None:
    good = f"{TITLE},{ABSTRACT}"
    assert read_rows("\n".join(["title,abstract", good, record, good])) == [
        entry(2),
        Rejection("-", 3, expected),
        entry(4),
    ]


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_rest() -> None:
    good = f"{TITLE},{ABSTRACT}"
    text = "\n".join(["title,abstract", '"open,b', good, good])
    assert read_rows(text) == [Rejection("-", 2, "has a quotation mark that is never closed"), entry(3), entry(4)]


def test_a_bad_line_in_a_table_costs_only_its_record() -> None:
    good = f"{TITLE},{ABSTRACT}".encode()
    assert read_rows(b"\n".join([b"title,abstract", b"na\xefve,b", b"x" * 2_000_000, good])) == [
        Rejection("-", 2, "is not UTF-8 text (byte 0xEF at character 3)"),
        Rejection("-", 3, "line is 2.0 MB long; the limit is 1 MB"),
        entry(4),
    ]


def test_records_of_empty_fields_are_passed_over() -> None:
    assert read_rows(f"title,abstract\n,\n{TITLE},{ABSTRACT}\n , \n") == [entry(3)]


def test_a_table_of_many_columns_is_read_by_their_names() -> None:
    text = f"year,authors,title,summary,url\n2024,Ann Ash; Ben Birch,{TITLE},{ABSTRACT},https://example.org\n"
    listing = Listing("-", 2, TITLE, date=date(2024, 1, 1), date_inferred=True, author_count=2)
    assert read_rows(text) == [Entry(listing, ABSTRACT, authors=("Ann Ash", "Ben Birch"), url="https://example.org")]


@pytest.mark.parametrize("below", ["", "\n", "\n\n,\n , \n"])
def test_a_header_without_a_record_is_said_to_hold_no_paper(below: str) -> None:
    assert read_rows("title,abstract" + below) == [Rejection("-", 0, "holds no paper")]


@settings(deadline=None)
@given(st.lists(st.lists(st.text(alphabet='ab",;\n\t '), max_size=3), max_size=5))
def test_no_table_breaks_the_reading(rows: list[list[str]]) -> None:
    text = "title,abstract\n" + "\n".join(",".join(row) for row in rows)
    for each in read_rows(text):
        line = each.listing.line if isinstance(each, Entry) else each.line
        assert 2 <= line <= text.count("\n") + 1 or each == Rejection("-", 0, "holds no paper")
