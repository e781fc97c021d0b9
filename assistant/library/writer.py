"""Entries, or ids to remove -> a changed library: merged, embedded, indexed aside, made current in one transaction."""

import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from assistant.domain.annotations import NOTHING
from assistant.domain.callbacks import OnProgress
from assistant.domain.identifiers import identity, source_identity
from assistant.domain.records import Entry, Paper, Rejection
from assistant.domain.titles import normalise
from assistant.ingest import deduplicate
from assistant.ingest.abstracts import Conflict
from assistant.ingest.origins import Origin
from assistant.library import annotations, builder, database, embeddings, index, locks, names, past, provenance
from assistant.library.catalogue import Catalogue
from assistant.library.generations import IndexChange
from assistant.models.base import Embedder

LOCK_SECONDS = 60.0  # how long a second writer waits for the first


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did, or with `dry_run` would do."""

    listings: int
    """Good listings read: added + updated + unchanged + merged."""
    added: tuple[Paper, ...] = ()
    updated: tuple[Paper, ...] = ()
    relisted: tuple[Paper, ...] = ()
    """Papers already in the library that gained a listing and nothing else."""
    unchanged: int = 0
    merged: int = 0
    """Listings that joined a paper already seen, in this run or before."""
    rejected: tuple[Rejection, ...] = ()
    successors: Mapping[str, str] = field(default_factory=dict)
    """{id under which a paper was stored: the one that it has now}."""
    conflicts: tuple[Conflict, ...] = ()
    """Listings whose abstract is cut, where a fuller one stays."""
    embedded: int = 0
    """Papers whose vectors had to be computed."""
    seconds: float = 0.0

    @property
    def superseded(self) -> tuple[str, ...]:
        """Ids under which papers were stored that have their source's id now."""
        return tuple(self.successors)


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
    entries, rejections = _sorted_out(rows)
    if not entries:
        return Report(0, rejected=tuple(rejections), seconds=time.monotonic() - began)
    if dry_run and not (folder / database.NAME).exists():
        merged = deduplicate.merge(entries, ())
        report = _report(merged, len(entries), rejections)
        return replace(report, seconds=time.monotonic() - began)
    if not dry_run:
        make(folder, embedder)
    with contextlib.closing(Catalogue(folder)) as catalogue:
        if dry_run:
            catalogue.snapshot()
            report = _report(deduplicate.merge(entries, known(catalogue, entries)), len(entries), rejections)
        else:
            with builder.writer_session(folder, catalogue, LOCK_SECONDS):
                builder.check(catalogue, embedder.fingerprint)
                report = _report(deduplicate.merge(entries, known(catalogue, entries)), len(entries), rejections)
                report = _store(folder, catalogue, report, embedder, on_progress)
                _note_sources(catalogue, entries, origins)
    return replace(report, seconds=time.monotonic() - began)


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
    keys = [source_identity(entry.id, entry.listing.source) for entry in entries if entry.id is not None]
    keys += [identity(alias) for entry in entries for alias in entry.aliases]
    ids = names.papers_named(catalogue, names.of_keys(keys, [normalise(entry.listing.title) for entry in entries]))
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


def _store(folder: Path, catalogue: Catalogue, report: Report, embedder: Embedder, on_progress: OnProgress) -> Report:
    changed = (*report.added, *report.updated)
    first = not catalogue.generation()
    if changed or report.relisted or first:
        computed, hashes = builder.embed(catalogue, (*changed, *report.relisted), embedder, on_progress)
        with catalogue.transaction():
            has_vectors_of_none = past.forget(catalogue)
            before = catalogue.positions([*report.superseded, *(paper.id for paper in changed)])
            annotations.carry(catalogue, report.successors)
            catalogue.remove(report.superseded)
            catalogue.put((paper, hashes[paper.id]) for paper in (*changed, *report.relisted))
            arrived = [paper.id for paper in changed if paper.id not in before]
            provenance.note_arrival(catalogue, arrived, datetime.now().astimezone())
            if has_vectors_of_none:
                catalogue.forget()
            if changed or first:
                change = IndexChange(before, [paper.id for paper in changed])
                builder.rebuild(folder, catalogue, on_progress, change)
        report = replace(report, embedded=computed)
    return report


def _note_sources(catalogue: Catalogue, entries: Sequence[Entry], origins: Sequence[Origin]) -> None:
    """Note what the files are that were read, also those of which every paper was known."""
    names = {entry.listing.source: None for entry in entries}
    if news := provenance.unnoted(catalogue, names, origins):
        with catalogue.transaction():
            provenance.note(catalogue, news, datetime.now().astimezone())


def _sorted_out(rows: Iterable[Entry | Rejection]) -> tuple[list[Entry], list[Rejection]]:
    entries: list[Entry] = []
    rejections: list[Rejection] = []
    for row in rows:
        if isinstance(row, Entry):
            entries.append(row)
        else:
            rejections.append(row)
    return entries, rejections


def _report(merge: deduplicate.Merge, listings: int, rejections: Sequence[Rejection]) -> Report:
    relisted = merge.with_outcome("relisted")
    return Report(
        listings=listings - len(merge.rejections),
        added=merge.with_outcome("added"),
        updated=merge.with_outcome("updated"),
        relisted=relisted,
        unchanged=len(merge.with_outcome("unchanged")),
        merged=merge.merged_count + len(relisted),
        rejected=(*rejections, *merge.rejections),
        successors=merge.successors,
        conflicts=merge.conflicts,
    )
