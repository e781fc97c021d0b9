"""The name of a format -> what writes a report or a list of papers in it; a new one is a row of `FORMATS`."""

import importlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol, cast

from assistant.domain.errors import UsageError
from assistant.domain.records import Paper

if TYPE_CHECKING:
    from assistant.publishing.reports import PaperList, Report


class Writer(Protocol):
    """What the module of a format has."""

    def report(self, report: "Report", /) -> str:
        """Return a report in the format."""

    def papers(self, listing: "PaperList", /) -> str:
        """Return a list of papers in it."""


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of file."""

    endings: tuple[str, ...]
    """Of the names of its files, in small letters; the first is the usual one."""
    module: str
    """Its `Writer`, imported when something is written."""
    cites_a_file: bool = False
    """Whether it names a .bib that has to lie beside it."""


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "markdown": Format((".md", ".markdown"), "assistant.publishing.markdown"),
        "latex": Format((".tex", ".latex", ".ltx"), "assistant.publishing.latex", cites_a_file=True),
        "html": Format((".html", ".htm"), "assistant.publishing.html"),
        "bibtex": Format((".bib",), "assistant.publishing.bibtex"),
        "csv": Format((".csv",), "assistant.publishing.tables"),
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


def text(format: Format, content: "Report | PaperList") -> str:
    """Return a report or a list of papers in a format."""
    from assistant.publishing.reports import Report

    writer = cast(Writer, importlib.import_module(format.module))
    return writer.report(content) if isinstance(content, Report) else writer.papers(content)


def papers_of(content: "Report | PaperList") -> Iterable[Paper]:
    """Return the papers that it cites."""
    from assistant.publishing.reports import Report

    return content.papers.values() if isinstance(content, Report) else content.papers
