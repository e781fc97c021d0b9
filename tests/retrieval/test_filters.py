"""Dates and sources -> the papers that may be found, by options and by the words of a question."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support import libraries

from assistant.domain.records import Listing, Paper
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import filters
from assistant.retrieval.filters import Filter, Narrowing
from assistant.retrieval.periods import Period

PAPER = Paper("a", "Moss", "x", date(2024, 5, 31), listings=(Listing("page-1.txt", 1, "Moss"),))


@pytest.mark.parametrize(
    ("paper_filter", "admitted"),
    [
        (Filter(), True),
        (Filter(since=date(2024, 5, 31)), True),
        (Filter(since=date(2024, 6, 1)), False),
        (Filter(until=date(2024, 5, 31)), True),
        (Filter(until=date(2024, 5, 30)), False),
        (Filter(source="PAGE"), True),
        (Filter(source="other"), False),
        (Filter(date(2024, 1, 1), date(2024, 12, 31), "page-1.txt"), True),
    ],
)
def test_a_filter_admits_by_date_and_source(paper_filter: Filter, admitted: bool) -> None:
    assert paper_filter.admits(PAPER) is admitted


def test_a_paper_without_date_or_listings_is_let_through_where_nothing_asks_for_them() -> None:
    bare = replace(PAPER, date=None, listings=())
    assert Filter().admits(bare)
    assert not Filter(since=date(2020, 1, 1)).admits(bare)
    assert not Filter(source="page").admits(bare)


def test_the_period_of_a_question_narrows_what_is_allowed(tmp_path: Path) -> None:
    rows = libraries.entries(0, 4)  # dated the 1st to the 4th of January 2024
    undated = replace(rows[3], listing=replace(rows[3].listing, date=None))
    libraries.ingest(tmp_path / "library", [*rows[:3], undated])
    with LibrarySnapshot(tmp_path / "library") as library:
        assert filters.narrow(library, "moss", frozenset({"id1"})) == Narrowing(frozenset({"id1"}))
        assert filters.narrow(library, "papers since 2024 on moss", None) == Narrowing(
            frozenset({"id0", "id1", "id2"}),
            "only papers since 2024-01-01 were searched, as the question asks; 1 paper has no date and is left out",
            Period(date(2024, 1, 1), None),
        )
        assert filters.narrow(library, "papers before 2024 on moss", frozenset({"id0", "id1"})) == Narrowing(
            frozenset(),
            "only papers until 2023-12-31 were searched, as the question asks",
            Period(None, date(2023, 12, 31)),
        )
        assert filters.narrow(library, "recent papers on moss", None) == Narrowing(
            None, "“recent” names no certain dates, so papers of all dates were searched"
        )
