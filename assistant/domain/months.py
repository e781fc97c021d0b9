"""Names of months -> their numbers, and a year, month or day -> its first and its last day."""

from datetime import date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""The abbreviations of the twelve months, small, in order."""

MONTH = (
    "january|february|march|april|may|june|july|august|september|october|november|december"
    "|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
)
"""The ways to write a month, as alternatives of a regular expression that heeds no case; the longer ones first."""


def month_number(name: str) -> int:
    """The number, from 1, of a month written in one of the ways of `MONTH`, in any case.

    >>> month_number("Sept")
    9
    """
    return MONTHS.index(name[:3].lower()) + 1


def first_day(year: int, month: int | None = None, day: int | None = None) -> date:
    """The first day of a year, a month or a day; raises `ValueError` where the calendar has no such day."""
    return date(year, 1 if month is None else month, 1 if day is None else day)


def last_day(year: int, month: int | None = None, day: int | None = None) -> date:
    """The last day of a year, a month or a day; raises `ValueError` where the calendar has no such day.

    >>> last_day(2024, 2)
    datetime.date(2024, 2, 29)
    """
    month = 12 if month is None else month
    if day is None:
        begins = date(year, month, 1)
        day = 31 if month == 12 else (begins.replace(month=month + 1) - begins).days
    return date(year, month, day)
