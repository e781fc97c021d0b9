"""A filter, words and marks -> the papers that a list of them shows, with what readers say of each."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from assistant.app.filters import admitted, tell_damaged
from assistant.domain import batches
from assistant.domain.annotations import NOTHING, Annotations
from assistant.domain.callbacks import OnMessage
from assistant.domain.records import Paper
from assistant.domain.selection import EVERY, Selection
from assistant.library import annotations, ordering, overview
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.filters import Filter
from assistant.retrieval.matching import Words


def select(
    library: LibrarySnapshot, papers_filter: Filter, on_message: OnMessage, selection: Selection = EVERY
) -> Iterator[Paper]:
    """Yield the papers of a selection that pass the filter, reading no more of them than are called for. Raises
    `UsageError` where its `match` is no word."""
    ids = selected(library, papers_filter, on_message, selection)
    return (paper for batch in batches.growing(ids) for paper in library.papers(batch))


def selected(
    library: LibrarySnapshot, papers_filter: Filter, on_message: OnMessage, selection: Selection
) -> Iterator[str]:
    """Yield the ids of what `select` yields, those of papers included that are not as they were written."""
    words = Words(selection.match) if selection.match else None
    among = admitted(library, papers_filter, on_message)
    by_id = said(library, on_message) if words or selection.unread is not None else {}
    read = {id for id, annotations in by_id.items() if annotations.read}
    if selection.unread is False:
        among = frozenset(read if among is None else read & among)
    ids = ordering.ids(library.catalogue, selection.order, among, reverse=selection.reverse)
    if selection.unread:
        ids = (id for id in ids if id not in read)
    return ids if words is None else _with_words(library, ids, words, by_id)


def days(
    library: LibrarySnapshot,
    papers_filter: Filter,
    on_message: OnMessage,
    selection: Selection,
    limit: int | None = None,
) -> dict[date | None, int]:
    """Return {day, None for none: how many papers are dated so}, of the first `limit` papers (None: of all) of a
    selection that pass the filter; no paper is read, so that only those count as damaged that are known to be."""
    ids: Collection[str] | None = None
    if library.damaged or papers_filter != Filter() or selection != EVERY or limit is not None:
        every = selected(library, papers_filter, on_message, selection)
        ids = list(islice((id for id in every if id not in library.damaged), limit))
    return dict(overview.days(library.catalogue, ids))


def _with_words(
    library: LibrarySnapshot, ids: Iterable[str], words: Words, by_id: Mapping[str, Annotations]
) -> Iterator[str]:
    """Yield the ids of the papers that have words in what their sources or their readers say of them."""
    for batch in batches.growing(ids):
        texts = overview.words_of(library.catalogue, batch)
        matching = {id for id, own in texts if words.are_in([*own, *by_id.get(id, NOTHING).texts])}
        yield from (id for id in batch if id in matching)


def said(library: LibrarySnapshot, on_message: OnMessage, ids: Sequence[str] | None = None) -> dict[str, Annotations]:
    """Return {paper id: what readers say of it}, and tell of what is not as it was written."""
    stored = annotations.read(library.catalogue, ids)
    tell_damaged(stored, on_message)
    return dict(stored.by_id)
