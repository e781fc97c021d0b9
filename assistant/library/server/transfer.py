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


def to_server(source: LibrarySnapshot, server: Server, on_progress: OnProgress) -> int:
    """Make a library at a server of a snapshot; return of how many papers. Raises `LibraryError` where papers of it are
    damaged, or the server has a library with papers."""
    papers = _contents(source)
    if having := [paper for paper, _ in papers if paper.full_text is not None]:
        raise LibraryError(
            f"papers with a full text: {len(having):,}, such as {having[0].title[:80]!r}; nothing was exported",
            path=source.place,
            cause="a Chroma server keeps titles and abstracts",
            cure="export to a folder; or ingest the papers at the server (`assistant ingest --vectors`), which leaves "
            "their full texts out",
        )
    server_writer.store(server, papers, source.fingerprint, source.dimension, on_progress)
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
    hashed = [(paper, embeddings.content_hash(paper, source.fingerprint), blob) for paper, blob in papers]
    with (
        contextlib.closing(Catalogue(folder)) as catalogue,
        builder.writer_session(folder, catalogue, writer.LOCK_SECONDS),
    ):
        _require_generation_0(catalogue)
        full_texts.put(catalogue, full_texts.copies(source.catalogue, (paper for paper, _ in papers)))
        catalogue.put_embeddings((content, blob) for _, content, blob in hashed)
        with catalogue.transaction():
            catalogue.set_state(fingerprint=source.fingerprint, dimension=str(source.dimension))
            catalogue.put((paper, content) for paper, content, _ in hashed)
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


def _contents(source: LibrarySnapshot) -> Sequence[tuple[Paper, bytes]]:
    """Return all papers of a snapshot with their vectors, in the order added; raises `LibraryError` for one that is not
    as it was written, for it would be with a new checksum."""
    papers = source.papers()
    vectors = dict(source.catalogue.embeddings())
    damaged = [*source.damaged.values(), *damaged_papers.vectors(source.catalogue, vectors)]
    if damaged:
        raise LibraryError(f"{damaged_papers.message(damaged)}; nothing was exported", path=source.place)
    complete = [(paper, blob) for paper in papers if (blob := vectors.get(paper.id)) is not None]
    if len(complete) != source.size:
        what = f"{len(complete):,} of {source.size:,} papers could be read; nothing was exported"
        raise LibraryError(what, path=source.place, cure="run this again")
    return complete
