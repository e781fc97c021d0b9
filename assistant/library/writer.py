"""Entries, or ids to remove -> a changed library: merged, embedded, indexed aside, made current in one transaction."""

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from assistant.domain.annotations import NOTHING
from assistant.domain.callbacks import OnProgress
from assistant.domain.records import Entry, Paper, Rejection
from assistant.ingest.origins import Origin
from assistant.library import (
    annotations,
    builder,
    database,
    embeddings,
    full_texts,
    index,
    locks,
    names,
    past,
    provenance,
)
from assistant.library.catalogue import Catalogue
from assistant.library.generations import IndexChange
from assistant.library.intake import Intake
from assistant.library.reports import STORED, Report, Run
from assistant.models.base import Embedder

LOCK_SECONDS = 60.0  # how long a second writer waits for the first


def add(
    folder: Path,
    rows: Iterable[Entry | Rejection],
    embedder: Embedder,
    *,
    origins: Sequence[Origin] = (),
    dry_run: bool = False,
    on_progress: OnProgress = lambda *_: None,
) -> Report:
    """Add listings to the library in `folder`, made where there is none; `origins` are the files that they came from.

    Everything becomes visible at once at the end; until then readers see the library as it was. Interrupted, it leaves
    the library as it was, and the vectors computed so far are not computed again.
    Raises `LockedError`, `FingerprintError`, and `LibraryError` where the folder cannot be used.
    """
    began = time.monotonic()
    intake = Intake(rows)
    run = Run(intake.rejections)
    if not intake.count:
        return run.report(0, began)
    if dry_run and not (folder / database.NAME).exists():
        run.merge(intake, lambda _: [], lambda *_: {})
        return run.report(intake.count, began)
    if not dry_run:
        make(folder, embedder)
    with contextlib.closing(Catalogue(folder)) as catalogue:
        if dry_run:
            catalogue.snapshot()
            run.merge(intake, lambda entries: known(catalogue, entries), lambda *_: {})
        else:
            with builder.writer_session(folder, catalogue, LOCK_SECONDS):
                builder.check(catalogue, embedder.fingerprint)

                def embed(papers: Sequence[Paper], on_share: OnProgress) -> Mapping[str, str]:
                    computed, hashes = builder.embed(catalogue, papers, embedder, on_share)
                    run.embedded += computed
                    return hashes

                full_texts.put(catalogue, intake.full_texts())
                run.merge(intake, lambda entries: known(catalogue, entries), embed, on_progress)
                _store(folder, catalogue, run, origins, on_progress)
    return run.report(intake.count, began)


def remove(folder: Path, ids: Sequence[str], on_progress: OnProgress = lambda *_: None) -> list[str]:
    """Take these papers, their listings and what readers say of them out of the library, all in one transaction that
    `editing.undo` can take back; return the ids of those that were there.

    Raises `LockedError` or `LibraryError`, having changed nothing.
    """
    with (
        contextlib.closing(Catalogue(folder)) as catalogue,
        builder.writer_session(folder, catalogue, LOCK_SECONDS),
        catalogue.transaction(),
    ):
        catalogue.check_state()
        change = IndexChange(catalogue.positions(ids), ())
        if not change.removed:
            return []
        past.note(catalogue, "remove", "", list(change.removed), datetime.now().astimezone())
        catalogue.remove(ids)
        annotations.write(catalogue, dict.fromkeys(ids, NOTHING))
        catalogue.forget()
        builder.rebuild(folder, catalogue, on_progress, change)
    return [id for id in dict.fromkeys(ids) if id in change.removed]


def known(catalogue: Catalogue, entries: Sequence[Entry]) -> list[Paper]:
    """Return the papers of a library that entries may be, or whose ids they may not take, in the order added."""
    if catalogue.version() < names.VERSION:
        return catalogue.papers()
    ids = names.papers_named(catalogue, names.of_entries(entries))
    ids.update(id for entry in entries for id in names.possible_ids(entry))
    positions = catalogue.positions(ids)
    return catalogue.papers(sorted(positions, key=positions.__getitem__))


def make(folder: Path, embedder: Embedder, vector_index: str = index.DEFAULT) -> None:
    """Make an empty library where there is none; a folder that has indexes but no catalogue is left alone.

    `vector_index` is a name of `index.VECTOR_INDEXES`.
    """
    index.require(vector_index, folder)
    with database.translated(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locks.exclusive_lock(folder, LOCK_SECONDS):
        if database.vacant(folder):
            database.create(folder, embeddings.fingerprint(embedder.fingerprint), embedder.dimension, vector_index)


def _store(folder: Path, catalogue: Catalogue, run: Run, origins: Sequence[Origin], on_progress: OnProgress) -> None:
    """Store what a run made of its entries, index it, and note what the files are that were read, also those of which
    every paper was known: all at once."""
    sources = provenance.unnoted(catalogue, run.sources, origins)
    has_news = any(run.papers(outcome) for outcome in STORED) or not catalogue.generation()
    if not (sources or has_news):
        return
    now = datetime.now().astimezone()
    with catalogue.transaction():
        if sources:
            provenance.note(catalogue, sources, now)
        if has_news:
            _put(folder, catalogue, run, now, on_progress)


def _put(folder: Path, catalogue: Catalogue, run: Run, now: datetime, on_progress: OnProgress) -> None:
    """Put the papers that a run made into a library and its indexes, within a transaction."""
    added, updated, relisted = (run.papers(outcome) for outcome in STORED)
    has_vectors_of_none = past.forget(catalogue)
    ids = [paper.id for papers in (added, updated) for paper, _ in papers]
    before = catalogue.positions([*run.successors, *ids])
    annotations.write(catalogue, annotations.carried(catalogue, run.successors))
    catalogue.remove(list(run.successors))
    for papers in (added, updated, relisted):
        catalogue.put(papers)
    provenance.note_arrival(catalogue, [id for id in ids if id not in before], now)
    if has_vectors_of_none:
        catalogue.forget()
    if ids or not catalogue.generation():
        builder.rebuild(folder, catalogue, on_progress, IndexChange(before, ids))
