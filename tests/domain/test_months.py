"""Months by name, and the first and last days of years and months."""

import calendar
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain.months import MONTH, MONTHS, first_day, last_day, month_number


@given(st.dates())
def test_a_month_has_the_days_of_the_calendar(day: date) -> None:
    assert first_day(day.year, day.month) == day.replace(day=1)
    assert last_day(day.year, day.month) == day.replace(day=calendar.monthrange(day.year, day.month)[1])
    assert (first_day(day.year), last_day(day.year)) == (date(day.year, 1, 1), date(day.year, 12, 31))
    assert first_day(day.year, day.month, day.day) == last_day(day.year, day.month, day.day) == day


@pytest.mark.parametrize("parts", [(0,), (2024, 0), (2024, 13), (2024, 2, 0), (2023, 2, 29), (10_000,)])
def test_what_is_not_in_the_calendar_is_a_value_error(parts: tuple[int, ...]) -> None:
    for function in (first_day, last_day):
        with pytest.raises(ValueError, match=r"day|month|year"):
            function(*parts)


def test_every_way_to_write_a_month_has_its_number() -> None:
    names = [*map(str.lower, calendar.month_name[1:]), *map(str.lower, calendar.month_abbr[1:]), "sept"]
    assert set(MONTH.split("|")) == set(names)
    assert [month_number(name) for name in calendar.month_name[1:]] == list(range(1, 13))
    assert [month_number(name.upper()) for name in MONTHS] == list(range(1, 13))
    assert month_number("Sept") == 9
