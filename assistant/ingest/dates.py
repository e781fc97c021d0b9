"""Date words of pages and rows -> a calendar date, whether a part of it had to be supplied, and a discussion count."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assistant.domain.months import MONTH, first_day, month_number

_MONTH = rf"(?P<month>{MONTH})\.?"
_YEAR = r"(?P<year>(?:19|20)[0-9]{2})"
# "Feb 11", "Feb 11, 2020", "Feb 11, 2020 3"; "11 February 2020". A number of four digits that reads as a year is one.
_MONTH_FIRST = re.compile(
    rf"{_MONTH} (?P<day>[0-9]{{1,2}})(?:,? {_YEAR})?(?: (?P<discussions>[0-9]{{1,6}}))?", re.IGNORECASE
)
_DAY_FIRST = re.compile(rf"(?P<day>[0-9]{{1,2}}) {_MONTH}(?:,? {_YEAR})?(?P<discussions>(?!))?", re.IGNORECASE)
_MONTH_ONLY = re.compile(rf"{_MONTH},? {_YEAR}(?P<day>(?!))?(?P<discussions>(?!))?", re.IGNORECASE)
# "2024", "2024-05", "2024-05-03", "2024/5/3", "2024-05-03T10:00:00Z"
_ISO = re.compile(
    r"(?P<year>[0-9]{4})(?:([-/])(?P<month>[0-9]{1,2})(?:\2(?P<day>[0-9]{1,2})(?:[T ][0-9:.,+\-Z ]*)?)?)?"
    r"(?P<discussions>(?!))?"
)


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date as it was written: what was left out is None."""

    year: int | None
    month: int | None
    day: int | None
    discussions: int | None = None


@dataclass(frozen=True, slots=True)
class ResolvedDate:
    """A calendar date (None where what was written names no day that exists)."""

    date: date | None
    inferred: bool = False
    """True where the year, the month or the day was not written."""
    discussions: int | None = None


def page_date(text: str) -> WrittenDate | None:
    """The date line of a page: "Feb 11, 2020 1" -> WrittenDate(2020, 2, 11, 1); None where the line is no date."""
    return _parse(text, (_MONTH_FIRST, _DAY_FIRST))


def row_date(text: str) -> WrittenDate | None:
    """A date of a row: "2024-05" -> WrittenDate(2024, 5, None); None where the text is no date."""
    return _parse(text, (_ISO, _MONTH_FIRST, _DAY_FIRST, _MONTH_ONLY))


def page_year(written_years: Iterable[int], *, as_of: date | None, modified: date | None, today: date) -> int:
    """The year in which a page was taken, which is the year its dates without a year belong to.

    The site leaves the year out only for the current year, so the current year is later than every written one.
    """
    if as_of is not None:
        return as_of.year
    latest = max(written_years, default=None)
    if latest is not None:
        return min(latest + 1, today.year)
    return min(modified.year, today.year) if modified is not None else today.year


def resolve(written: WrittenDate, year: int) -> ResolvedDate:
    """The calendar date of what was written in a page or row of that year."""
    if written.year is None:
        return _resolve_without_year(written, year)
    inferred = not written.month or not written.day  # some write 2024-00-00 for a date known only by its year
    return ResolvedDate(_calendar(written.year, written.month, written.day), inferred, written.discussions)


def _resolve_without_year(written: WrittenDate, year: int) -> ResolvedDate:
    """29 February belongs to the latest leap year: the year was supplied, the day was written."""
    leap_day = (written.month, written.day) == (2, 29)
    years = range(year, year - 8, -1) if leap_day else (year,)
    days = (_calendar(candidate, written.month, written.day) for candidate in years)
    day = next(filter(None, days), None)
    return ResolvedDate(day, day is not None, written.discussions)


def _calendar(year: int, month: int | None, day: int | None) -> date | None:
    try:
        return first_day(year, month or None, day or None)
    except ValueError:
        return None


def _parse(text: str, patterns: Iterable[re.Pattern[str]]) -> WrittenDate | None:
    plain = " ".join(text.split())
    match = next((match for pattern in patterns if (match := pattern.fullmatch(plain))), None)
    if match is None:
        return None
    month = match["month"]
    return WrittenDate(
        year=_number(match["year"]),
        month=_number(month) if month is None or month.isdigit() else month_number(month),
        day=_number(match["day"]),
        discussions=_number(match["discussions"]),
    )


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)
