"""A catalogue -> its papers that are not as they were written, what to tell of them, and what cures them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.domain.callbacks import OnProgress
from assistant.domain.records import Paper
from assistant.library import full_texts
from assistant.library.catalogue import Catalogue
from assistant.library.index import REINDEX
from assistant.library.rows import StoredPaper

VOUCHED = 2_000
"""Papers; so many are read and compared with their checksums in about 40 ms, whenever a library is opened."""

_TOLD = 1_000  # papers that a check has in memory, and after which it is told how far it has come
# Listings whose paper is gone; an index may still have the id of a row that is.
_ORPHANS = "SELECT paper_id, title, source FROM listings WHERE paper_id NOT IN (SELECT id FROM papers NOT INDEXED)"
_NAMED = 3  # papers that a message names; `assistant status --full` names all


@dataclass(frozen=True, slots=True)
class DamagedPaper:
    """A paper that must not be evidence."""

    id: str
    title: str
    problem: str
    """What is wrong with it, as the end of a sentence that its title begins."""
    cure: str

    def __str__(self) -> str:
        """Name the paper and what is wrong with it."""
        return f"{self.title[:80]!r} ({self.id}) {self.problem}"


def texts(stored_papers: Iterable[StoredPaper]) -> list[DamagedPaper]:
    """Return those whose text, facts or listings are not as they were written: only their listings have those."""
    return [
        DamagedPaper(stored.paper.id, stored.paper.title, stored.problem, _ingest(stored.paper))
        for stored in stored_papers
        if stored.problem
    ]


def vectors(catalogue: Catalogue, blobs: Mapping[str, bytes | None]) -> list[DamagedPaper]:
    """Return those of {paper id: its vectors} that have none, or none that are as they were stored."""
    ids = [id for id, blob in blobs.items() if blob is None]
    papers = [stored.paper for stored in catalogue.stored_papers(ids)] if ids else []
    problem = "has vectors that are missing or not as they were stored"
    return [DamagedPaper(paper.id, paper.title, problem, REINDEX) for paper in papers]


def found(catalogue: Catalogue, stored_papers: Sequence[StoredPaper], *, bodies: bool) -> dict[str, DamagedPaper]:
    """Return by their ids those of these papers that are not as they were written, with `bodies` also for their full
    texts, which are read then."""
    damaged = texts(stored_papers)
    if bodies:
        damaged += _bodies(catalogue, (stored.paper for stored in stored_papers if not stored.problem))
    return {paper.id: paper for paper in damaged}


def _bodies(catalogue: Catalogue, papers: Iterable[Paper]) -> list[DamagedPaper]:
    """Return those of these papers whose full text is not as it was written; all of it is read."""
    problem = "has a full text that is not as it was written"
    return [
        DamagedPaper(paper.id, paper.title, problem, _ingest(paper)) for paper in full_texts.damaged(catalogue, papers)
    ]


def lost(catalogue: Catalogue) -> list[DamagedPaper]:
    """Return the papers that are gone, of which there are listings."""
    gone: dict[str, tuple[str, dict[str, None]]] = {}
    for id, title, source in catalogue.read(_ORPHANS):
        gone.setdefault(str(id), (str(title), {}))[1][str(source)] = None
    problem = "is gone, and its listings are there"
    return [DamagedPaper(id, title, problem, _again(sources)) for id, (title, sources) in gone.items()]


def every(catalogue: Catalogue, on_progress: OnProgress = lambda *_: None) -> list[DamagedPaper]:
    """Return all, with every text and every vector read; none but some are in memory at once."""
    size = catalogue.size()
    papers: list[DamagedPaper] = []
    done = 0
    on_progress("checking texts", done, size)
    for stored_papers in catalogue.stored_batches(_TOLD):
        papers += found(catalogue, stored_papers, bodies=True).values()
        done += len(stored_papers)
        on_progress("checking texts", done, size)
    papers += lost(catalogue)
    altered = {paper.id for paper in papers}
    lacking: dict[str, bytes | None] = {}
    for number, (id, blob) in enumerate(catalogue.embeddings(), 1):
        if blob is None and id not in altered:
            lacking[id] = None
        if number % _TOLD == 0:
            on_progress("checking vectors", number, size)
    on_progress("checking vectors", size, size)
    return papers + vectors(catalogue, lacking)


def first_of(problems: Sequence[str]) -> str:
    """Return the first problems in one line, and how many more there are."""
    more = len(problems) - _NAMED
    rest = [f"and {more:,} more, which `assistant status --full` names"] if more > 0 else []
    return "; ".join([*problems[:_NAMED], *rest])


def message(papers: Sequence[DamagedPaper]) -> str:
    """Return what to tell of papers that are left out of all answers, and what cures them."""
    names = first_of(list(map(str, papers)))
    cures = "; ".join(dict.fromkeys(paper.cure for paper in papers[:_NAMED]))
    return f"left out of all answers: {names}. To cure it, {cures}"


def _ingest(paper: Paper) -> str:
    return _again(dict.fromkeys(listing.source for listing in paper.listings))


def _again(sources: Iterable[str]) -> str:
    names = ", ".join(sources)
    return f"run `assistant ingest` on its listings again{f' ({names})' if names else ''}"
