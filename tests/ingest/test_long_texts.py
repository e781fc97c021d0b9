"""Texts made to be slow: the time to read them grows with their length, not with its square."""

import json

import pytest
from support.growth import check_linear
from support.pages import ABSTRACT, PAPERS, ROW, SPACED_HEAD, TITLE, entry, read_rows, spaced

from assistant.domain.records import Entry, Listing, Rejection
from assistant.domain.titles import normalise
from assistant.ingest.deduplicate import merge

LENGTH = 50_000


def filled(unit: str, length: int) -> str:
    return (unit * (length // len(unit) + 1))[:length]


@pytest.mark.parametrize(
    "unit", ["*a ", "_a ", " **a", "\\(", "\\(a", "$a", "[a", "[a](https://", "\\' ", "\\", "{", "*"]
)
def test_a_title_of_nothing_but_openings_is_normalised_at_once(unit: str) -> None:
    check_linear(lambda length: normalise(filled(unit, length)), LENGTH)


def test_an_accent_without_a_letter_is_looked_for_once() -> None:
    check_linear(lambda length: normalise("\\'" + " " * length + "!"), LENGTH)


@pytest.mark.parametrize("field", ["authors", "date", "title", "abstract", "url", "id"])
@pytest.mark.parametrize("unit", [" ", " and", " ;", "\u00a0", "a"])
def test_a_row_with_an_endless_field_is_read_at_once(field: str, unit: str) -> None:
    check_linear(lambda length: read_rows(json.dumps({**ROW, field: f"a{filled(unit, length)}b"})), LENGTH)


def test_names_far_apart_are_still_three() -> None:
    (row,) = read_rows(json.dumps({**ROW, "authors": f"Ann{' ' * LENGTH}Ash \n; \t Ben Birch\n and\n Cy"}))
    assert isinstance(row, Entry)
    assert row.authors == ("Ann Ash", "Ben Birch", "Cy")


@pytest.mark.parametrize("head", ["", SPACED_HEAD + spaced(PAPERS[:1]) + "\n\nA Title\n\n"])
@pytest.mark.parametrize(
    "unit", ["a", "www.", "http://", "a.com", ".'", "a.) ", "2020 ", "• 4 authors\n", "a word of a line\n", "\n"]
)
def test_a_page_of_one_thing_repeated_is_read_at_once(head: str, unit: str) -> None:
    check_linear(lambda length: read_rows(f"{head}{filled(unit, length)} end"), LENGTH)


def test_a_quotation_mark_never_closed_over_many_lines_is_read_at_once() -> None:
    def rows(count: int) -> list[Entry | Rejection]:
        return read_rows('title,abstract\n"open,b\n' + "a,b\n" * count)

    check_linear(rows, 30_000)
    unclosed = Rejection("-", 2, "has a quotation mark that is never closed")
    assert rows(1_000) == [unclosed, *(entry(line, "a", "b") for line in range(3, 1_003))]


def test_many_bad_lines_of_an_array_are_found_at_once() -> None:
    def rows(count: int) -> list[Entry | Rejection]:
        return read_rows("[\n" + '{"a": "\0"},\n' * count + (json.dumps(ROW) + ",\n") * 500 + "]")

    check_linear(rows, 8_000)
    assert [row for row in rows(8_000) if isinstance(row, Entry)] == [entry(line) for line in range(8_002, 8_502)]


def test_thousands_of_listings_of_one_paper_are_merged_at_once() -> None:
    def listings(first: int, count: int) -> list[Entry]:
        return [Entry(Listing("a", first + line, TITLE), ABSTRACT) for line in range(count)]

    known = {count: merge(listings(0, count)).papers for count in (1_250, 5_000)}
    check_linear(lambda count: merge(listings(5_000, count), known[count]), 5_000)
    (paper,) = merge(listings(5_000, 5_000), known[5_000]).papers
    assert paper.listings == tuple(each.listing for each in listings(5_000, 5_000))
