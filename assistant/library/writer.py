"""Entries, or ids to remove -> a changed library: merged, embedded, indexed aside, made current in one transaction."""

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.domain.callbacks import OnProgress
from assistant.domain.identifiers import identity, source_identity
from assistant.domain.records import Entry, Paper, Rejection
from assistant.domain.titles import normalise
from assistant.ingest import deduplicate
from assistant.ingest.abstracts import Conflict
from assistant.ingest.deduplicate import Outcome
from assistant.library import builder, database, embeddings, index, locks, names
from assistant.library.catalogue import Catalogue
from assistant.library.generations import IndexChange
from assistant.library.intake import Intake, Known
from assistant.library.spool import Spool, Spooled
from assistant.models.base import Embedder

LOCK_SECONDS = 60.0  # how long a second writer waits for the first
_IN_MEMORY = 1_000  # papers of a report, about 2 MB
_STORED: tuple[Outcome, Outcome, Outcome] = ("added", "updated", "relisted")
_Embed = Callable[[Sequence[Paper], OnProgress], Mapping[str, str]]
"""Papers -> {paper id: content hash}, once their vectors are stored."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did, or with `dry_run` would do."""

    listings: int
    """Good listings read: added + updated + unchanged + merged."""
    added: Sequence[Paper] = ()
    """These, `updated` and `relisted` are read from the disk where they are many."""
    updated: Sequence[Paper] = ()
    relisted: Sequence[Paper] = ()
    """Papers already in the library that gained a listing and nothing else."""
    unchanged: int = 0
    merged: int = 0
    """Listings that joined a paper already seen, in this run or before."""
    rejected: tuple[Rejection, ...] = ()
    superseded: tuple[str, ...] = ()
    """Ids under which papers were stored that have their source's id now."""
    conflicts: tuple[Conflict, ...] = ()
    """Listings whose abstract is cut, where a fuller one stays."""
    embedded: int = 0
    """Papers whose vectors had to be computed."""
    seconds: float = 0.0


def add(
    folder: Path,
    rows: Iterable[Entry | Rejection],
    embedder: Embedder,
    *,
    dry_run: bool = False,
    on_progress: OnProgress = lambda *_: None,
) -> Report:
    """Add listings to the library in `folder`, made where there is none.

    Everything becomes visible at once at the end; until then readers see the library as it was. Interrupted, it leaves
    the library as it was, and the vectors computed so far are not computed again.
    Raises `LockedError`, `FingerprintError`, and `LibraryError` where the folder cannot be used.
    """
    began = time.monotonic()
    intake = Intake(rows)
    run = _Run(intake.rejections)
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

                run.merge(intake, lambda entries: known(catalogue, entries), embed, on_progress)
                _store(folder, catalogue, run, on_progress)
    return run.report(intake.count, began)


def remove(folder: Path, ids: Sequence[str], on_progress: OnProgress = lambda *_: None) -> None:
    """Take these papers and their listings out of the library, all in one transaction.

    Raises `LockedError` or `LibraryError`, having changed nothing.
    """
    with (
        contextlib.closing(Catalogue(folder)) as catalogue,
        builder.writer_session(folder, catalogue, LOCK_SECONDS),
        catalogue.transaction(),
    ):
        catalogue.check_state()
        change = IndexChange(catalogue.positions(ids), ())
        catalogue.remove(ids)
        catalogue.forget()
        builder.rebuild(folder, catalogue, on_progress, change)


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


class _Run:
    """What an ingest has made of its entries so far; the papers wait on the disk until all can be stored at once."""

    def __init__(self, rejections: Sequence[Rejection]) -> None:
        self.superseded: list[str] = []
        self.embedded = 0
        self._spool = Spool()
        self._rejections = list(rejections)
        self._refused: list[Rejection] = []
        self._conflicts: list[Conflict] = []
        self._merged = self._unchanged = 0

    def merge(self, intake: Intake, known: Known, embed: _Embed, on_progress: OnProgress = lambda *_: None) -> None:
        """Merge all entries with what is `known`, batch by batch, and have the papers that change embedded."""
        done = 0
        for entries, papers in intake.batches(known):
            merge = deduplicate.merge(entries, papers)
            outcomes = {outcome: merge.with_outcome(outcome) for outcome in _STORED}
            changing = [paper for outcome in _STORED for paper in outcomes[outcome]]
            hashes = embed(changing, _share_of(on_progress, done, len(entries), intake.count)) if changing else {}
            for outcome in _STORED:
                self._spool.extend(outcome, ((paper, hashes.get(paper.id, "")) for paper in outcomes[outcome]))
            done += len(entries)
            self.superseded += merge.superseded
            self._refused += merge.rejections
            self._conflicts += merge.conflicts
            self._merged += merge.merged_count + len(outcomes["relisted"])
            self._unchanged += len(merge.with_outcome("unchanged"))

    def papers(self, outcome: Outcome) -> Sequence[tuple[Paper, str]]:
        """Return the papers to which the run does this, each with its content hash."""
        return Spooled[tuple[Paper, str]](self._spool, outcome, lambda item: item)

    def report(self, entries: int, began: float) -> Report:
        """Return the report of a run that read so many entries, and began at this reading of the clock."""
        added, updated, relisted = (_few(Spooled(self._spool, outcome, lambda item: item[0])) for outcome in _STORED)
        return Report(
            listings=entries - len(self._refused),
            added=added,
            updated=updated,
            relisted=relisted,
            unchanged=self._unchanged,
            merged=self._merged,
            rejected=(*self._rejections, *self._refused),
            superseded=tuple(self.superseded),
            conflicts=tuple(self._conflicts),
            embedded=self.embedded,
            seconds=time.monotonic() - began,
        )


def _few(papers: Spooled[Paper]) -> Sequence[Paper]:
    """Return the papers as a tuple, where they are no more than memory has room for."""
    return tuple(papers) if len(papers) <= _IN_MEMORY else papers


def _store(folder: Path, catalogue: Catalogue, run: _Run, on_progress: OnProgress) -> None:
    """Store what a run made of its entries, and index it, all at once."""
    added, updated, relisted = (run.papers(outcome) for outcome in _STORED)
    first = not catalogue.generation()
    if not (added or updated or relisted or first):
        return
    with catalogue.transaction():
        ids = [paper.id for papers in (added, updated) for paper, _ in papers]
        before = catalogue.positions([*run.superseded, *ids])
        catalogue.remove(run.superseded)
        for papers in (added, updated, relisted):
            catalogue.put(papers)
        if ids or first:
            builder.rebuild(folder, catalogue, on_progress, IndexChange(before, ids))


def _share_of(on_progress: OnProgress, done: int, entries: int, total: int) -> OnProgress:
    """Return what is told of the progress of a batch of `entries`, before which `done` of `total` were."""
    if entries == total:
        return on_progress

    def tell(stage: str, part: int, whole: int) -> None:
        on_progress(stage, done + (entries * part // whole if whole else entries), total)

    return tell
