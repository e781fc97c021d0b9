"""Texts made to be slow: the time to read them grows with their length, not with its square."""

import json
import time
from collections.abc import Callable

import pytest
from support.pages import ABSTRACT, PAPERS, ROW, SPACED_HEAD, TITLE, entry, read_rows, spaced

from assistant.domain.records import Entry, Listing, Rejection
from assistant.domain.titles import normalise
from assistant.ingest.deduplicate import merge

LENGTH = 100_000
SECONDS = 2.0  # of processor time; generous: each takes a tenth, and took from 20 seconds to minutes before


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def filled(unit: str, length: int = LENGTH) -> str:
    return (unit * (length // len(unit) + 1))[:length]


@pytest.mark.parametrize(
    "unit", ["*a ", "_a ", " **a", "\\(", "\\(a", "$a", "[a", "[a](https://", "\\' ", "\\", "{", "*"]
)
def test_a_title_of_nothing_but_openings_is_normalised_at_once(unit: str) -> None:
    assert seconds(lambda: normalise(filled(unit))) < SECONDS


def test_an_accent_without_a_letter_is_looked_for_once() -> None:
    assert seconds(lambda: normalise("\\'" + " " * LENGTH + "!")) < SECONDS


@pytest.mark.parametrize("field", ["authors", "date", "title", "abstract", "url", "id"])
@pytest.mark.parametrize("unit", [" ", " and", " ;", "\u00a0", "a"])
def test_a_row_with_an_endless_field_is_read_at_once(field: str, unit: str) -> None:
    text = json.dumps({**ROW, field: f"a{filled(unit)}b"})
    assert seconds(lambda: read_rows(text)) < SECONDS


def test_names_far_apart_are_still_three() -> None:
    (row,) = read_rows(json.dumps({**ROW, "authors": f"Ann{' ' * LENGTH}Ash \n; \t Ben Birch\n and\n Cy"}))
    assert isinstance(row, Entry)
    assert row.authors == ("Ann Ash", "Ben Birch", "Cy")


@pytest.mark.parametrize("head", ["", SPACED_HEAD + spaced(PAPERS[:1]) + "\n\nA Title\n\n"])
@pytest.mark.parametrize(
    "unit", ["a", "www.", "http://", "a.com", ".'", "a.) ", "2020 ", "• 4 authors\n", "a word of a line\n", "\n"]
)
def test_a_page_of_one_thing_repeated_is_read_at_once(head: str, unit: str) -> None:
    text = f"{head}{filled(unit)} end"
    assert seconds(lambda: read_rows(text)) < SECONDS


def test_a_quotation_mark_never_closed_over_many_lines_is_read_at_once() -> None:
    count = 30_000
    text = 'title,abstract\n"open,b\n' + "a,b\n" * count
    rows: list[Entry | Rejection] = []
    assert seconds(lambda: rows.extend(read_rows(text))) < SECONDS
    assert rows[0] == Rejection("-", 2, "has a quotation mark that is never closed")
    assert rows[1:] == [entry(line, "a", "b") for line in range(3, count + 3)]


def test_many_bad_lines_of_an_array_are_found_at_once() -> None:
    text = "[\n" + '{"a": "\0"},\n' * 8_000 + (json.dumps(ROW) + ",\n") * 1_000 + "]"
    rows: list[Entry | Rejection] = []
    assert seconds(lambda: rows.extend(read_rows(text))) < SECONDS
    assert [row for row in rows if isinstance(row, Entry)] == [entry(line) for line in range(8_002, 9_002)]


def test_thousands_of_listings_of_one_paper_are_merged_at_once() -> None:
    entries = [Entry(Listing("a", line, TITLE), ABSTRACT) for line in range(5_000)]
    moved = [Entry(Listing("a", line + 5_000, TITLE), ABSTRACT) for line in range(5_000)]
    known = merge(entries).papers
    assert seconds(lambda: merge(moved, known)) < SECONDS
    (paper,) = merge(moved, known).papers
    assert paper.listings == tuple(each.listing for each in moved)
