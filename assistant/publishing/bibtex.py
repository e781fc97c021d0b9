"""Papers -> BibTeX that BibTeX, Biber and reference managers read: one entry a paper, of the kind that it is."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from assistant.domain import identifiers
from assistant.domain.markdown import address
from assistant.domain.months import MONTHS
from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line
from assistant.publishing.latex_text import escape

if TYPE_CHECKING:
    from assistant.publishing.reports import PaperList, Report

_MEETING = re.compile(r"\b(?:proceedings|proc\.|conference|workshop|symposium|meeting|congress)", re.IGNORECASE)
_BIBLIOGRAPHY = re.compile(r"\.(?:bib|ris|json|jsonl|csv|xml)(?:\.gz)?$|^(?:arxiv|crossref|semanticscholar)\.org\b")
_OF_ARXIV = "doi:10.48550/"
_NAMES = re.compile(r"(^|\s)and(\s|$)|^\s*others\s*$|^\s*,|,\s*(,|$)|,.*,.*,", re.IGNORECASE)


def report(report: "Report") -> str:
    """Return the papers that a report cites."""
    return bibtex(report.papers.values(), report.keys)


def papers(listing: "PaperList") -> str:
    """Return the papers of a list."""
    return bibtex(listing.papers, listing.keys)


def bibtex(papers: Iterable[Paper], keys: Mapping[str, str]) -> str:
    """Return an entry a paper under its key (`keys`: {paper id: key}), in the order given, a blank line between two.

    A paper with a DOI and a venue in a bibliography is an @article, or @inproceedings where the venue is a meeting; all
    others are @misc.
    """
    return "\n".join(_entry(keys[paper.id], paper) for paper in papers)


def _entry(key: str, paper: Paper) -> str:
    ids = [identifiers.identity(id) for id in (paper.id, *paper.aliases)]
    arxiv = next((id.removeprefix("arxiv:") for id in ids if id.startswith("arxiv:")), "")
    doi = next((id.removeprefix("doi:") for id in ids if id.startswith("doi:") and not id.startswith(_OF_ARXIV)), "")
    venue = _venue(paper) if doi else ""
    kind = "misc" if not venue else "inproceedings" if _MEETING.search(venue) else "article"
    fields = {"title": f"{{{escape(paper.title)}}}"}
    if paper.authors:
        fields["author"] = " and ".join(_author(author) for author in paper.authors)
    if venue:
        fields["booktitle" if kind == "inproceedings" else "journal"] = f"{{{escape(venue)}}}"
    if paper.date:
        fields["year"] = str(paper.date.year)
    if arxiv:
        fields |= {"eprint": arxiv, "archiveprefix": "arXiv"}
    if doi:
        fields["doi"] = address(doi)
    if paper.url:
        fields["url"] = address(paper.url)
    rows = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    if paper.date and not _only_year(paper):
        rows.append(f"  month = {MONTHS[paper.date.month - 1]},")
    return "\n".join([f"@{kind}{{{key},", *rows, "}", ""])


def _venue(paper: Paper) -> str:
    """Return the journal or meeting that a bibliography gives; a page names organisations in its place."""
    names = (row.organisation for row in paper.listings if row.organisation and _BIBLIOGRAPHY.search(row.source))
    return next(names, "") or ""


def _only_year(paper: Paper) -> bool:
    """Whether nothing but the year of a paper may have been written: 1 January then stands for it."""
    return paper.date is not None and paper.date_inferred and (paper.date.month, paper.date.day) == (1, 1)


def _author(author: str) -> str:
    """Return an author as one name, whatever is in it.

    Braces keep BibTeX from reading what it reads in names: "and" between two, "others" for those left out, and commas
    that a name of at most three parts does not have.
    """
    name, is_read = escape(author), _NAMES.search(one_line(author))
    return f"{{{name}}}" if is_read or not name else name
