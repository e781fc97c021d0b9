"""Days of papers -> bars for a terminal: how many there are of each month or year, and how many have no date."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date

from assistant.cli.console import StyledLine

_MOST_MONTHS = 36
"""Months up to which each has a bar of its own; years are shown of a longer time."""
_LEAST_BAR = 8  # columns that the longest bar has at least, however narrow the terminal is
_EIGHTHS = " ▏▎▍▌▋▊▉"


def by_date(papers: Mapping[date | None, int], width: int, *, in_blocks: bool) -> list[StyledLine]:
    """Return a line a month or year of {day: how many papers are dated so}, those between without a paper too, each
    with a bar and a count; bars are of blocks, or of # where the output cannot show these. Papers without a date are
    counted last."""
    days = [day for day in papers if day]
    undated = papers.get(None, 0)
    name = _month if _is_monthly(days) else _year
    counts: Counter[str] = Counter()
    for day in days:
        counts[name(day)] += papers[day]
    labels = _labels(days)
    rows = [(label, counts[label], "cyan") for label in labels]
    rows += [("no date", undated, "dim")] if undated else []
    if not rows:
        return []
    left = max(len(label) for label, _, _ in rows)
    right = max(len(f"{count:,}") for _, count, _ in rows)
    room = max(width - left - right - 3, _LEAST_BAR)
    most = max(count for _, count, _ in rows)
    return [
        (
            (f"{label:>{left}} ", "dim"),
            (f"{_bar(count / most * room, in_blocks=in_blocks)} ", style),
            (f"{count:,}", ""),
        )
        for label, count, style in rows
    ]


def _bar(length: float, *, in_blocks: bool) -> str:
    """Return a bar of so many columns, to an eighth where there are blocks; what is not nothing is seen.

    >>> _bar(2.5, in_blocks=True), _bar(2.5, in_blocks=False), _bar(0.01, in_blocks=True), _bar(0, in_blocks=True)
    ('██▌', '##', '▏', '')
    """
    if not in_blocks:
        return "#" * max(round(length - 0.01), int(length > 0))
    whole, eighths = divmod(max(round(length * 8), int(length > 0)), 8)
    return "█" * whole + _EIGHTHS[eighths].strip()


def _is_monthly(days: Collection[date]) -> bool:
    if not days:
        return False
    first, last = min(days), max(days)
    return (last.year - first.year) * 12 + last.month - first.month < _MOST_MONTHS


def _labels(days: Collection[date]) -> list[str]:
    """Return all months or years from the first to the last."""
    if not days:
        return []
    first, last = min(days), max(days)
    years = range(first.year, last.year + 1)
    if not _is_monthly(days):
        return [str(year) for year in years]
    months = [f"{year}-{month:02}" for year in years for month in range(1, 13)]
    return [month for month in months if _month(first) <= month <= _month(last)]


def _month(day: date) -> str:
    return f"{day.year}-{day.month:02}"


def _year(day: date) -> str:
    return str(day.year)
