"""The words of a question -> the period of publication they ask for, where that is certain, and the words left."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.domain.months import MONTH, first_day, last_day, month_number

# A year, a month or a day of one. What follows must not make a version or a decimal of it.
_DATE = (
    rf"(?:(?:the\s+)?(?:early|late|mid)[\s-]+)?(?:(?P<month{{0}}>{MONTH})\.?,?\s+)?"
    r"(?P<year{0}>(?:19|20)\d\d)(?:-(?P<mm{0}>0[1-9]|1[0-2])(?:-(?P<dd{0}>0[1-9]|[12]\d|3[01]))?)?(?!\w|[.,-]\d)"
)
_WORKS = (
    r"\b(?:papers?|works?|studies|study|articles?|research|publications?|published|publish"
    r"|appear\w*|released?|came\s+out)\b"
)

_WORKS_BEFORE = re.compile(rf"{_WORKS}(?:\s+(?:written|published|dated|released))?\s+$", re.IGNORECASE)

_BETWEEN = re.compile(
    rf"\b(?:between|from)\s+{_DATE.format(1)}\s+(?:and|to|until|through|till)\s+{_DATE.format(2)}", re.IGNORECASE
)
_SINCE = re.compile(
    rf"\b(?:since|from)\s+{_DATE.format(1)}(?P<on>\s+(?:onwards?|on(?=\s*(?:[,;.?!]|$))|or\s+later|and\s+later))?",
    re.IGNORECASE,
)
_AFTER = re.compile(rf"\b(?:from\s+)?(?:after|later\s+than|newer\s+than)\s+{_DATE.format(1)}", re.IGNORECASE)
_BEFORE = re.compile(
    rf"\b(?:from\s+)?(?:before|earlier\s+than|older\s+than|prior\s+to)\s+{_DATE.format(1)}", re.IGNORECASE
)
_UNTIL = re.compile(rf"\b(?:until|till|up\s+to|through|no\s+later\s+than)\s+{_DATE.format(1)}", re.IGNORECASE)
_IN = re.compile(
    rf"\b(?:in|during|within|dated|(?<=papers\s)of|(?<=papers\s)published(?:\s+in)?)\s+{_DATE.format(1)}", re.IGNORECASE
)
_YEAR_OF = re.compile(
    r"\b(?P<month1>(?!))?(?P<year1>(?:19|20)\d\d)(?P<mm1>(?!))?(?P<dd1>(?!))?(?=\s+(?:papers|studies|articles|publications)\b)",
    re.IGNORECASE,
)
"""The year before the noun: "2023 papers"."""

# What today settles.
_MONTH_ALONE = re.compile(
    rf"\b(?P<bound>since|after|before|until|till|from|in)\s+(?:last\s+)?(?P<month>{MONTH})\b\.?(?!,?\s+(?:19|20)?\d)",
    re.IGNORECASE,
)
_YEAR_NAMED = re.compile(
    r"\b(?:(?P<bound>since|after|before|until|from|in|during|of)\s+)?(?:the\s+)?(?P<which>this|last|current|previous|past)\s+"
    r"(?P<unit>year|month)\b",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"\b(?:in|of|from|within|over|during|since)\s+the\s+(?:last|past|previous)\s+(?:(?P<number>\d{1,3}|two|three|four|five|six|ten)\s+)?"
    r"(?P<unit>day|week|month|year)s?\b",
    re.IGNORECASE,
)
_WORDS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_VAGUE = re.compile(
    r"\b(?:recent(?:ly)?|lately|nowadays|(?:in\s+|of\s+|from\s+)?the\s+(?:last|past)\s+(?:few|couple\s+of|several)\s+\w+"
    r"|(?:since\s+|in\s+|from\s+|of\s+)?(?:last|this|next)\s+(?:spring|summer|autumn|fall|winter|decade|century|week|quarter)"
    r"|(?:in\s+|from\s+|since\s+)?the\s+(?:(?:19|20)\d0s|(?:nineties|eighties|two\s?thousands))|yesterday|today)\b",
    re.IGNORECASE,
)
"""What names a time, but no dates."""


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


@dataclass(frozen=True, slots=True)
class _Reading:
    """What a question says of time."""

    period: Period | None = None
    spans: tuple[tuple[int, int], ...] = ()
    """Where it says so: (start, end) of each piece."""
    problem: str = ""
    """Why words that name a time are no period that can be applied."""


def read(question: str, today: date | None = None) -> Period | None:
    """Return the period that a question asks for, None where it names none or may mean something else by the year.

    "since March 2025", "before 2023", "between 2021 and 2023", and "in 2024" where it speaks of papers. "from 2019"
    alone means that year only where it speaks of papers. `today` settles "since May" and "last year"; without it they
    are not read.
    """
    return _read(_absolute(question, today), today).period


def without(question: str, today: date | None = None) -> str:
    """Return a question without the words that name its period."""
    question = _absolute(question, today)
    for start, end in sorted(_read(question, today).spans, reverse=True):
        question = f"{question[:start]} {question[end:]}"
    return " ".join(question.split())


def phrase(question: str, today: date | None = None) -> str:
    """Return the words of a question that name its period; "" for none."""
    question = _absolute(question, today)
    return " ".join(question[start:end] for start, end in sorted(_read(question, today).spans))


def problem(question: str, today: date | None = None) -> str:
    """Return why a time that a question names for papers cannot be applied, for a person; "" where there is none."""
    question = _absolute(question, today)
    reading = _read(question, today)
    if reading.problem or reading.period or not _speaks_of_works(question):
        return reading.problem
    vague = _VAGUE.search(question)
    return f"“{vague[0]}” names no certain dates, so papers of all dates were searched" if vague else ""


def _read(question: str, today: date | None) -> _Reading:
    if today and (span := _SPAN.search(question)) and _speaks_of_works(question):
        number = span["number"] or "1"
        days = (_WORDS.get(number.lower()) or int(number)) * _DAYS[span["unit"].lower()]
        return _Reading(Period(today - timedelta(days), None), (span.span(),))
    if (match := _UNTIL.search(question)) and not match["month1"] and _bounds_a_number(question, match):
        return _Reading()
    for part in (_AFTER, _BEFORE, _UNTIL, _SINCE):
        if (match := part.search(question)) and not _ENDS.match(question, match.end()) and not _is_date(match):
            return _Reading()  # "before 2000 steps" counts something
    if (since := _AFTER.search(question) or _SINCE.search(question)) and (until := _BEFORE.search(question)):
        first = _last(since, 1) + timedelta(1) if since.re is _AFTER else _first(since, 1)
        return _closed(first, _first(until, 1) - timedelta(1), question, since.span(), until.span())
    if match := _BETWEEN.search(question):
        return _closed(_first(match, 1), _last(match, 2), question, match.span())
    if match := _AFTER.search(question):
        return _Reading(Period(_last(match, 1) + timedelta(1), None), (match.span(),))
    if match := _BEFORE.search(question):
        return _Reading(Period(None, _first(match, 1) - timedelta(1)), (match.span(),))
    if match := _UNTIL.search(question):
        return _Reading(Period(None, _last(match, 1)), (match.span(),))
    works = _speaks_of_works(question)
    if (match := _SINCE.search(question)) and (match["on"] or match[0].lower().startswith("since")):
        return _Reading(Period(_first(match, 1), None), (match.span(),))
    match = match or _IN.search(question) or _YEAR_OF.search(question)
    return _Reading(Period(_first(match, 1), _last(match, 1)), (match.span(),)) if match and works else _Reading()


def _closed(first: date, last: date, question: str, *spans: tuple[int, int]) -> _Reading:
    """Return the reading of a period with two ends, which may be the wrong way round."""
    if first <= last:
        return _Reading(Period(first, last), spans)
    words = question[min(start for start, _ in spans) : max(end for _, end in spans)]
    return _Reading(None, spans, f"“{words}” ends before it begins, so papers of all dates were searched")


def _absolute(question: str, today: date | None) -> str:
    """Return a question on one line, "since May" and "last year" with the year that they mean today."""
    question = " ".join(question.split())
    if today is None:
        return question
    works = _speaks_of_works(question)

    def month(match: re.Match[str]) -> str:
        if match["bound"].lower() in {"in", "from"} and not works:
            return match[0]
        number = month_number(match["month"])
        return f"{match['bound']} {match['month']} {today.year - (number > today.month)}"

    def named(match: re.Match[str]) -> str:
        if not works and (match["bound"] or "").lower() not in {"since", "before", "after", "until"}:
            return match[0]
        is_last = match["which"].lower() in {"last", "previous", "past"}
        day = today.replace(day=1)
        if match["unit"].lower() == "year":
            return f"{match['bound'] or 'in'} {day.year - is_last}"
        day = (day - timedelta(1)).replace(day=1) if is_last else day
        return f"{match['bound'] or 'in'} {day:%Y-%m}"

    return _MONTH_ALONE.sub(month, _YEAR_NAMED.sub(named, question))


def _speaks_of_works(question: str) -> bool:
    return bool(re.search(_WORKS, question, re.IGNORECASE))


def _bounds_a_number(question: str, bound: re.Match[str]) -> bool:
    """Whether "up to 2000" may mean a number: where the question is not of papers, or what has a size comes before."""
    of_time = bound[0].lower().startswith(("until", "till", "no"))
    return not of_time and (not _speaks_of_works(question) or bool(_SIZES.search(question, 0, bound.start())))


def _is_date(match: re.Match[str]) -> bool:
    """Whether a bound is one of time whatever follows: by its month, or right behind the works that it bounds."""
    return bool(match["month1"] or match["mm1"] or _WORKS_BEFORE.search(match.string, 0, match.start()))


def _first(match: re.Match[str], place: int) -> date:
    return first_day(*_parts(match, place))


def _last(match: re.Match[str], place: int) -> date:
    return last_day(*_parts(match, place))


def _parts(match: re.Match[str], place: int) -> tuple[int, int | None, int | None]:
    """Return year, month and day; a day that its month does not have is its last one."""
    year, name, digits, day = (match[f"{part}{place}"] for part in ("year", "month", "mm", "dd"))
    month = month_number(name) if name else int(digits) if digits else None
    if month is None or day is None:
        return int(year), month, None
    return int(year), month, min(int(day), last_day(int(year), month).day)
