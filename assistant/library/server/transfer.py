"""A library in a folder <-> the same at a server, or at another place, without computing a vector."""

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from assistant.domain.annotations import Annotations
from assistant.domain.callbacks import OnProgress
from assistant.domain.errors import LibraryError
from assistant.domain.records import Paper
from assistant.library import (
    annotations,
    builder,
    damaged_papers,
    database,
    embeddings,
    full_texts,
    index,
    locks,
    provenance,
    writer,
)
from assistant.library.catalogue import Catalogue
from assistant.library.server import writer as server_writer
from assistant.library.server.client import Server
from assistant.library.snapshot import LibrarySnapshot
from assistant.library.spool import Spool, Spooled


def to_server(source: LibrarySnapshot, server: Server, on_progress: OnProgress) -> int:
    """Make a library at a server of a snapshot, with what readers say of its papers; return of how many papers. Raises
    `LibraryError` where something of it is damaged, or the server has a library with papers."""
    papers, said = _contents(source), _said(source)
    titles = (paper.title for paper, _, _ in papers if paper.full_text is not None)
    if (title := next(titles, None)) is not None:
        raise LibraryError(
            f"papers with a full text: {1 + sum(1 for _ in titles):,}, such as {title[:80]!r}; nothing was exported",
            path=source.place,
            cause="a Chroma server keeps titles and abstracts",
            cure="export to a folder; or ingest the papers at the server (`assistant ingest --vectors`), which leaves "
            "their full texts out",
        )
    server_writer.store(server, papers, said, source.fingerprint, source.dimension, on_progress)
    return len(papers)


def to_folder(source: LibrarySnapshot, folder: Path, on_progress: OnProgress) -> int:
    """Make a library in a folder, in which there must be none but one that no ingest or export into it has finished,
    of a snapshot, with what readers say of its papers; return of how many papers. Raises `LibraryError` where something
    of it is damaged."""
    if not database.vacant(folder):
        _require_unfinished(folder)
    papers = _contents(source)
    said = _said(source)
    with database.translated(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locks.exclusive_lock(folder, writer.LOCK_SECONDS):
        if database.vacant(folder):
            database.create(folder, source.fingerprint, source.dimension, index.DEFAULT)
    with (
        contextlib.closing(Catalogue(folder)) as catalogue,
        builder.writer_session(folder, catalogue, writer.LOCK_SECONDS),
    ):
        fingerprint = source.fingerprint
        _require_generation_0(catalogue)
        full_texts.put(catalogue, full_texts.copies(source.catalogue, (paper for paper, _, _ in papers)))
        catalogue.put_embeddings((embeddings.content_hash(paper, fingerprint), blob) for paper, blob, _ in papers)
        with catalogue.transaction():
            catalogue.set_state(fingerprint=fingerprint, dimension=str(source.dimension))
            catalogue.put((paper, embeddings.content_hash(paper, fingerprint)) for paper, _, _ in papers)
            annotations.write(catalogue, said)
            provenance.carry(source.catalogue, catalogue)
            builder.rebuild(folder, catalogue, on_progress)
    return len(papers)


def _require_unfinished(folder: Path) -> None:
    """Raise `LibraryError` where a folder has a library that anything was ever put into."""
    with contextlib.closing(Catalogue(folder)) as catalogue:
        _require_generation_0(catalogue)


def _require_generation_0(catalogue: Catalogue) -> None:
    if catalogue.generation():
        raise LibraryError("there is a library here already", path=catalogue.path.parent, cure="name another folder")


def _said(source: LibrarySnapshot) -> Mapping[str, Annotations]:
    """Return {paper id: what readers say of it}; raises `LibraryError` for what is not as it was written."""
    stored = annotations.read(source.catalogue)
    if stored.problems:
        raise LibraryError(f"{'; '.join(stored.problems)}; nothing was exported", path=source.place, cure=stored.cure)
    return stored.by_id


def _contents(source: LibrarySnapshot) -> Sequence[tuple[Paper, bytes, str]]:
    """Return all papers of a snapshot with their vectors and when they were added ("" where nobody knows), in the
    order added, on the disk; raises `LibraryError` for one that is not as it was written, for it would be with a new
    checksum."""
    spool, damaged = Spool(), []
    for batch in source.catalogue.batches():
        ids = [id for _, id in batch]
        papers, vectors = source.papers(ids), dict(source.catalogue.embeddings(ids))
        arrivals = provenance.arrivals(source.catalogue, {id: position for position, id in batch})
        damaged += damaged_papers.vectors(source.catalogue, vectors)
        complete = (
            (paper, blob, arrivals.get(paper.id, "")) for paper in papers if (blob := vectors.get(paper.id)) is not None
        )
        spool.extend("papers", complete)
    if source.damaged or damaged:
        message = damaged_papers.message([*source.damaged.values(), *damaged])
        raise LibraryError(f"{message}; nothing was exported", path=source.place)
    contents = Spooled[tuple[Paper, bytes, str]](spool, "papers", lambda item: item)
    if len(contents) != source.size:
        what = f"{len(contents):,} of {source.size:,} papers could be read; nothing was exported"
        raise LibraryError(what, path=source.place, cure="run this again")
    return contents
