"""Dates, sources and tags, given as options or in a question -> the papers that may be found."""

from dataclasses import dataclass
from datetime import date

from assistant.library import overview
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import periods
from assistant.retrieval.periods import Period


@dataclass(frozen=True, slots=True)
class Filter:
    """Which papers may be found; the default lets all through."""

    since: date | None = None
    until: date | None = None
    source: str | None = None
    """Part of the name of a source, in any case."""

    tags: tuple[str, ...] = ()
    """All of which a paper has, each itself or a tag within it, in any case."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The papers that the words of a question leave to search."""

    allowed: frozenset[str] | None
    """Their ids; None for all."""
    note: str = ""
    """For a person: which papers were left out, and why; or why a time that the question names leaves out none."""
    period: Period | None = None
    """The period that the question names."""


def narrow(
    library: LibrarySnapshot, question: str, allowed: frozenset[str] | None, today: date | None = None
) -> Narrowing:
    """Restrict the `allowed` papers (ids; None: all) to the period of publication that a question names, if any.

    `today` settles "since May" and "last year".
    """
    period = periods.read(question, today)
    if period is None:
        return Narrowing(allowed, periods.problem(question, today))
    dated = library.numbers.within(period.since, period.until)
    undated = overview.undated(library.catalogue, allowed)
    left_out = f"; {without_a_date(undated)}" if undated else ""
    note = f"only papers {period} were searched, as the question asks{left_out}"
    return Narrowing(frozenset(id for id in dated if allowed is None or id in allowed), note, period)


def without_a_date(count: int) -> str:
    """Return that a period leaves out so many papers, which have no date, as a person says it."""
    have = "1 paper has no date and is" if count == 1 else f"{count:,} papers have no date and are"
    return f"{have} left out"
