"""The name of a format -> what writes a report or a list of papers in it; a new one is a row of `FORMATS`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from assistant.domain.errors import UsageError
from assistant.domain.records import Paper
from assistant.publishing import html, latex, markdown, tables
from assistant.publishing.bibtex import bibtex
from assistant.publishing.reports import PaperList, Report


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file."""

    endings: tuple[str, ...]
    """Of the names of its files, in small letters; the first is the usual one."""
    report: Callable[[Report], str]
    papers: Callable[[PaperList], str]
    cites_a_file: bool = False
    """Whether it names a .bib that has to lie beside it."""


def _report_bibtex(report: Report) -> str:
    return bibtex(report.papers.values(), report.keys)


def _list_bibtex(listing: PaperList) -> str:
    return bibtex(listing.papers, listing.keys)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "markdown": Format((".md", ".markdown"), markdown.report, markdown.papers),
        "latex": Format((".tex", ".latex", ".ltx"), latex.report, latex.papers, cites_a_file=True),
        "html": Format((".html", ".htm"), html.report, html.papers),
        "bibtex": Format((".bib",), _report_bibtex, _list_bibtex),
        "csv": Format((".csv",), tables.report, tables.papers),
    }
)
"""By the name that `--format` takes."""


def of_path(path: Path) -> str | None:
    """Return the name of the format that a file's name ends like, None where it is none of these."""
    ending = path.suffix.lower()
    return next((name for name, format in FORMATS.items() if ending in format.endings), None)


def require(path: Path) -> str:
    """Return the format of a file by its name; raises `UsageError` where that ends like none."""
    if name := of_path(path):
        return name
    *others, last = [format.endings[0] for format in FORMATS.values()]
    raise UsageError(f"give the name of a file that ends in {', '.join(others)} or {last}, such as notes.md")


def text(format: Format, content: Report | PaperList) -> str:
    """Return a report or a list of papers in a format."""
    return format.report(content) if isinstance(content, Report) else format.papers(content)


def papers_of(content: Report | PaperList) -> Iterable[Paper]:
    """Return the papers that it cites."""
    return content.papers.values() if isinstance(content, Report) else content.papers
