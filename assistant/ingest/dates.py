"""Date words of pages and rows -> a calendar date, whether a part of it had to be supplied, and a discussion count."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
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
    """A calendar date (None where the words name no day that exists)."""

    date: date | None
    inferred: bool = False
    """True where the year, the month or the day was not written."""
    discussions: int | None = None


def page_words(text: str) -> WrittenDate | None:
    """The date line of a page: "Feb 11, 2020 1" -> Words(2020, 2, 11, 1); None where the line is no date."""
    return _first(text, (_MONTH_FIRST, _DAY_FIRST))


def row_words(text: str) -> WrittenDate | None:
    """A date of a row: "2024-05" -> Words(2024, 5, None); None where the text is no date."""
    return _first(text, (_ISO, _MONTH_FIRST, _DAY_FIRST, _MONTH_ONLY))


def page_year(written: Iterable[int], *, as_of: date | None, modified: date | None, today: date) -> int:
    """The year in which a page was taken, which is the year its dates without a year belong to.

    The site leaves the year out only for the current year, so the current year is later than every written one.
    """
    if as_of is not None:
        return as_of.year
    latest = max(written, default=None)
    if latest is not None:
        return min(latest + 1, today.year)
    return min(modified.year, today.year) if modified is not None else today.year


def settle(words: WrittenDate, year: int) -> ResolvedDate:
    """The date that the words mean in a page or row of that year."""
    if words.year is None:
        return _without_year(words, year)
    inferred = words.month is None or words.day is None
    return ResolvedDate(_calendar(words.year, words.month or 1, words.day or 1), inferred, words.discussions)


def _without_year(words: WrittenDate, year: int) -> ResolvedDate:
    """29 February belongs to the latest leap year: the year was supplied, the day was written."""
    month, day = words.month or 1, words.day or 1
    back = range(year, year - 8, -1) if (month, day) == (2, 29) else (year,)
    found = next((date_ for candidate in back if (date_ := _calendar(candidate, month, day))), None)
    return ResolvedDate(found, found is not None, words.discussions)


def _calendar(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _first(text: str, patterns: Iterable[re.Pattern[str]]) -> WrittenDate | None:
    plain = " ".join(text.split())
    match = next((found for pattern in patterns if (found := pattern.fullmatch(plain))), None)
    if match is None:
        return None
    month = match["month"]
    return WrittenDate(
        year=_number(match["year"]),
        month=_number(month) if month is None or month.isdigit() else _MONTHS.index(month[:3].lower()) + 1,
        day=_number(match["day"]),
        discussions=_number(match["discussions"]),
    )


def _number(digits: str | None) -> int | None:
    return None if digits is None else int(digits)
