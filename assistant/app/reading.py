"""A filter, words and marks -> the papers that a list of them shows, with what readers say of each."""

from collections.abc import Iterator, Sequence

from assistant.app.filters import admitted, tell_damaged
from assistant.domain.annotations import NOTHING, Annotations
from assistant.domain.callbacks import OnMessage
from assistant.domain.records import Paper
from assistant.library import annotations
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.filters import Filter
from assistant.retrieval.matching import Words


def select(
    library: LibrarySnapshot,
    papers_filter: Filter,
    on_message: OnMessage,
    *,
    match: str = "",
    unread: bool | None = None,
) -> Iterator[Paper]:
    """Yield the papers that pass the filter, in the order added: those that have the words `match`, and with `unread`
    that are not marked as read, with False that are. Raises `UsageError` where `match` is no word."""
    words = Words(match) if match else None
    papers = _each(library, admitted(library, papers_filter, on_message))
    if words is None and unread is None:
        return papers
    by_id = said(library, on_message)
    return (
        paper
        for paper in papers
        if (words is None or words.are_in(paper, by_id.get(paper.id, NOTHING)))
        and (unread is None or unread == (by_id.get(paper.id, NOTHING).read is None))
    )


def _each(library: LibrarySnapshot, ids: frozenset[str] | None) -> Iterator[Paper]:
    """Yield these papers in the order added; all of a library a thousand at a time."""
    if ids is None:
        for batch in library.catalogue.batches():
            yield from library.papers([id for _, id in batch])
    else:
        positions = library.catalogue.positions(ids)
        yield from library.papers(sorted(positions, key=positions.__getitem__))


def said(library: LibrarySnapshot, on_message: OnMessage, ids: Sequence[str] | None = None) -> dict[str, Annotations]:
    """Return {paper id: what readers say of it}, and tell of what is not as it was written."""
    stored = annotations.read(library.catalogue, ids)
    tell_damaged(stored, on_message)
    return dict(stored.by_id)
