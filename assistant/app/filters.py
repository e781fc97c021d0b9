"""Dates and the name of a source -> the papers that they let through."""

import calendar
import re
from datetime import date

from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import UsageError
from assistant.library import overview
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.filters import Filter

Day = date | str | None
"""A day, or what names one: "2024", "2024-05", "2024-05-31"."""

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")


def parse_day(text: str, *, last: bool) -> date:
    """Return the first day of a year or month, or with `last` the last one; raises `UsageError`.

    >>> parse_day("2024-02", last=True)
    datetime.date(2024, 2, 29)
    """
    match = _DATE.fullmatch(text.strip())
    try:
        if not match:
            raise ValueError
        year, month, day = int(match[1]), int(match[2] or (12 if last else 1)), match[3]
        return date(year, month, int(day) if day else calendar.monthrange(year, month)[1] if last else 1)
    except ValueError:
        raise UsageError(f"{text!r} is no date", cure="write 2024, 2024-05 or 2024-05-31") from None


def paper_filter(since: Day, until: Day, source: str | None) -> Filter:
    """Return the filter that these make; raises `UsageError`, as for a period that ends before it begins."""
    first = parse_day(since, last=False) if isinstance(since, str) else since
    final = parse_day(until, last=True) if isinstance(until, str) else until
    if first and final and first > final:
        raise UsageError(f"since {first} is later than until {final}")
    return Filter(first, final, source)


def admitted(library: LibrarySnapshot, papers_filter: Filter, on_message: OnMessage) -> frozenset[str] | None:
    """Return the ids of the papers that pass (None: all), and tell what nobody would expect to be left out."""
    if papers_filter == Filter():
        return None
    catalogue, since, until = library.catalogue, papers_filter.since, papers_filter.until
    listed = overview.of_source(catalogue, papers_filter.source) if papers_filter.source else None
    undated = overview.undated(catalogue, listed) if since or until else 0
    if since or until:
        dated = overview.within(catalogue, since, until)
        ids = frozenset(id for id in dated if listed is None or id in listed)
    else:
        ids = frozenset(listed or ())
    _tell(undated, on_message, is_empty=library.size > 0 and not ids)
    return ids


def _tell(undated: int, on_message: OnMessage, *, is_empty: bool) -> None:
    if undated:
        on_message(f"{undated:,} papers without a date are left out")
    if is_empty:
        on_message("no paper passes the filter")
