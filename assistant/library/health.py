"""Check the current generation of a library's indexes for damage, reading as few files as possible."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.errors import LibraryError
from assistant.library import builder, damaged_papers, database, generations, index, integrity, locks
from assistant.library.catalogue import Catalogue
from assistant.library.index import REINDEX

_CATALOGUE_DAMAGED = "the catalogue is damaged"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a library."""

    what: str
    """Which part of it, in a few words."""
    problem: str
    cure: str
    answered: bool = False
    """Whether questions are answered all the same."""


def faults(folder: Path, catalogue: Catalogue, known: Mapping[str, str], *, deep: bool = False) -> list[Fault]:
    """Return all that is wrong, with every file read and the vector index tried; `known` are damages seen before.

    `deep` compares the whole vector index with the catalogue, rather than a sample, and SQLite's indexes with its
    tables.
    """
    restore = database.restore(folder)
    catalogue_faults = [Fault(_CATALOGUE_DAMAGED, problem, restore) for problem in catalogue.faults(every=deep)]
    if not catalogue_faults:
        papers = damaged_papers.every(catalogue)
        catalogue_faults = [Fault("papers are damaged", str(paper), paper.cure) for paper in papers]
    try:
        damaged = damage(folder, catalogue, every=True, deep=deep) | dict(known)
    except LibraryError as error:  # the catalogue does not tell what the indexes should hold
        problem = str(LibraryError(error.what, path=error.path, cause=error.cause))
        cure = REINDEX if error.cure == REINDEX else restore
        return catalogue_faults or [Fault(_CATALOGUE_DAMAGED, problem, cure)]
    index_faults = [Fault("the indexes are damaged", problem, REINDEX, answered=True) for problem in damaged.values()]
    return catalogue_faults + index_faults


def damage(folder: Path, catalogue: Catalogue, *, every: bool = False, deep: bool = False) -> dict[str, str]:
    """Return {kind of index: what is wrong}; reads only files that are not as recorded, or `every` one.

    `deep` compares all of the vector index with the catalogue.

    Files that prove sound after all are recorded as they are now, so that the next to check need not read them.
    """
    number = catalogue.generation()
    if not number:
        return {}
    kind = catalogue.vector_index()
    report = integrity.check_files(folder, number, catalogue.files(number), kind, every=every)
    remember(folder, number, report.moved)
    if catalogue.state().get("order", (order := catalogue.order())) != order:
        report.problems[index.LEXICAL] = "the papers are not those that it was made of"
    doubtful = kind not in report.problems and (every or report.opened)
    # Opening an index may write to it. In a read-only folder it is not opened, here or to answer: nobody can tell.
    if doubtful and database.writable(catalogue.path):
        try:
            examine = generations.examine_all if deep else generations.examine
            problem = examine(folder, number, builder.contents(catalogue))
        except LibraryError as error:  # the catalogue lacks what the index should hold
            problem = str(LibraryError(error.what, path=error.path))
        if problem:
            return report.problems | {kind: problem}
        remember_opened(folder, catalogue)
    return report.problems


def remember_opened(folder: Path, catalogue: Catalogue) -> None:
    """Have the records say that the vector index is sound as it is, now that it was opened and changed by that."""
    number, kind = catalogue.generation(), catalogue.vector_index()
    may_change = index.load(kind).changes_when_opened
    for path, recorded in integrity.of_kind(kind, catalogue.files(number)).items():
        if may_change(folder / path):
            with contextlib.suppress(OSError):
                remember(folder, number, integrity.reset(folder, path, recorded))


def remember(folder: Path, number: int, sound: integrity.Files) -> None:
    """Record the times of sound files, where that can be done at once."""
    if sound and database.writable(folder / database.NAME):
        # The reader's own connection stays in its snapshot; this one writes.
        with (
            contextlib.suppress(LibraryError),
            locks.exclusive_lock(folder, 0.0),
            contextlib.closing(Catalogue(folder)) as catalogue,
        ):
            catalogue.renew_files(number, sound)
