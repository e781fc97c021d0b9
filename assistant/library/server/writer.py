"""Entries, or ids to remove -> the next version of a library at a server; where another writer was first, that after
it."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from assistant.domain.callbacks import OnProgress
from assistant.domain.errors import LibraryError, LockedError
from assistant.domain.identifiers import identity, source_identity
from assistant.domain.records import Entry, Paper, Rejection
from assistant.domain.titles import normalise
from assistant.ingest import deduplicate
from assistant.library import bm25, builder, embeddings, names, reports
from assistant.library.reports import Report
from assistant.library.rows import StoredPaper
from assistant.library.server import records
from assistant.library.server.catalogue import ServerCatalogue
from assistant.library.server.client import PAGE, Server
from assistant.library.server.collection import Records, Row
from assistant.library.server.records import ServedPaper
from assistant.library.server.snapshot import require_embedder
from assistant.library.server.versions import LONGEST, Version, Versions
from assistant.models.base import Embedder

_ATTEMPTS = 20  # to make a version before others do
_BATCH = 256  # papers whose vectors are computed, and staged, at once: what an interruption can lose


Embed = Callable[[int, int], int]
"""Computes the vectors of papers from one place to another of a change, and returns of how many."""


@dataclass(frozen=True, slots=True)
class Change:
    """What the next version is to have, and no longer have."""

    put: Sequence[tuple[Paper, str]] = ()
    """New papers and those to replace, with their content hashes."""
    gone: Sequence[str] = ()
    """Ids of papers."""


class VectorStore(ServerCatalogue):
    """The catalogue of a version, beside which vectors are kept that no record has yet."""

    def __init__(self, place: str, store: Records, version: Version, kept: dict[str, bytes]) -> None:
        """`kept` has {content hash: vectors} of earlier attempts of this writer, and gets those of this one."""
        super().__init__(place, store, version)
        self.kept = kept

    def embedded(self, contents: Sequence[str]) -> dict[str, int]:
        """Return {content hash: bytes of its vectors} of those of these hashes whose vectors are at the server, in this
        version or staged by a run that was interrupted, or are kept."""
        missing = [content for content in dict.fromkeys(contents) if content not in self.kept]
        for start in range(0, len(missing), PAGE):
            whole = self.store.get(where={"content": {"$in": missing[start : start + PAGE]}})
            passages = [
                f"{row.id.rpartition('#')[0]}#{part}@{row.metadata['commit']}"
                for row in whole
                for part in range(row.metadata["parts"])
            ]
            parts: dict[tuple[str, str], dict[int, Row]] = {}
            for row in self.store.get(passages, include=("metadatas", "embeddings")):
                key = str(row.metadata["paper"]), str(row.metadata["commit"])
                parts.setdefault(key, {})[row.metadata["part"]] = row
            for rows in parts.values():
                if (blob := records.blob(rows)) is not None:
                    self.kept[str(rows[0].metadata["content"])] = blob
        return {content: len(self.kept[content]) for content in contents if content in self.kept}

    def put_embeddings(self, vectors: Iterable[tuple[str, bytes]]) -> None:
        """Keep vectors by content hash."""
        self.kept |= dict(vectors)

    def matrix(self, content: str) -> NDArray[np.float32]:
        """Return the vectors that are kept under a content hash."""
        return embeddings.decode(self.kept[content], self.dimension())


@dataclass
class Attempts:
    """A writer's attempts to make a version: what it computed is kept from one to the next."""

    server: Server
    embedder: str | None
    """The fingerprint of what the vectors are, or were, made by; None where none is needed."""
    on_progress: OnProgress = lambda *_: None
    vectors: dict[str, bytes] = field(default_factory=dict)
    computed: int = 0
    """Papers whose vectors had to be computed, in all attempts."""
    _began: int = field(default_factory=lambda: int(time.time()))

    def commit(self, plan: Callable[[VectorStore], tuple[Change, Embed]]) -> VectorStore:
        """Make the version that `plan` wants of the current one, which it is asked about anew where another writer was
        first; return what the library was before. `plan` gives the change, and what computes the vectors of
        its papers. Raises `LockedError` where others were first again and again."""
        versions = Versions(self.server)
        versions.sparse()  # raises where the collection is no library
        store = Records(self.server, self.server.address.collection)
        for _ in range(_ATTEMPTS):
            version = versions.finish(store)
            require_embedder(version, self.embedder, str(self.server.address))
            catalogue = VectorStore(str(self.server.address), store, version, self.vectors)
            change, embed = plan(catalogue)
            if not change.put and not change.gone:
                return catalogue
            following = self.staged(store, catalogue, change, embed, sparse=versions.sparse())
            if time.time() - self._began > LONGEST:
                raise LibraryError(
                    "the write took too long, and was given up",
                    path=str(self.server.address),
                    cure="run this again: the vectors computed so far are kept",
                )
            if versions.win(following, version):
                versions.settle(store, following)
                versions.sweep(store, following)
                return catalogue
            store.remove({"commit": following.commit})
        cure = "wait for them to finish, then run this again"
        raise LockedError("other programs write to the library all the time", path=str(self.server.address), cure=cure)

    def staged(self, store: Records, catalogue: VectorStore, change: Change, embed: Embed, *, sparse: bool) -> Version:
        """Stage the records of a change; return the version that has it."""
        now, commit, analyse = int(time.time()), uuid.uuid4().hex[:16], bm25.analyser().analyze
        basis = catalogue.now
        ids = [*change.gone, *(paper.id for paper, _ in change.put)]
        former = [row.metadata for row in catalogue.whole(ids)]
        places = {str(metadata["paper"]): metadata["position"] for metadata in former}
        following, news = basis.position, []
        for start in range(0, len(change.put), _BATCH):
            self.computed += embed(start, start + _BATCH)
            rows = []
            for paper, content in change.put[start : start + _BATCH]:
                if paper.id not in places:
                    places[paper.id], following = following, following + 1
                served = ServedPaper(StoredPaper(paper, content), places[paper.id], catalogue.matrix(content))
                rows += records.staged(served, commit, analyse, now, sparse=sparse)
            store.add(rows)
            news += [row.metadata for row in rows]
            self.on_progress("storing", min(start + _BATCH, len(change.put)), len(change.put))
        store.add([records.tombstone(id, commit, basis.dimension, now) for id in change.gone])
        counts = basis.counts.changed(records.counts(former), records.counts(news))
        return replace(
            basis, number=basis.number + 1, commit=commit, counts=counts, position=following, published=False
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
    entries, rejections = reports.sorted_out(rows)
    versions = Versions(server)
    if not entries or (dry_run and not versions.exist()):
        report = reports.report_of(deduplicate.merge(entries, ()), len(entries), rejections)
        return replace(report, seconds=time.monotonic() - began)
    if not dry_run:
        versions.make(embeddings.fingerprint(embedder.fingerprint), embedder.dimension)
    store = Records(server, server.address.collection)
    if dry_run:
        catalogue = ServerCatalogue(str(server.address), store, versions.current())
        report = reports.report_of(deduplicate.merge(entries, known(catalogue, entries)), len(entries), rejections)
        return replace(report, seconds=time.monotonic() - began)
    made: list[Report] = []

    def plan(catalogue: VectorStore) -> tuple[Change, Embed]:
        report = reports.report_of(deduplicate.merge(entries, known(catalogue, entries)), len(entries), rejections)
        made.append(report)
        papers = (*report.added, *report.updated, *report.relisted)
        put = [(paper, embeddings.content_hash(paper, catalogue.now.fingerprint)) for paper in papers]

        def embed(start: int, end: int) -> int:
            def shifted(stage: str, done: int, _: int) -> None:
                on_progress(stage, start + done, len(papers))

            return builder.embed(catalogue, papers[start:end], embedder, shifted)[0]

        return Change(put, report.superseded), embed

    attempts = Attempts(server, embedder.fingerprint, on_progress)
    attempts.commit(plan)
    return replace(made[-1], embedded=attempts.computed, seconds=time.monotonic() - began)


def remove(server: Server, ids: Sequence[str]) -> list[str]:
    """Take these papers and their listings out of the library, all at once; return the ids of those that were there."""
    gone: list[str] = []

    def plan(catalogue: VectorStore) -> tuple[Change, Embed]:
        gone[:] = catalogue.positions(ids)
        return Change(gone=gone), lambda *_: 0

    Attempts(server, None).commit(plan)
    return gone


def store(
    server: Server,
    papers: Sequence[tuple[Paper, bytes]],
    fingerprint: str,
    dimension: int,
    on_progress: OnProgress = lambda *_: None,
) -> None:
    """Make a library of papers with their vectors, as a catalogue stores them; raises `LibraryError` where the one at
    the server has papers."""
    Versions(server).make(fingerprint, dimension)
    put = [(paper, embeddings.content_hash(paper, fingerprint)) for paper, _ in papers]
    vectors = {content: blob for (_, content), (_, blob) in zip(put, papers, strict=True)}

    def plan(catalogue: VectorStore) -> tuple[Change, Embed]:
        if catalogue.size() or (catalogue.now.fingerprint, catalogue.dimension()) != (fingerprint, dimension):
            what = "there is a library here already" if catalogue.size() else "a library of another embedder is here"
            raise LibraryError(what, path=str(server.address), cure="name another collection with ?collection=")
        return Change(put), lambda *_: 0

    Attempts(server, None, on_progress, vectors).commit(plan)


def known(catalogue: ServerCatalogue, entries: Sequence[Entry]) -> list[Paper]:
    """Return the papers of a library that entries may be, or whose ids they may not take, in the order added."""
    papers: dict[str, tuple[int, Paper]] = {}
    for batch in _batches(entries):
        keys = [source_identity(entry.id, entry.listing.source) for entry in batch if entry.id is not None]
        keys += [identity(alias) for entry in batch for alias in entry.aliases]
        wanted = names.of_keys(keys, [normalise(entry.listing.title) for entry in batch])
        where = records.named(wanted, {id for entry in batch for id in names.possible_ids(entry)})
        for row in catalogue.store.get(where=where, include=("metadatas", "documents")):
            if row.metadata.get("part") == 0 and records.is_visible(row.metadata, catalogue.now.number):
                stored = records.read(row)
                if not stored.problem:
                    papers[stored.paper.id] = row.metadata["position"], stored.paper
    return [paper for _, paper in sorted(papers.values(), key=lambda place: place[0])]


def _batches(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    return (entries[start : start + PAGE // 3] for start in range(0, len(entries), PAGE // 3))
