"""A library -> one file that holds all that cannot be made again, or another library; and such a file -> a library."""

import contextlib
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.callbacks import OnProgress
from assistant.domain.errors import LibraryError, UsageError
from assistant.domain.files import give_name, is_hollow, special_names
from assistant.library import builder, damaged_papers, database, disk, generations, locks, log, sizes, upgrade
from assistant.library.catalogue import Catalogue
from assistant.library.damaged_papers import DamagedPaper
from assistant.library.scratch import scratch_folder
from assistant.library.snapshot import LibrarySnapshot

_SCRATCH = ".restoring"


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup holds."""

    papers: int
    listings: int
    damaged: tuple[DamagedPaper, ...] = ()
    """Papers that are in it as they are in the library: not as they were written."""


def write(folder: Path, target: Path) -> BackupReport:
    """Write the library in `folder` as it is at this moment into the new file `target`, and read that again.

    Others may read and write the library meanwhile. Raises `UsageError` where there is such a file or no folder for
    it, `LibraryError` where the library cannot be read or the file not be written; then no file is left.
    """
    _require_room(target)
    with contextlib.closing(Catalogue(folder)) as library, database.translated(target):
        with scratch_folder(target.parent, target.name) as scratch:
            copy = scratch / database.NAME
            library.copy(copy)
            with _opened(copy.parent, library.path, "it is damaged") as catalogue:
                papers, listings = catalogue.count()
                report = BackupReport(papers, listings, tuple(damaged_papers.every(catalogue)))
            with contextlib.closing(sqlite3.connect(copy)) as connection:
                connection.execute("PRAGMA journal_mode = DELETE")  # what reads it needs no file beside it
            disk.flush(copy)
            give_name(copy, target)
        disk.flush(target.parent)
    return report


def copy(library: LibrarySnapshot, folder: Path) -> None:
    """Make a library in the new `folder` of what a snapshot holds, indexes and all.

    Others may read and write the library meanwhile: its catalogue is copied as the snapshot sees it, and nobody removes
    or changes the indexes of a snapshot. Raises `LibraryError`, and `OSError` where `folder` cannot be written.
    """
    folder.mkdir(mode=0o700)
    library.catalogue.copy(folder / database.NAME)
    for kind, number in library.catalogue.numbers().items() if library.catalogue.generation() else ():
        (folder / kind).mkdir(mode=0o700)
        source, target = (generations.folder(home, kind, number) for home in (library.folder, folder))
        if source.is_dir():  # else it is damaged, and made anew by whoever opens the copy
            shutil.copytree(source, target, ignore=special_names)


def restore(source: Path, folder: Path, seconds: float, on_progress: OnProgress) -> BackupReport:
    """Make the library in `folder`, where there is none, of the file `source`; indexes are built, no vector computed.

    Waits at most `seconds` for the writer's lock. Raises `UsageError` where `source` is no file or `folder` holds a
    library, `LibraryError` where the file is no backup or is damaged, having changed nothing, and `LockedError`.
    """
    if not source.is_file():
        raise UsageError("there is no such file, or it is a special one", path=source)
    if is_hollow(source.stat()):
        raise LibraryError("it is no backup: hardly any of its bytes are on the disk", path=source)
    wal = log.path_of(source)
    if sizes.of_file(wal):
        what = f"{wal.name} lies beside it: it is the catalogue of a library, and not whole without its log"
        raise LibraryError(what, path=source, cure=f"run `assistant backup FILE --library {source.parent}` for a copy")
    with database.translated(folder):
        _require_vacant(folder)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with locks.exclusive_lock(folder, seconds):
            _require_vacant(folder)
            report = _place(source, folder)
    with (
        contextlib.closing(Catalogue(folder)) as catalogue,
        builder.writer_session(folder, catalogue, seconds),
        catalogue.transaction(),
    ):
        builder.rebuild(folder, catalogue, on_progress)
    return report


def _place(source: Path, folder: Path) -> BackupReport:
    """Put a copy of a backup into a folder as its catalogue, checked before anybody sees it."""
    scratch = folder / _SCRATCH
    shutil.rmtree(scratch, ignore_errors=True)  # of a restore that was killed
    scratch.mkdir(mode=0o700)
    try:
        copy = scratch / database.NAME
        shutil.copyfile(source, copy)
        copy.chmod(0o600)
        with _opened(scratch, source, "it is no backup, or a damaged one") as catalogue:
            try:
                catalogue.check_state()
            except LibraryError as error:
                raise _refused(source, "it is damaged", error.what) from error
            upgrade.upgrade(catalogue)
            if papers := damaged_papers.every(catalogue):
                cure = (
                    f"restore another backup; or, for what is sound in it, copy it to {folder / database.NAME} and run "
                    "`assistant reindex`"
                )
                what = f"it is damaged: {'; '.join(map(str, papers[:3]))}; {len(papers):,} papers in all"
                raise LibraryError(what, path=source, cure=cure)
            with catalogue.transaction():
                catalogue.set_files(0, {})
                catalogue.set_state(generation="0", vectors="0", identity=uuid.uuid4().hex)
            report = BackupReport(*catalogue.count())
        disk.flush(copy)
        copy.rename(folder / database.NAME)
        disk.flush(folder)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return report


@contextlib.contextmanager
def _opened(scratch: Path, origin: Path, problem: str) -> Iterator[Catalogue]:
    """Open a copy of the catalogue `origin` that lies in `scratch`; raises `LibraryError` about `origin` where SQLite
    finds fault with it."""
    try:
        catalogue = Catalogue(scratch)
    except LibraryError as error:
        raise _refused(origin, problem, error.cause or error.what) from error
    with contextlib.closing(catalogue):
        try:
            findings = catalogue.faults(every=True)
        except LibraryError as error:
            raise _refused(origin, problem, error.cause or error.what) from error
        if findings:
            raise _refused(origin, problem, findings[0].removeprefix(f"{catalogue.path}: "))
        yield catalogue


def _refused(origin: Path, problem: str, cause: str) -> LibraryError:
    return LibraryError(problem, path=origin, cause=cause, cure="nothing was changed")


def _require_room(target: Path) -> None:
    if os.path.lexists(target):
        raise UsageError("there is such a file already", path=target, cure="nothing is overwritten: name another")
    if not target.parent.is_dir():
        raise UsageError("there is no such folder", path=target.parent)


def _require_vacant(folder: Path) -> None:
    if folder.exists() and not (folder.is_dir() and database.vacant(folder)):
        what = "there is a library here, or something else"
        raise UsageError(what, path=folder, cure="move it aside, or name another folder with --library")
