"""`assistant backup` and `assistant restore`: a library <-> one file that all of it can be made of."""

from pathlib import Path

import click

from assistant.cli import console, options, progress
from assistant.cli.options import LibraryOptions
from assistant.domain.errors import LibraryError


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.json
@options.catalogue
def backup(file: Path, as_json: bool, place: LibraryOptions) -> int:
    """FILE gets papers, listings and vectors as they are at this moment, whoever writes meanwhile, and is read again.

    It must not be there yet. The indexes are not in it: `assistant restore` builds them. Ends with 6 where papers of
    the library are damaged: FILE is written, with these as they are.

    \b
    Examples:
      assistant backup papers-2024-05-31.sqlite3
      assistant backup /mnt/copies/papers.sqlite3 --library papers-2024
    """
    from assistant.app import served
    from assistant.library import backup as copies
    from assistant.library import damaged_papers

    settings = place.open().settings
    served.require_folder(settings, "a backup", "`assistant export --to FOLDER` makes one of it, to back up")
    folder = settings.library  # never the sample
    report = copies.write(folder, file.absolute())
    if as_json:
        problems = [str(paper) for paper in report.damaged]
        facts = {"file": str(file), "papers": report.papers, "listings": report.listings, "problems": problems}
        console.record(facts)
    else:
        console.lines(console.plain(f"{report.papers:,} papers in {report.listings:,} listings written to {file}"))
    if report.damaged:
        console.tell(f"keep your earlier backups: {damaged_papers.message(report.damaged)}")
        return LibraryError.exit_code
    return 0


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@options.json
@options.catalogue
def restore(file: Path, as_json: bool, place: LibraryOptions) -> int:
    """FILE is what `assistant backup` wrote. The library must not be there yet: a damaged one is moved aside before.

    The file is checked, then its indexes are built; no vector is computed.

    \b
    Examples:
      assistant restore papers-2024-05-31.sqlite3 --library papers-2024
      assistant restore /mnt/copies/papers.sqlite3 --json
    """
    from assistant.app import served
    from assistant.library import backup as copies
    from assistant.library import writer

    settings = place.open().settings
    served.require_folder(settings, "to restore", "restore into a folder, then `assistant export --to` the server")
    folder = settings.library
    with progress.bar() as on_progress:
        report = copies.restore(file.absolute(), folder, writer.LOCK_SECONDS, on_progress)
    if as_json:
        console.record({"library": str(folder), "papers": report.papers, "listings": report.listings})
    else:
        console.lines(console.plain(f"{report.papers:,} papers in {report.listings:,} listings restored to {folder}"))
    return 0
