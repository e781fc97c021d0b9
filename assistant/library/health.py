"""A library in a folder -> what is wrong with it, as far as one wants to know: what is noted, every byte, or more."""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.domain.callbacks import OnProgress
from assistant.domain.errors import LibraryError
from assistant.library import (
    annotations,
    contents,
    damaged_papers,
    database,
    generations,
    index,
    integrity,
    locks,
    names,
    past,
    provenance,
    row_sums,
    tail,
)
from assistant.library.catalogue import Catalogue
from assistant.library.damaged_papers import DamagedPaper
from assistant.library.index import REINDEX

Extent = Literal["quick", "full", "deep"]
"""How much of a library is looked at. `quick`: what the catalogue notes of itself, and the sizes and times of the index
files (one that has another time is read). `full`: every text, listing, vector and index file, and a sample of the
vector index. `deep`: also all of the vector index, and SQLite's own indexes."""
_SOON = 5_000  # papers that a full check takes less than a second for

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


def usual_extent(papers: int) -> Extent:
    """Return how much of a library of so many papers is looked at where nobody says: all where that is done at once."""
    return "full" if papers <= _SOON else "quick"


def faults(
    folder: Path,
    catalogue: Catalogue,
    known: Mapping[str, str],
    extent: Extent = "full",
    on_progress: OnProgress = lambda *_: None,
    *,
    left_out: Iterable[DamagedPaper] = (),
) -> list[Fault]:
    """Return what is wrong, as far as `extent` looks; `known` are the damages of indexes that were seen when it was
    opened, and the papers `left_out` those that were seen to be damaged."""
    if extent == "quick":
        return [*_of_papers(left_out), *_of_indexes(known)]
    deep = extent == "deep"
    restore = database.restore(folder)
    catalogue_faults = [Fault(_CATALOGUE_DAMAGED, problem, restore) for problem in catalogue.faults(every=deep)]
    if not catalogue_faults:
        catalogue_faults = _of_papers(damaged_papers.every(catalogue, on_progress))
        catalogue_faults += _of_readers(catalogue)
    try:
        damaged = damage(folder, catalogue, every=True, deep=deep) | dict(known)
    except LibraryError as error:  # the catalogue does not tell what the indexes should hold
        problem = str(LibraryError(error.what, path=error.path, cause=error.cause))
        cure = REINDEX if error.cure == REINDEX else restore
        return catalogue_faults or [Fault(_CATALOGUE_DAMAGED, problem, cure)]
    return catalogue_faults + _of_indexes(damaged)


def _of_papers(papers: Iterable[DamagedPaper]) -> list[Fault]:
    return [Fault("papers are damaged", str(paper), paper.cure) for paper in papers]


def _of_indexes(problems: Mapping[str, str]) -> list[Fault]:
    return [Fault("the indexes are damaged", problem, REINDEX, answered=True) for problem in problems.values()]


def _of_readers(catalogue: Catalogue) -> list[Fault]:
    """Return what is wrong with what readers say, with what can be taken back, and with when what was added."""
    said = annotations.read(catalogue)
    several = (
        ("notes are damaged", said.problems, said.cure),
        ("dates of adding are damaged", provenance.problems(catalogue, "arrivals", "sources"), row_sums.CURE),
        ("changes cannot be taken back", past.problems(catalogue), past.CURE),
    )
    return [Fault(what, problem, cure, answered=True) for what, problems, cure in several for problem in problems]


def damage(folder: Path, catalogue: Catalogue, *, every: bool = False, deep: bool = False) -> dict[str, str]:
    """Return {kind of index: what is wrong}; reads only files that are not as recorded, or `every` one.

    `deep` compares all of the vector index with the catalogue.

    Files that prove sound after all are recorded as they are now, so that the next to check need not read them.
    """
    number = catalogue.generation()
    if not number:
        return {}
    kind = catalogue.vector_index()
    report = integrity.check_files(folder, catalogue.numbers(), catalogue.files(number), every=every)
    remember(folder, number, report.moved)
    if not _has_its_papers(catalogue, every=every):
        report.problems[index.LEXICAL] = "the papers are not those that it was made of"
    if not tail.is_sound(catalogue):
        report.problems[kind] = "the papers that it has are not known"
    doubtful = kind not in report.problems and (every or report.opened)
    # Opening an index may write to it. In a read-only folder it is not opened, here or to answer: nobody can tell.
    if doubtful and database.writable(catalogue.path):
        try:
            examine = generations.examine_all if deep else generations.examine
            problem = examine(folder, catalogue.numbers()[kind], contents.of(catalogue))
        except LibraryError as error:  # the catalogue lacks what the index should hold
            problem = str(LibraryError(error.what, path=error.path))
        if problem:
            return report.problems | {kind: problem}
        remember_opened(folder, catalogue)
    return report.problems


def _has_its_papers(catalogue: Catalogue, *, every: bool) -> bool:
    """Whether the papers are as many as the catalogue notes and, in a small library or with `every`, the same ones in
    the same places; with `every`, also whether they are found by their names."""
    facts, papers = catalogue.state(), catalogue.size()
    if every and not _papers_are_named(catalogue):
        return False
    if "papers" in facts and facts["papers"] != str(papers):
        return False
    return (papers > damaged_papers.VOUCHED and not every) or facts.get("order", (order := catalogue.order())) == order


def _papers_are_named(catalogue: Catalogue) -> bool:
    """Whether every paper that is as it was written is found by its names; reads all."""
    if catalogue.version() < names.VERSION:
        return True
    for positions in map(dict, catalogue.batches()):
        papers = {paper.id: paper for paper in catalogue.papers(list(positions.values()))}
        own = ((*name, n) for n, id in positions.items() if id in papers for name in names.of_paper(papers[id]))
        if not names.are_noted(catalogue, own):
            return False
    return True


def remember_opened(folder: Path, catalogue: Catalogue) -> None:
    """Have the records say that the vector index is sound as it is, now that it was opened and changed by that."""
    number, kind = catalogue.generation(), catalogue.vector_index()
    for path, recorded in integrity.of_kind(kind, catalogue.files(number)).items():
        if integrity.changes_when_opened(folder, path):
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
