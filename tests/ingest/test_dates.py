"""Dates as written and what they mean."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.ingest.dates import ResolvedDate, WrittenDate, page_date, page_year, resolve, row_date

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Feb 11, 2020 1", WrittenDate(2020, 2, 11, 1)),
        ("Feb 11, 2020", WrittenDate(2020, 2, 11)),
        ("Sep 25", WrittenDate(None, 9, 25)),
        ("Sep 29 14", WrittenDate(None, 9, 29, 14)),
        ("Sep 29 2024", WrittenDate(2024, 9, 29)),
        ("  september  3,  2021 ", WrittenDate(2021, 9, 3)),
        ("3 June 2019", WrittenDate(2019, 6, 3)),
        ("May 5", WrittenDate(None, 5, 5)),
    ],
)
def test_the_date_line_of_a_page_is_read(text: str, written: WrittenDate) -> None:
    assert page_date(text) == written


@pytest.mark.parametrize("text", ["", "4 authors", "May", "Marching Bands", "2024-05-01", "Feb 11, 2020 and more", "·"])
def test_other_lines_are_no_date(text: str) -> None:
    assert page_date(text) is None


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("2024-05-03", ResolvedDate(date(2024, 5, 3))),
        ("2024-05-03T10:00:00.000Z", ResolvedDate(date(2024, 5, 3))),
        ("2024/5/3", ResolvedDate(date(2024, 5, 3))),
        ("2024-05", ResolvedDate(date(2024, 5, 1), inferred=True)),
        ("2024", ResolvedDate(date(2024, 1, 1), inferred=True)),
        ("June 2023", ResolvedDate(date(2023, 6, 1), inferred=True)),
        ("Jun 7, 2023", ResolvedDate(date(2023, 6, 7))),
        ("Jun 7", ResolvedDate(date(2025, 6, 7), inferred=True)),
        ("2024-00-00", ResolvedDate(date(2024, 1, 1), inferred=True)),
        ("2024-05-00", ResolvedDate(date(2024, 5, 1), inferred=True)),
        ("2024-13-01", ResolvedDate(None)),
        ("0000-01-01", ResolvedDate(None)),
    ],
)
def test_the_date_of_a_row_is_read_and_what_was_supplied_is_marked(text: str, resolved: ResolvedDate) -> None:
    written = row_date(text)
    assert written is not None
    assert resolve(written, 2025) == resolved


def test_a_date_without_a_year_belongs_to_the_year_of_the_page() -> None:
    assert resolve(WrittenDate(None, 9, 25, 3), 2025) == ResolvedDate(date(2025, 9, 25), True, 3)


def test_the_last_day_of_february_belongs_to_the_latest_leap_year() -> None:
    assert resolve(WrittenDate(None, 2, 29), 2025) == ResolvedDate(date(2024, 2, 29), inferred=True)
    assert resolve(WrittenDate(None, 2, 29), 2024) == ResolvedDate(date(2024, 2, 29), inferred=True)
    assert resolve(WrittenDate(None, 2, 29), 1903) == ResolvedDate(date(1896, 2, 29), inferred=True)


def test_a_day_that_does_not_exist_is_no_date() -> None:
    assert resolve(WrittenDate(2023, 2, 29), 2025) == ResolvedDate(None)
    assert resolve(WrittenDate(None, 2, 30), 2025) == ResolvedDate(None)


@pytest.mark.parametrize(
    ("written", "as_of", "modified", "year"),
    [
        ([2021, 2024], None, None, 2025),
        ([2021, 2024], date(2030, 1, 1), None, 2030),
        ([2026], None, None, 2026),
        ([2031], None, None, 2026),
        ([], None, date(2023, 7, 1), 2023),
        ([], None, date(2033, 7, 1), 2026),
        ([], None, None, 2026),
        ([2020], None, date(2025, 1, 1), 2021),
    ],
)
def test_a_page_was_taken_in_the_year_after_the_latest_written_one(
    written: list[int], as_of: date | None, modified: date | None, year: int
) -> None:
    assert page_year(written, as_of=as_of, modified=modified, today=TODAY) == year


@settings(deadline=None)
@given(st.text())
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    for written in (page_date(text), row_date(text)):
        if written is not None:
            resolve(written, 2025)


@settings(deadline=None)
@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)), st.integers(1, 999))
def test_a_written_date_comes_back_as_it_was(day: date, discussions: int) -> None:
    written = page_date(f"{day:%b} {day.day}, {day.year} {discussions}")
    assert written is not None
    assert resolve(written, 2000) == ResolvedDate(day, False, discussions)
    iso = row_date(day.isoformat())
    assert iso is not None
    assert resolve(iso, 2000) == ResolvedDate(day)
