"""`assistant remove`: names of papers, of a source or of a tag -> the library without them, once that was agreed to."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from assistant.cli import console, invocation, naming, options, progress
from assistant.cli.options import LibraryOptions
from assistant.domain.annotations import clean_tag
from assistant.domain.counts import number_of
from assistant.domain.errors import UsageError
from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line

if TYPE_CHECKING:
    from assistant.library.catalogue import Catalogue

_SHOWN = 20  # titles


@click.command()
@click.argument("names", nargs=-1, metavar="[PAPER]...")
@click.option("--source", metavar="NAME", help="Remove the papers that only this source lists.")
@click.option("--in", "tag", metavar="TAG", help="Remove the papers with this tag, or one within it.")
@click.option("-y", "--yes", is_flag=True, help="Remove without asking, as where there is no terminal to ask on.")
@click.option("--dry-run", is_flag=True, help="Show what would be removed; change nothing.")
@options.json
@options.catalogue
def remove(
    names: tuple[str, ...],
    source: str | None,
    tag: str | None,
    yes: bool,
    dry_run: bool,
    as_json: bool,
    place: LibraryOptions,
) -> int:
    """PAPER is an id or a whole title; --source takes all that only this source lists.

    All or nothing: where one of the names is not known, none is removed. What goes is shown first, and a terminal is
    asked; `assistant undo` brings it back until papers are added.

    \b
    Examples:
      assistant remove "Scaling Laws for Reward Model Overoptimization"
      assistant remove --source wrong-file.jsonl --dry-run
      assistant remove --in junk --yes
    """
    from assistant.app import served

    if sum(map(bool, (names, source, tag))) != 1:
        raise UsageError("give titles or ids of papers, or --source with the name of one, or --in with a tag")
    of = place.open().settings, invocation.environment()
    with served.catalogue(*of) as catalogue:
        papers = _meant(catalogue, names, source, clean_tag(tag) if tag else None)
    if not papers:
        return naming.UNKNOWN
    if dry_run:
        _print(papers, "would remove", as_json=as_json)
        return 0
    if not (yes or _is_agreed(papers)):
        console.tell("nothing was removed")
        return 0
    with progress.bar() as on_progress:
        gone = set(served.remove(*of, [paper.id for paper in papers], on_progress))
    _print([paper for paper in papers if paper.id in gone], "removed", as_json=as_json)
    if others := len(papers) - len(gone):
        console.tell(f"{others:,} papers were gone already, or have another id now")
    if of[0].vectors is None:
        console.tell("`assistant undo` brings them back, until papers are added")
    return 0


def _meant(catalogue: "Catalogue", names: Sequence[str], source: str | None, tag: str | None) -> list[Paper]:
    """Return the papers to remove, those included that are damaged; none after a word on why."""
    from assistant.library import annotations, overview
    from assistant.retrieval.library_finder import LibraryFinder

    def read(ids: Sequence[str] | None) -> list[Paper]:
        return [stored.paper for stored in catalogue.stored_papers(ids)]

    ids = overview.of_source_alone(catalogue, source) if source else []
    if tag:
        positions = catalogue.positions(annotations.tagged(annotations.read(catalogue).by_id, [tag]))
        ids = sorted(positions, key=positions.__getitem__)
    gone = {paper.id: paper for paper in read(ids)}
    index = LibraryFinder(catalogue, read)
    for name in names:
        papers = index.find_all(name)
        if not papers:
            console.tell(f"no paper has this id or title: {name}; nothing was removed")
            return []
        if not naming.is_one_paper(name, papers, "nothing was removed"):
            return []
        gone |= {paper.id: paper for paper in papers}
    if not gone:
        console.tell(f"no paper {f'is listed by {source} alone' if source else f'has the tag {tag}'}; none was removed")
    return list(gone.values())


def _is_agreed(papers: Sequence[Paper]) -> bool:
    """Show what goes and ask on the terminal; raises `UsageError` where there is none to ask on."""
    if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
        what = f"this removes {number_of('paper', len(papers))}, and there is no terminal to ask on"
        raise UsageError(what, cure="say --yes to remove them, or --dry-run to see them")
    console.tell(f"this removes {number_of('paper', len(papers))}:")
    for paper in papers[:_SHOWN]:
        console.aside(f"  {one_line(paper.title)}")
    if len(papers) > _SHOWN:
        console.aside(f"  and {len(papers) - _SHOWN:,} more; --dry-run shows all")
    return click.confirm("Remove them?", default=False, err=True)


def _print(papers: Sequence[Paper], verb: str, *, as_json: bool) -> None:
    if as_json:
        key = verb.replace(" ", "_")
        console.record({key: [{"id": paper.id, "title": paper.title} for paper in papers]})
    else:
        console.lines(*(console.plain(f"{verb} {paper.title}") for paper in papers))
