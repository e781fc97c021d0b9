"""The words of a question -> the period of publication they ask for, where that is certain."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.domain.months import MONTH, first_day, last_day, month_number

# A year or a month of one. What follows must not make a version or a decimal of it.
_DATE = (
    rf"(?:(?:the\s+)?(?:early|late|mid)[\s-]+)?(?:(?P<month{{0}}>{MONTH})\.?,?\s+)?"
    r"(?P<year{0}>(?:19|20)\d\d)(?!\w|[.,-]\d)"
)
_WORKS = (
    r"\b(?:papers?|works?|studies|study|articles?|research|publications?|published|publish"
    r"|appear\w*|released?|came\s+out)\b"
)

_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+{_DATE.format(1)}\s+(?:and|to|until|through|till)\s+{_DATE.format(2)}", re.IGNORECASE
)
_SINCE = re.compile(
    rf"\b(?:since|from)\s+{_DATE.format(1)}(?P<on>\s+(?:onwards?|on(?=\s*(?:[,;.?!]|$))|or\s+later|and\s+later))?",
    re.IGNORECASE,
)
_AFTER = re.compile(rf"\b(?:after|later\s+than|newer\s+than)\s+{_DATE.format(1)}", re.IGNORECASE)
_BEFORE = re.compile(rf"\b(?:before|earlier\s+than|older\s+than|prior\s+to)\s+{_DATE.format(1)}", re.IGNORECASE)
_UNTIL = re.compile(rf"\b(?:until|till|up\s+to|through|no\s+later\s+than)\s+{_DATE.format(1)}", re.IGNORECASE)
_IN = re.compile(rf"\b(?:in|during|within|dated)\s+{_DATE.format(1)}", re.IGNORECASE)


# What may follow a year that is one, and not a number of things.
_ENDS = re.compile(
    r"\s*(?:$|[^\w\s]|(?:and|but|or|on|in|that|which|who|what|about|with|for|did|was|were|has|have|is|are|to|until|through"
    r"|till|onwards?|papers?|works?)\b)",
    re.IGNORECASE,
)


# Right before a bound, what has a size rather than a date: "papers with context lengths of up to 2048".
_SIZES = re.compile(
    r"\b(?:sizes?|lengths?|numbers?|counts?|dimensions?|resolutions?|budgets?|windows?|ranks?|widths?|depths?|horizons?"
    r"|batch(?:es)?|contexts?|sequences?|inputs?|outputs?|tokens?|steps?|epochs?|iterations?|samples?|examples?|parameters?"
    r"|nodes?|agents?|frames?|words?|classes)(?:\s+(?:of|that|which|go|goes|range|ranges|scale|scales|from|is|are|\d+))*\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Period:
    """Days of publication, both ends included; None where it is open."""

    since: date | None
    until: date | None

    def __str__(self) -> str:
        """Return it in words."""
        if self.since and self.until:
            return f"from {self.since} to {self.until}"
        return f"since {self.since}" if self.since else f"until {self.until}"


def read(question: str) -> Period | None:
    """Return the period that a question asks for, None where it names none or may mean something else by the year.

    "since March 2025", "before 2023", "between 2021 and 2023", and "in 2024" where it speaks of papers. "from 2019"
    alone means that year only where it speaks of papers.
    """
    question = " ".join(question.split())
    if (match := _UNTIL.search(question)) and not match["month1"] and _bounds_a_number(question, match):
        return None
    for part in (_AFTER, _BEFORE, _UNTIL, _SINCE):
        if (match := part.search(question)) and not _ENDS.match(question, match.end()) and not match["month1"]:
            return None  # "before 2000 steps" counts something
    if (since := _AFTER.search(question) or _SINCE.search(question)) and (until := _BEFORE.search(question)):
        first = _last(since, 1) + timedelta(1) if since.re is _AFTER else _first(since, 1)
        last = _first(until, 1) - timedelta(1)
        return Period(first, last) if first <= last else None
    if match := _BETWEEN.search(question):
        first, last = _first(match, 1), _last(match, 2)
        return Period(first, last) if first <= last else None
    if match := _AFTER.search(question):
        return Period(_last(match, 1) + timedelta(1), None)
    if match := _BEFORE.search(question):
        return Period(None, _first(match, 1) - timedelta(1))
    if match := _UNTIL.search(question):
        return Period(None, _last(match, 1))
    works = _speaks_of_works(question)
    if match := _SINCE.search(question):
        if match["on"] or match[0].lower().startswith("since"):
            return Period(_first(match, 1), None)
        return Period(_first(match, 1), _last(match, 1)) if works else None
    match = _IN.search(question)
    return Period(_first(match, 1), _last(match, 1)) if match and works else None


def _speaks_of_works(question: str) -> bool:
    return bool(re.search(_WORKS, question, re.IGNORECASE))


def _bounds_a_number(question: str, bound: re.Match[str]) -> bool:
    """Whether "up to 2000" may mean a number: where the question is not of papers, or what has a size comes before."""
    of_time = bound[0].lower().startswith(("until", "till", "no"))
    return not of_time and (not _speaks_of_works(question) or bool(_SIZES.search(question, 0, bound.start())))


def _first(match: re.Match[str], place: int) -> date:
    return first_day(*_year_and_month(match, place))


def _last(match: re.Match[str], place: int) -> date:
    return last_day(*_year_and_month(match, place))


def _year_and_month(match: re.Match[str], place: int) -> tuple[int, int | None]:
    name = match[f"month{place}"]
    return int(match[f"year{place}"]), month_number(name) if name else None
