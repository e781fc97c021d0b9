"""`assistant note`, `assistant read`, `assistant unread`: what a reader says of papers -> kept beside them."""

from dataclasses import replace
from datetime import datetime

import click

from assistant.cli import console, invocation, naming, options
from assistant.cli.options import FilterOptions, LibraryOptions
from assistant.cli.views import papers as views
from assistant.domain.annotations import NOTE_LIMIT, NOTES_LIMIT, NOTHING, Annotations, Note, clean_note
from assistant.domain.counts import number_of
from assistant.domain.errors import UsageError
from assistant.domain.records import Paper


@click.command()
@click.argument("name", metavar="PAPER")
@click.argument("text", required=False)
@click.option("--delete", "number", type=click.IntRange(1), metavar="N", help="Delete note N of the paper.")
@options.json
@options.catalogue
def note(name: str, text: str | None, number: int | None, as_json: bool, place: LibraryOptions) -> int:
    """Without TEXT the notes of the paper are shown; - takes TEXT from standard input.

    `assistant show` shows notes too, and `assistant papers --match WORDS` looks into them.

    \b
    Examples:
      assistant note 2210.10760 "Figure 1 has the fit that we need."
      assistant note "Helping or Herding?" - < thoughts.txt
      assistant note 2210.10760 --delete 2
    """
    from assistant.app import served

    if text is not None and number is not None:
        raise UsageError("give TEXT, or --delete with the number of a note")
    typed = console.typed().read(4 * NOTE_LIMIT + 1).decode("utf-8", "replace") if text == "-" else text
    words = None if typed is None else Note(clean_note(typed), datetime.now().astimezone())
    with naming.own_library(place) as library:
        selection = naming.named(library, [name], "nothing was changed")
        if selection is None:
            return naming.UNKNOWN
        ids = [paper.id for paper in selection]
        if words or number:
            of = library.settings, invocation.environment()
            served.annotate(*of, ids, lambda said: _edited(said, words, number), "note")
        said = library.annotations(ids)
    for paper in selection:
        _show(paper, said.get(paper.id, NOTHING), as_json=as_json)
    return 0


def _edited(said: Annotations, words: Note | None, number: int | None) -> Annotations:
    """Return annotations with a note more, or without the one with a number; raises `UsageError`."""
    if words:
        if len(said.notes) >= NOTES_LIMIT:
            raise UsageError(f"the paper has {NOTES_LIMIT} notes, which is the most", cure="delete one (--delete N)")
        return replace(said, notes=(*said.notes, words))
    if number is None or number > len(said.notes):
        raise UsageError(f"there is no note {number}", cure=f"the paper has {len(said.notes)}")
    return replace(said, notes=said.notes[: number - 1] + said.notes[number:])


def _show(paper: Paper, said: Annotations, *, as_json: bool) -> None:
    if as_json:
        notes = [views.note_record(each) for each in said.notes]
        console.record({"id": paper.id, "title": paper.title, "notes": notes})
    else:
        console.lines(console.plain(paper.title, "bold"), *views.notes(said.notes))
        if not said.notes:
            console.tell("it has no notes")


@click.command()
@click.argument("names", nargs=-1, metavar="[PAPER]...")
@naming.match
@options.filters
@options.catalogue
def read(names: tuple[str, ...], match: str | None, papers: FilterOptions, place: LibraryOptions) -> int:
    """PAPER is an id, a title, or the beginning of one; or say which papers with --match, --source, --in, --since and
    --until. `assistant papers --unread` lists the others.

    \b
    Examples:
      assistant read 2210.10760
      assistant read --in week-46
    """
    return _mark(names, match, papers, place, datetime.now().astimezone())


@click.command()
@click.argument("names", nargs=-1, metavar="[PAPER]...")
@naming.match
@options.filters
@options.catalogue
def unread(names: tuple[str, ...], match: str | None, papers: FilterOptions, place: LibraryOptions) -> int:
    """PAPER is an id, a title, or the beginning of one; or say which papers with --match, --source, --in, --since and
    --until.

    \b
    Examples:
      assistant unread 2210.10760
    """
    return _mark(names, match, papers, place, None)


def _mark(
    names: tuple[str, ...], match: str | None, papers: FilterOptions, place: LibraryOptions, at: datetime | None
) -> int:
    """Mark papers as read at a time, or with None as unread; one that is marked so stays as it is."""
    from assistant.app import served

    def edit(said: Annotations) -> Annotations:
        return said if (said.read is None) == (at is None) else replace(said, read=at)

    with naming.own_library(place) as library:
        selection = naming.selected(library, names, papers, match)
        if selection is None:
            return naming.UNKNOWN
        ids = [paper.id for paper in selection]
        how = "unread" if at is None else "read"
        changed = served.annotate(library.settings, invocation.environment(), ids, edit, "read", how)
        undoing = naming.undoing(library, changed)
    console.tell(f"{len(changed):,} of {number_of('paper', len(ids))} marked as {how}{undoing}")
    return 0
