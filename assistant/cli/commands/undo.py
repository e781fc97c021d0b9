"""`assistant undo`: the last removal, tag, note or mark -> taken back."""

import click

from assistant.cli import console, naming, options, progress
from assistant.cli.options import LibraryOptions
from assistant.domain.counts import number_of
from assistant.domain.errors import UsageError
from assistant.domain.sanitize import one_line

_SHOWN = 20  # titles


@click.command()
@click.option("--dry-run", is_flag=True, help="Show what would be taken back; change nothing.")
@click.option("--forget", is_flag=True, help="Take nothing back, ever: what was removed leaves the library's files.")
@options.json
@options.catalogue
def undo(dry_run: bool, forget: bool, as_json: bool, place: LibraryOptions) -> int:
    """Papers that were removed are as they were, with their listings, vectors, tags and notes. Called again, the change
    before that is taken back, up to 100. Adding papers, and vectors of another embedder, end what can be taken back.

    \b
    Examples:
      assistant undo --dry-run
      assistant undo
    """
    from assistant.library import editing

    if forget and dry_run:
        raise UsageError("--forget and --dry-run exclude each other")
    folder = naming.own_folder(place, "an undo")
    if forget:
        editing.forget(folder)
        console.tell("nothing can be taken back any more")
        return 0
    with progress.bar() as on_progress:
        undoing = editing.last(folder) if dry_run else editing.undo(folder, on_progress)
    if undoing is None:
        console.tell("there is nothing to take back since papers were last added")
        return naming.UNKNOWN
    change = undoing.change
    if as_json:
        papers = [{"id": id, "title": title} for id, title in undoing.titles.items()]
        record = {"what": change.what, "detail": change.detail, "at": change.at, "done": not dry_run, "papers": papers}
        console.record(record)
        return 0
    detail = f" {one_line(change.detail)}" if change.detail else ""
    would = "would take back" if dry_run else "took back"
    console.lines(
        console.plain(f"{would}: {change.what}{detail}, {number_of('paper', len(undoing.titles))}, {change.at[:16]}")
    )
    console.lines(*(console.plain(f"  {title}") for title in list(undoing.titles.values())[:_SHOWN]))
    if len(undoing.titles) > _SHOWN:
        console.lines(console.plain(f"  and {len(undoing.titles) - _SHOWN:,} more"))
    return 0
