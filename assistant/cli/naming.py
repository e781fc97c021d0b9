"""Names of papers as typed, or a filter -> the papers of a library that they mean, or a word on why they mean none."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import console
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.domain.errors import UsageError
from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line
from assistant.domain.titles import normalise

if TYPE_CHECKING:
    from assistant.app.handle import Library
    from assistant.retrieval.library_finder import LibraryFinder

UNKNOWN = 3
"""Exit code where a name means no paper, or several."""
_SUGGESTIONS = 5

match = click.option("--match", metavar="WORDS", help='Only papers that have all these words; "…" for a phrase.')
"""Add `--match`."""


@contextmanager
def own_library(place: LibraryOptions) -> "Iterator[Library]":
    """Open the library that is named, or the default one, even where the sample would stand in for it."""
    settings = place.open().settings
    own = replace(place, library=str(settings.library)) if settings.vectors is None else place
    with own.open() as library:
        yield library


def undoing(library: "Library", changed: Collection[str]) -> str:
    """Return what to tell of taking back a change of these papers: nothing where there are none, nor at a server, which
    keeps nothing of what was."""
    return "; `assistant undo` takes it back" if changed and library.settings.vectors is None else ""


def own_folder(place: LibraryOptions, what: str) -> Path:
    """Return the folder of the library that is named, or of the default one, never the sample's. Raises `UsageError`
    for a library at a server, which has not `what`."""
    from assistant.app import served

    settings = place.open().settings
    served.require_folder(settings, what, "name a folder with --library")
    return settings.library


def meant(index: "LibraryFinder", name: str) -> list[Paper]:
    """Return the papers that a name means: by id or whole title, else the only one whose title begins so; none after a
    word on what may be meant. Raises `UsageError` for an empty name."""
    if not name.strip():
        raise UsageError("give the id or the title of a paper")
    papers = index.find_all(name)
    if papers:
        return papers
    papers = index.begins(name)
    if len(papers) == 1:
        return papers
    several = "several papers begin so" if papers else "no paper has this id or title"
    near = papers[:_SUGGESTIONS] or index.suggestions(name, _SUGGESTIONS)
    console.tell(f"{several}: {name}{_suggestions(near)}")
    return []


def is_one_paper(name: str, papers: Sequence[Paper], consequence: str) -> bool:
    """Whether papers that have one name have one title; tells where they do not, and what was not done for that."""
    if len({normalise(paper.title) for paper in papers}) <= 1:
        return True
    ids = ", ".join(one_line(f"{paper.id} (“{paper.title}”)") for paper in papers)
    console.tell(f"several papers have this id: {name}; {consequence}; give the title of one of: {ids}")
    return False


def named(library: "Library", names: Iterable[str], consequence: str) -> list[Paper] | None:
    """Return the papers that these names mean, each once; None after a word where one of them means none or several,
    with the `consequence` of that."""
    index = library.finder()
    papers: dict[str, Paper] = {}
    for name in names:
        library.require_sound(name)
        those = meant(index, name)
        if not those or not is_one_paper(name, those, consequence):
            return None
        papers |= {paper.id: paper for paper in those}
    return list(papers.values())


def selected(library: "Library", names: Sequence[str], papers: FilterOptions, match: str | None) -> list[Paper] | None:
    """Return the papers that are named, or else those that the filter lets through and that have the words of `match`;
    None after a word where these are none. Raises `UsageError` where both are given, or neither."""
    by_filter = papers.are_given or match is not None
    if bool(names) == by_filter:
        raise UsageError("name papers, or say which with --match, --in, --source, --since or --until")
    if names:
        return named(library, names, "nothing was changed")
    selection = library.papers(
        since=papers.since, until=papers.until, source=papers.source, tag=papers.tags, match=match or ""
    )
    if not selection:
        console.tell("no paper is so; nothing was changed")
    return list(selection) or None


def _suggestions(papers: Sequence[Paper]) -> str:
    titles = "; ".join(one_line(paper.title) for paper in papers)
    return f" (perhaps: {titles})" if titles else "; `assistant search` finds near ones"
