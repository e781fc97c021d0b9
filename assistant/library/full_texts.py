"""Full texts of papers <-> rows of the catalogue, under the hash of what they say; a question reads few of them."""

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from assistant.domain import full_texts
from assistant.domain.errors import LibraryError
from assistant.domain.full_texts import FullText, Passage
from assistant.domain.records import Paper
from assistant.library.connection import AMONG, CatalogueConnection

VERSION = 6
"""The first version of a catalogue's schema that has full texts."""


def put(catalogue: CatalogueConnection, texts: Iterable[FullText]) -> None:
    """Keep full texts, each in a transaction of its own; one that is there as it was written is left alone. Nobody sees
    them until a paper names them, and `Catalogue.forget` drops what none does."""
    for text in texts:
        if _stored(catalogue, text.digest) is None:
            with catalogue.transaction():
                values = (text.digest, text.pages, text.count, full_texts.encode(text.passages, text.pages))
                catalogue.run(
                    "INSERT OR REPLACE INTO full_texts (digest, pages, count, body) VALUES (?, ?, ?, ?)", values
                )


def known(catalogue: CatalogueConnection, digests: Iterable[object]) -> dict[str, FullText]:
    """Return {digest: what is known of the full text} of those of these that are there; their passages are not read."""
    unique = sorted({digest for digest in digests if isinstance(digest, str)})
    if not unique or catalogue.version() < VERSION:
        return {}
    rows = catalogue.read(f"SELECT digest, pages, count FROM full_texts WHERE digest {AMONG}", (json.dumps(unique),))
    return {
        str(digest): FullText(str(digest), pages, count)
        for digest, pages, count in rows
        if isinstance(pages, int) and isinstance(count, int)
    }


def passages(catalogue: CatalogueConnection, paper: Paper) -> tuple[Passage, ...] | None:
    """Return the passages of the full text of a paper, () where it has none; None where they are not as they were
    written."""
    if paper.full_text is None:
        return ()
    stored = _stored(catalogue, paper.full_text.digest)
    return stored.passages if stored else None


def copies(catalogue: CatalogueConnection, papers: Iterable[Paper]) -> Iterator[FullText]:
    """Yield the full texts of papers with their passages, to be kept elsewhere; raises `LibraryError` for one that is
    not as it was written."""
    for paper in papers:
        if paper.full_text is not None:
            yield FullText(
                paper.full_text.digest, paper.full_text.pages, paper.full_text.count, require(catalogue, paper)
            )


def require(catalogue: CatalogueConnection, paper: Paper) -> tuple[Passage, ...]:
    """Return what `passages` does; raises `LibraryError` for passages that are not as they were written."""
    read = passages(catalogue, paper)
    if read is None:
        sources = ", ".join(dict.fromkeys(listing.source for listing in paper.listings))
        cure = f"run `assistant ingest` on its listings again ({sources})"
        raise LibraryError(f"the full text of {paper.title[:80]!r} is not as it was written", path=paper.id, cure=cure)
    return read


def counts(catalogue: CatalogueConnection, ids: Sequence[str] | None = None) -> Mapping[str, int]:
    """Return {paper id: passages} of those of these papers, or of all, that have a full text."""
    if catalogue.version() < VERSION or not catalogue.read("SELECT 1 FROM full_texts LIMIT 1"):
        return {}
    where, values = ("", ()) if ids is None else (f"WHERE id {AMONG}", (json.dumps(list(ids)),))
    query = f"SELECT id, count FROM papers JOIN full_texts ON digest = full_text {where}"
    return {str(id): count for id, count in catalogue.read(query, values) if isinstance(count, int)}


def total(catalogue: CatalogueConnection) -> int:
    """Return how many passages the full texts of all papers have."""
    return sum(counts(catalogue).values())


def texts(catalogue: CatalogueConnection, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (paper id, text) of every passage of these papers, `counts` of each paper; "" for those of a full text that
    is not as it was written."""
    for id, count in counts(catalogue, ids).items():
        digests = catalogue.read("SELECT full_text FROM papers WHERE id = ?", (id,))
        stored = next((_stored(catalogue, str(digest)) for (digest,) in digests), None)
        words = [passage.text for passage in stored.passages] if stored else [""] * count
        yield from ((id, text) for text in words)


def damaged(catalogue: CatalogueConnection, papers: Iterable[Paper]) -> Iterator[Paper]:
    """Yield those of these papers whose full text is not as it was written; reads all of them."""
    return (paper for paper in papers if passages(catalogue, paper) is None)


def forget(catalogue: CatalogueConnection) -> None:
    """Drop full texts of no paper, nor of one whose removal can be taken back."""
    if catalogue.version() >= VERSION:
        # NULL, which most papers have, would make NOT IN true of nothing.
        used = " UNION ".join(
            f"SELECT full_text FROM {table} WHERE full_text IS NOT NULL" for table in ("papers", "past_papers")
        )
        catalogue.run(f"DELETE FROM full_texts WHERE digest NOT IN ({used})")


def _stored(catalogue: CatalogueConnection, digest: str) -> FullText | None:
    """Return the full text that is kept under a digest, with its passages; None where nothing is, or not what was
    written."""
    for pages, count, body in catalogue.read("SELECT pages, count, body FROM full_texts WHERE digest = ?", (digest,)):
        with contextlib.suppress(ValueError):
            text = full_texts.decode(str(body))
            if text == FullText(digest, pages, count):
                return text
    return None
