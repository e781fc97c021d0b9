"""Dates and sources, given as options or in the words of a question -> the papers that may be found."""

from dataclasses import dataclass
from datetime import date

from assistant.domain.records import Paper
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import periods


@dataclass(frozen=True, slots=True)
class Filter:
    """Which papers may be found; the default lets all through."""

    since: date | None = None
    until: date | None = None
    source: str | None = None
    """Part of the name of a source, in any case."""

    def admits(self, paper: Paper) -> bool:
        """Whether the paper may be found; one without a date is not within any period."""
        if (self.since or self.until) and paper.date is None:
            return False
        if paper.date and ((self.since and paper.date < self.since) or (self.until and paper.date > self.until)):
            return False
        source = (self.source or "").casefold()
        return not source or any(source in listing.source.casefold() for listing in paper.listings)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The papers that the words of a question leave to search."""

    allowed: frozenset[str] | None
    """Their ids; None for all."""
    note: str = ""
    """For a person: which papers were left out, and why."""


def narrow(library: LibrarySnapshot, question: str, allowed: frozenset[str] | None) -> Narrowing:
    """Restrict the `allowed` papers (ids; None: all) to the period of publication that a question names, if any."""
    period = periods.read(question)
    if period is None:
        return Narrowing(allowed)
    within = Filter(period.since, period.until)
    papers = [paper for paper in library.papers() if allowed is None or paper.id in allowed]
    undated = sum(paper.date is None for paper in papers)
    left_out = f"; {undated:,} papers without a date are left out" if undated else ""
    note = f"only papers {period} were searched, as the question asks{left_out}"
    return Narrowing(frozenset(paper.id for paper in papers if within.admits(paper)), note)
