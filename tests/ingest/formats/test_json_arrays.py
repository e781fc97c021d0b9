"""An array of JSON as entries, each at its line."""

import json

import pytest
from support.pages import ROW, TITLE, entry, read_rows

from assistant.domain.records import Rejection


def test_an_array_is_read_object_by_object_each_at_its_line() -> None:
    text = json.dumps([ROW, {"title": TITLE}, ROW], indent=2)
    assert read_rows(text) == [entry(2), Rejection("-", 6, "has no abstract (nor text, nor summary)"), entry(9)]


def test_objects_over_several_lines_are_read() -> None:
    assert read_rows("\n\n".join([json.dumps(ROW, indent=1)] * 2)) == [entry(1), entry(6)]


def test_what_follows_a_syntax_error_in_an_array_is_not_read() -> None:
    first, second = read_rows("[" + json.dumps(ROW) + ",\n{oops},\n" + json.dumps(ROW) + "]")
    assert first == entry(1)
    assert isinstance(second, Rejection)
    assert second.line == 2
    assert second.reason.endswith("; nothing after it was read; write one object a line")


def test_a_bad_line_in_an_array_costs_only_its_object() -> None:
    text = json.dumps([ROW] * 3, indent=1).encode().split(b"\n")
    text[6] = text[6].replace(b"Trees", b"Tr\xe9es")
    text[10] = text[10].replace(b"Trees", b"Tr\0ees")
    assert read_rows(b"\n".join(text)) == [
        entry(2),
        Rejection("-", 7, "is not UTF-8 text (byte 0xE9 at character 32)"),
        Rejection("-", 11, "holds a NUL character"),
    ]


def test_an_array_on_one_line_has_the_limit_of_a_line() -> None:
    (row,) = read_rows(json.dumps([{**ROW, "abstract": "x" * 1_500_000}]))
    assert isinstance(row, Rejection)
    assert row.reason.startswith("line is 1.5 MB long; the limit is 1 MB; nothing after it was read")


@pytest.mark.parametrize("text", ["[]", "[\n]", " [ \n\n ] "])
def test_an_array_of_nothing_is_said_to_hold_no_paper(text: str) -> None:
    assert read_rows(text) == [Rejection("-", 0, "holds no paper")]
