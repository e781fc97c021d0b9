"""The current generation of a library -> what is wrong with it, found by looking at as few of its files as will do."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.errors import LibraryError
from assistant.library import builder, database, generations, integrity, locks
from assistant.library.catalogue import Catalogue
from assistant.library.chroma import DATABASE

_REINDEX = "run `assistant reindex`"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong with a library."""

    what: str
    """Which part of it, in a few words."""
    problem: str
    cure: str
    answered: bool = False
    """Whether questions are answered all the same."""


def faults(folder: Path, catalogue: Catalogue, known: Mapping[str, str]) -> list[Fault]:
    """Return all that is wrong, with every file read and the vector index tried; `known` are damages seen before."""
    ours = "put a copy of it back if you have one; otherwise move " + str(folder)
    ours += " aside and run `assistant ingest` on your listings again"
    found = [Fault("the catalogue is damaged", fault, ours) for fault in catalogue.faults()]
    try:
        damaged = damage(folder, catalogue, every=True) | dict(known)
    except LibraryError as error:  # the catalogue does not tell what the indexes should hold
        problem, computable, _ = str(error).partition(f"; {_REINDEX}")
        return found or [Fault("the catalogue is damaged", problem, _REINDEX if computable else ours)]
    return found + [Fault("the indexes are damaged", problem, _REINDEX, answered=True) for problem in damaged.values()]


def damage(folder: Path, catalogue: Catalogue, *, every: bool = False) -> dict[str, str]:
    """Return {kind of index: what is wrong}; looks only at files that are not as they were left, or at `every` one.

    What is found sound after all is recorded, so that the next to look need not look again.
    """
    number = catalogue.generation()
    if not number:
        return {}
    condition = integrity.check_files(folder, catalogue.files(number), every=every)
    remember(folder, number, condition.moved)
    tried = "chroma" not in condition.problems and (every or condition.opened)
    # In a read-only folder Chroma opens nothing: nobody can tell, and nobody is answered by it.
    if tried and database.writable(catalogue.path):
        if problem := generations.examine(folder, number, builder.contents(catalogue)):
            return condition.problems | {"chroma": problem}
        opened(folder, catalogue)
    return condition.problems


def opened(folder: Path, catalogue: Catalogue) -> None:
    """Record that the vector index is sound as it is, now that Chroma has opened it and left its mark."""
    number = catalogue.generation()
    for path in catalogue.files(number, "chroma"):
        if path.endswith(f"/{DATABASE}"):
            with contextlib.suppress(OSError):
                remember(folder, number, integrity.facts(folder, path))


def remember(folder: Path, number: int, sound: integrity.Files) -> None:
    """Record the times of files found sound, where that can be done at once."""
    if sound and database.writable(folder / database.NAME):
        # The reader's own connection stays in its snapshot; this one writes.
        with (
            contextlib.suppress(LibraryError),
            locks.exclusive_lock(folder, 0.0),
            contextlib.closing(Catalogue(folder)) as catalogue,
        ):
            catalogue.renew_files(number, sound)
