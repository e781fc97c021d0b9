"""`assistant tag`, `assistant tags`: papers and tags -> a library whose papers have them, and what tags there are."""

from typing import Any

import click

from assistant.cli import console, invocation, naming, options
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.domain.annotations import NOTHING, Annotations, clean_tag
from assistant.domain.counts import number_of
from assistant.domain.records import Paper
from assistant.domain.sanitize import one_line


@click.command()
@click.argument("names", nargs=-1, metavar="[PAPER]...")
@click.option("-a", "--add", metavar="TAG", multiple=True, help="Add this tag; may be repeated.")
@click.option("-r", "--remove", metavar="TAG", multiple=True, help="Take this tag away; may be repeated.")
@naming.match
@options.filters
@options.json
@options.catalogue
def tag(
    names: tuple[str, ...],
    add: tuple[str, ...],
    remove: tuple[str, ...],
    match: str | None,
    papers: FilterOptions,
    as_json: bool,
    place: LibraryOptions,
) -> int:
    """PAPER is an id, a title, or the beginning of one; or say which papers with --match, --source, --in, --since and
    --until. Without --add and --remove their tags are shown.

    A tag is any words, in any case; one with a slash is within another: --in thesis finds thesis/methods too.

    \b
    Examples:
      assistant tag 2210.10760 --add thesis --add "to read"
      assistant tag --match "reward model" --add thesis/rewards
      assistant tag --in week-46 --add archive --remove week-46
    """
    from assistant.app import served

    added, removed = [clean_tag(text) for text in add], [clean_tag(text) for text in remove]
    with naming.own_library(place) as library:
        selection = naming.selected(library, names, papers, match)
        if selection is None:
            return naming.UNKNOWN
        detail = ", ".join([*(f"+{text}" for text in added), *(f"-{text}" for text in removed)])
        ids = [paper.id for paper in selection]
        if detail:
            of = library.settings, invocation.environment()
            changed = served.annotate(*of, ids, lambda words: words.with_tags(added, removed), "tag", detail)
            console.tell(
                f"{len(changed):,} of {number_of('paper', len(ids))} changed{naming.undoing(library, changed)}"
            )
        said = library.annotations(ids)
    for paper in selection:
        _show(paper, said.get(paper.id, NOTHING), as_json=as_json)
    return 0


@click.command()
@options.json
@options.catalogue
def tags(as_json: bool, place: LibraryOptions) -> int:
    """Each with the number of papers that `--in TAG` finds: a tag that others are within counts theirs too.

    \b
    Examples:
      assistant tags
      assistant ask --in thesis "How can reward overoptimization be mitigated?"
    """
    from assistant.library.annotations import counts

    with place.open() as library:
        counted = counts(library.annotations())
    if not counted:
        console.tell("no paper has a tag; `assistant tag PAPER --add TAG` adds one")
    for name, papers in counted.items():
        if as_json:
            console.record({"tag": name, "papers": papers})
        else:
            console.lines(((f"{papers:6,}  ", "dim"), (one_line(name), "")))
    return 0


def _show(paper: Paper, annotations: Annotations, *, as_json: bool) -> None:
    if as_json:
        record: dict[str, Any] = {"id": paper.id, "title": paper.title, "tags": list(annotations.tags)}
        console.record(record)
    else:
        console.lines(((one_line(paper.title), ""), (f"  {one_line(', '.join(annotations.tags)) or '-'}", "cyan")))
