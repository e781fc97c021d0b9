"""Dates and sources -> the papers that may be found, by options and by the words of a question."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from support import libraries

from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import filters
from assistant.retrieval.filters import Narrowing
from assistant.retrieval.periods import Period


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
