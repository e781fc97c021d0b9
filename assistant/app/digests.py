"""A library, a filter, and what was told before -> the papers that are new, and a digest of them."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.answering import digests
from assistant.answering.digests import Digest
from assistant.app.filters import admitted
from assistant.app.handle import Library
from assistant.app.saved_digests import SavedDigest
from assistant.domain.callbacks import OnMessage, OnStage
from assistant.domain.identifiers import title_id
from assistant.domain.records import Paper
from assistant.library import overview
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.filters import Filter


@dataclass(frozen=True, slots=True)
class NewPapers:
    """Papers that a digest is about."""

    papers: tuple[Paper, ...]
    """In the order added."""
    admitted: frozenset[str]
    """The ids of all papers that the filter lets through, told of or not."""
    undated: int
    """Papers that it leaves out only because they have no date."""


def new_papers(
    library: LibrarySnapshot, papers_filter: Filter, told: frozenset[str], on_message: OnMessage
) -> NewPapers:
    """Return the papers that pass the filter, but those with the ids `told`; `on_message` gets what nobody would
    expect, such as a tag that no paper has. Raises `LibraryError`."""
    ids = admitted(library, replace(papers_filter, since=None, until=None), on_message)
    undated = 0
    if papers_filter.since or papers_filter.until:
        undated = overview.undated(library.catalogue, ids)
        ids = admitted(library, papers_filter, lambda _: None)
    every = frozenset(library.ids) if ids is None else ids
    # A paper that was told of under the id of its title may have got one of arXiv since.
    papers = library.papers([id for id in library.ids if id in every and id not in told])
    new = tuple(paper for paper in papers if told.isdisjoint((*paper.aliases, title_id(paper.title))))
    return NewPapers(new, every, undated)


def make(
    library: Library, new: NewPapers, period: str, topics: Sequence[str] = (), on_stage: OnStage | None = None
) -> Digest:
    """Return the digest of new papers, by topic or, without topics, by theme.

    Raises `UsageError`, `LibraryError`, and `MissingModelError` where the library's embedder is not on this machine.
    """
    asking = replace(library.pipeline(), on_stage=on_stage)
    return digests.write(asking, new.papers, period, topics, new.undated)


def nameless(digest: SavedDigest) -> str:
    """Return the name under which a digest that was not saved remembers what it told of: one for each question."""
    asked = json.dumps([digest.topics, dict(sorted(digest.filters.items()))])
    return f"unsaved-{hashlib.sha256(asked.encode()).hexdigest()[:12]}"
