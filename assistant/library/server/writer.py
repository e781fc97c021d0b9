"""Entries, or ids to remove -> the next version of a library at a server, staged there batch by batch."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from assistant.domain.annotations import Annotations
from assistant.domain.callbacks import OnProgress
from assistant.domain.errors import LibraryError
from assistant.domain.records import Entry, Paper, Rejection
from assistant.library import annotations, builder, embeddings, names
from assistant.library.intake import Intake
from assistant.library.reports import Report, Run
from assistant.library.rows import StoredPaper
from assistant.library.server import records, staging
from assistant.library.server.catalogue import ServerCatalogue
from assistant.library.server.client import PAGE, Server
from assistant.library.server.collection import Records
from assistant.library.server.staging import Stage
from assistant.library.server.versions import Versions
from assistant.models.base import Embedder

_BATCH = 256  # papers whose vectors are computed, and staged, at once: what an interruption can lose
_LOOKED_UP = PAGE // 3  # entries, each of some ids, that are looked up at once
_NO_FULL_TEXT = (
    "its full text only; title and abstract are taken: a library at a Chroma server keeps no more. Ingest it into a "
    "folder (--library DIR) for quotes from its pages"
)


def add(
    server: Server,
    rows: Iterable[Entry | Rejection],
    embedder: Embedder,
    *,
    dry_run: bool = False,
    on_progress: OnProgress = lambda *_: None,
) -> Report:
    """Add listings to the library at a server, made where there is none; the rest as for `library.writer.add`."""
    began = time.monotonic()
    intake = Intake(_without_full_texts(rows))
    runs = [Run(intake.rejections)]
    versions = Versions(server)
    if not intake.count:
        return runs[-1].report(0, began)
    if dry_run:
        catalogue = _current(server, versions) if versions.exist() else None
        runs[-1].merge(intake, lambda entries: known(catalogue, entries) if catalogue else [], lambda *_: {})
        return runs[-1].report(intake.count, began)
    versions.make(embeddings.fingerprint(embedder.fingerprint), embedder.dimension)

    def change(stage: Stage) -> None:
        run = Run(intake.rejections)
        run.embedded = runs[-1].embedded  # in all attempts
        runs[:] = [run]

        def embed(papers: Sequence[Paper], on_share: OnProgress) -> Mapping[str, str]:
            computed, hashes = _stage(stage, papers, embedder, on_share)
            run.embedded += computed
            return hashes

        run.merge(intake, lambda entries: known(stage.catalogue, entries), embed, on_progress)
        stage.say(annotations.carried(stage.catalogue, run.successors))
        stage.take_out(list(run.successors))

    staging.commit(server, embedder.fingerprint, change)
    return runs[-1].report(intake.count, began)


def _without_full_texts(rows: Iterable[Entry | Rejection]) -> Iterator[Entry | Rejection]:
    """Yield rows whose entries have no full text, for which a server has no room, and behind each that had one a word
    of that."""
    for row in rows:
        if isinstance(row, Rejection) or row.full_text is None:
            yield row
        else:
            yield replace(row, full_text=None)
            yield Rejection(row.listing.source, row.listing.line, _NO_FULL_TEXT)


def _stage(
    stage: Stage, papers: Sequence[Paper], embedder: Embedder, on_progress: OnProgress
) -> tuple[int, dict[str, str]]:
    """Stage papers with their vectors, batch by batch, so that an interruption loses one; return of how many these were
    computed, and {paper id: content hash}."""
    computed, hashes = 0, dict[str, str]()
    for start in range(0, len(papers), _BATCH):
        batch = papers[start : start + _BATCH]

        def tell(kind: str, done: int, _: int, start: int = start) -> None:
            on_progress(kind, start + done, len(papers))

        count, contents = builder.embed(stage.catalogue, batch, embedder, tell)
        computed += count
        hashes |= contents
        stored = [StoredPaper(paper, contents[paper.id]) for paper in batch]
        stage.put([(paper, stage.catalogue.matrix(paper.content)) for paper in stored])
        tell("storing", len(batch), len(batch))
    return computed, hashes


def remove(server: Server, ids: Sequence[str]) -> list[str]:
    """Take these papers and their listings out of the library, all at once; return the ids of those that were there."""
    gone: list[str] = []

    def change(stage: Stage) -> None:
        gone[:] = stage.catalogue.positions(ids)
        stage.take_out(gone)

    staging.commit(server, None, change)
    return gone


def annotate(server: Server, ids: Sequence[str], edit: Callable[[Annotations], Annotations]) -> dict[str, Annotations]:
    """Change what is said of papers, all at once; return what is said of those for which that changed. What was said
    of a paper and is not as it was written is lost by this. Raises what `edit` raises, having changed nothing."""
    changed: dict[str, Annotations] = {}

    def change(stage: Stage) -> None:
        there = stage.catalogue.positions(ids)
        changed.clear()
        changed.update(annotations.edited(stage.catalogue, (id for id in ids if id in there), edit))
        stage.say(changed)

    staging.commit(server, None, change)
    return changed


def store(
    server: Server,
    papers: Sequence[tuple[Paper, bytes, str]],
    said: Mapping[str, Annotations],
    fingerprint: str,
    dimension: int,
    on_progress: OnProgress = lambda *_: None,
) -> None:
    """Make a library of papers, each with its vectors as a catalogue stores them and with when it was added, "" where
    nobody knows, and of what readers say of them; raises `LibraryError` where the one at the server has papers."""
    Versions(server).make(fingerprint, dimension)

    def change(stage: Stage) -> None:
        catalogue = stage.catalogue
        if catalogue.size() or (catalogue.now.fingerprint, catalogue.dimension()) != (fingerprint, dimension):
            what = "there is a library here already" if catalogue.size() else "a library of another embedder is here"
            raise LibraryError(what, path=str(server.address), cure="name another collection with ?collection=")
        remaining, done = iter(papers), 0
        while batch := list(islice(remaining, _BATCH)):
            stored = [StoredPaper(paper, embeddings.content_hash(paper, fingerprint)) for paper, _, _ in batch]
            matrices = [embeddings.decode(blob, dimension) for _, blob, _ in batch]
            stage.put(list(zip(stored, matrices, strict=True)), {paper.id: added for paper, _, added in batch})
            done += len(batch)
            on_progress("storing", done, len(papers))
        stage.say(said)

    staging.commit(server, None, change)


def known(catalogue: ServerCatalogue, entries: Sequence[Entry]) -> list[Paper]:
    """Return the papers of a library that entries may be, or whose ids they may not take, in the order added."""
    papers: dict[str, tuple[int, Paper]] = {}
    for start in range(0, len(entries), _LOOKED_UP):
        batch = entries[start : start + _LOOKED_UP]
        where = records.named(names.of_entries(batch), {id for entry in batch for id in names.possible_ids(entry)})
        for row in catalogue.store.get(where=where, include=("metadatas", "documents")):
            if row.metadata.get("part") == 0 and records.is_visible(row.metadata, catalogue.now.number):
                stored = records.read(row)
                if not stored.problem:
                    papers[stored.paper.id] = row.metadata["position"], stored.paper
    return [paper for _, paper in sorted(papers.values(), key=lambda place: place[0])]


def _current(server: Server, versions: Versions) -> ServerCatalogue:
    store = Records(server, server.address.collection)
    return ServerCatalogue(str(server.address), store, versions.current())
