"""What readers say of papers -> a changed library; and the last change of a library, taken back."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assistant.domain.annotations import Annotations
from assistant.domain.callbacks import OnProgress
from assistant.library import annotations, builder, past
from assistant.library.catalogue import Catalogue
from assistant.library.generations import IndexChange
from assistant.library.past import Change, Kind
from assistant.library.writer import LOCK_SECONDS


@dataclass(frozen=True, slots=True)
class Undoing:
    """A change that was taken back, or would be."""

    change: Change
    titles: dict[str, str]
    """{paper id: title} of the papers that it was made to."""


def annotate(
    folder: Path, ids: Sequence[str], edit: Callable[[Annotations], Annotations], what: Kind, detail: str = ""
) -> dict[str, Annotations]:
    """Change what is said of papers, all in one transaction that `undo` can take back; return what is said of those for
    which that changed, of whom some may have gone meanwhile.

    `what` and `detail` say what was done, for whoever takes it back. What was said of a paper and is not as it was
    written is lost by this. Raises `LockedError`, `LibraryError`, and what `edit` raises, having changed nothing.
    """
    with contextlib.closing(Catalogue(folder)) as catalogue, builder.writer_session(folder, catalogue, LOCK_SECONDS):
        catalogue.check_state()
        there = catalogue.positions(ids)
        changed = annotations.edited(catalogue, (id for id in ids if id in there), edit)
        if changed:
            with catalogue.transaction():
                past.note(catalogue, what, detail, list(changed), datetime.now().astimezone())
                annotations.write(catalogue, changed)
    return changed


def last(folder: Path) -> Undoing | None:
    """Return what `undo` would take back; None where there is nothing. Raises `LibraryError`."""
    with contextlib.closing(Catalogue(folder)) as catalogue:
        catalogue.snapshot()
        catalogue.check_state()
        change = past.last(catalogue)
        return Undoing(change, past.titles(catalogue, change)) if change else None


def undo(folder: Path, on_progress: OnProgress = lambda *_: None) -> Undoing | None:
    """Take back the last change since the last merge, all in one transaction: papers that were removed are as they
    were, with their places, listings, vectors, and what readers say of them. Return what it was, None where there is
    nothing to take back.

    Raises `LockedError` or `LibraryError`, having changed nothing.
    """
    with contextlib.closing(Catalogue(folder)) as catalogue, builder.writer_session(folder, catalogue, LOCK_SECONDS):
        catalogue.check_state()
        change = past.last(catalogue)
        if change is None:
            return None
        undoing = Undoing(change, past.titles(catalogue, change))
        with catalogue.transaction():
            if ids := past.take_back(catalogue, change):
                builder.rebuild(folder, catalogue, on_progress, IndexChange({}, ids))
    return undoing


def forget(folder: Path) -> None:
    """Keep nothing by which changes could be taken back. Raises `LockedError` or `LibraryError`."""
    with (
        contextlib.closing(Catalogue(folder)) as catalogue,
        builder.writer_session(folder, catalogue, LOCK_SECONDS),
        catalogue.transaction(),
    ):
        catalogue.check_state()
        past.forget(catalogue)
        catalogue.forget()
