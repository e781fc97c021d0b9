"""Entries of one ingest -> the papers to store, which wait on the disk, and a report of what became of each."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain.callbacks import OnProgress
from assistant.domain.records import Paper, Rejection
from assistant.ingest import deduplicate
from assistant.ingest.abstracts import Conflict
from assistant.ingest.deduplicate import Outcome
from assistant.library.intake import Intake, Known
from assistant.library.spool import Spool, Spooled

STORED: tuple[Outcome, Outcome, Outcome] = ("added", "updated", "relisted")
"""What becomes of papers that are stored."""
Embed = Callable[[Sequence[Paper], OnProgress], Mapping[str, str]]
"""Papers -> {paper id: content hash}, once their vectors are stored."""
_IN_MEMORY = 1_000  # papers of a report, about 2 MB


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


class Run:
    """What an ingest has made of its entries so far; the papers wait on the disk until all can be stored at once."""

    def __init__(self, rejections: Sequence[Rejection]) -> None:
        self.successors: dict[str, str] = {}
        self.sources: dict[str, None] = {}
        """The names of the sources read, in order."""
        self.embedded = 0
        self._spool = Spool()
        self._rejections = list(rejections)
        self._refused: list[Rejection] = []
        self._conflicts: list[Conflict] = []
        self._merged = self._unchanged = 0

    def merge(self, intake: Intake, known: Known, embed: Embed, on_progress: OnProgress = lambda *_: None) -> None:
        """Merge all entries with what is `known`, batch by batch, and have the papers that change embedded."""
        done = 0
        for entries, papers in intake.batches(known):
            merge = deduplicate.merge(entries, papers)
            self.sources |= dict.fromkeys(entry.listing.source for entry in entries)
            outcomes = {outcome: merge.with_outcome(outcome) for outcome in STORED}
            changing = [paper for outcome in STORED for paper in outcomes[outcome]]
            hashes = embed(changing, _share_of(on_progress, done, len(entries), intake.count)) if changing else {}
            for outcome in STORED:
                self._spool.extend(outcome, ((paper, hashes.get(paper.id, "")) for paper in outcomes[outcome]))
            done += len(entries)
            self.successors |= merge.successors
            self._refused += merge.rejections
            self._conflicts += merge.conflicts
            self._merged += merge.merged_count + len(outcomes["relisted"])
            self._unchanged += len(merge.with_outcome("unchanged"))

    def papers(self, outcome: Outcome) -> Sequence[tuple[Paper, str]]:
        """Return the papers to which the run does this, each with its content hash."""
        return Spooled[tuple[Paper, str]](self._spool, outcome, lambda item: item)

    def report(self, entries: int, began: float) -> Report:
        """Return the report of a run that read so many entries, and began at this reading of the clock."""
        added, updated, relisted = (_few(Spooled(self._spool, outcome, lambda item: item[0])) for outcome in STORED)
        return Report(
            listings=entries - len(self._refused),
            added=added,
            updated=updated,
            relisted=relisted,
            unchanged=self._unchanged,
            merged=self._merged,
            rejected=(*self._rejections, *self._refused),
            successors=self.successors,
            conflicts=tuple(self._conflicts),
            embedded=self.embedded,
            seconds=time.monotonic() - began,
        )


def _few(papers: Spooled[Paper]) -> Sequence[Paper]:
    """Return the papers as a tuple, where they are no more than memory has room for."""
    return tuple(papers) if len(papers) <= _IN_MEMORY else papers


def _share_of(on_progress: OnProgress, done: int, entries: int, total: int) -> OnProgress:
    """Return what is told of the progress of a batch of `entries`, before which `done` of `total` were."""
    if entries == total:
        return on_progress

    def tell(stage: str, part: int, whole: int) -> None:
        on_progress(stage, done + (entries * part // whole if whole else entries), total)

    return tell
