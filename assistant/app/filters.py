"""Dates, the name of a source and tags -> the papers that they let through."""

import calendar
import difflib
import re
from collections.abc import Sequence
from datetime import date

from assistant.domain.annotations import clean_tag, is_within, tag_key
from assistant.domain.callbacks import OnMessage
from assistant.domain.errors import UsageError
from assistant.library import annotations, damaged_papers, overview
from assistant.library.annotations import StoredAnnotations
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.filters import Filter, without_a_date

Day = date | str | None
"""A day, or what names one: "2024", "2024-05", "2024-05-31"."""
Tags = str | Sequence[str] | None
"""A tag, or several."""

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


def paper_filter(since: Day, until: Day, source: str | None, tags: Tags = None) -> Filter:
    """Return the filter that these make; `tags` is one or several. Raises `UsageError`, as for a period that ends
    before it begins."""
    first = parse_day(since, last=False) if isinstance(since, str) else since
    final = parse_day(until, last=True) if isinstance(until, str) else until
    if first and final and first > final:
        raise UsageError(f"since {first} is later than until {final}")
    several = (tags,) if isinstance(tags, str) else tags or ()
    return Filter(first, final, source, tuple(clean_tag(tag) for tag in several))


def admitted(library: LibrarySnapshot, papers_filter: Filter, on_message: OnMessage) -> frozenset[str] | None:
    """Return the ids of the papers that pass (None: all), and tell what nobody would expect to be left out."""
    if papers_filter == Filter():
        return None
    catalogue, since, until = library.catalogue, papers_filter.since, papers_filter.until
    ids = overview.of_source(catalogue, papers_filter.source) if papers_filter.source else None
    if papers_filter.tags:
        tagged = _tagged(library, papers_filter.tags, on_message)
        ids = tagged if ids is None else ids & tagged
    if since or until:
        if undated := overview.undated(catalogue, ids):
            on_message(without_a_date(undated))
        ids = {id for id in library.numbers.within(since, until) if ids is None or id in ids}
    if library.size > 0 and not ids:
        on_message("no paper passes the filter")
    return frozenset(ids or ())


def _tagged(library: LibrarySnapshot, tags: Sequence[str], on_message: OnMessage) -> set[str]:
    """Return the ids of the papers that have all these tags; tell of a tag that no paper has."""
    stored = annotations.read(library.catalogue)
    known = annotations.counts(stored.by_id)
    for tag in tags:
        if not any(is_within(other, tag) for other in known):
            near = next(iter(difflib.get_close_matches(tag_key(tag), map(tag_key, known), 1)), None)
            on_message(f"no paper has the tag {tag!r}{f'; did you mean {near!r}?' if near else ''}")
    tell_damaged(stored, on_message)
    return annotations.tagged(stored.by_id, tags)


def tell_damaged(stored: StoredAnnotations, on_message: OnMessage) -> None:
    """Tell of papers whose tags and notes are not as they were written, which count as none."""
    if problems := stored.problems:
        left_out = "; they are left out" if stored.damaged else ""
        on_message(f"{damaged_papers.first_of(problems)}{left_out}. To cure it, {stored.cure}")
