"""A question -> the papers of a library that may answer it, best first, each under a key of its own."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from assistant import ranking
from assistant.embedding.ports import Embedder
from assistant.library.reader import Library
from assistant.records import Evidence, Paper

_WORD_HITS = 1000
"""Word hits fetched where not all papers are compared."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which papers may be found; the default lets all through."""

    since: date | None = None
    until: date | None = None
    source: str | None = None
    """Part of the name of a source, in any case."""

    def admits(self, paper: Paper) -> bool:
        """Whether the paper may be found; one without a date is not within any period."""
        if (self.since or self.until) and paper.date is None:
            return False
        if paper.date and ((self.since and paper.date < self.since) or (self.until and paper.date > self.until)):
            return False
        named = (self.source or "").casefold()
        return any(named in listing.source.casefold() for listing in paper.listings)


@dataclass(frozen=True, slots=True)
class Context:
    """What a conversation adds to a question; the default is a question asked alone."""

    favoured: Mapping[str, float] = field(default_factory=dict)
    """Paper id -> what is added to its score, because the question refers to the paper."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Paper id -> the key it was given before and keeps."""
    pointed: str = ""
    """The words just typed, where the question is longer because it takes up what was said before."""
    named: bool = False
    """Whether the question names the favoured papers: they have to answer."""
    said: frozenset[str] = frozenset()
    """Sentences already quoted, of which no more is wanted."""


def gather(
    library: Library, embedder: Embedder, question: str, limit: int, allowed: frozenset[str] | None = None
) -> tuple[Evidence, ...]:
    """Return at most `limit` papers, best first; `allowed` are the ids that a filter admits (None: all)."""
    vector = embedder.embed([question])[0]
    return nearest(library, vector, question, limit, allowed)


def nearest(
    library: Library,
    vector: NDArray[np.float32],
    question: str,
    limit: int,
    allowed: frozenset[str] | None = None,
    context: Context = Context(),
) -> tuple[Evidence, ...]:
    """`gather`, for a question whose vector is known, and which may be part of a conversation."""
    if not library.ids:
        return ()
    hits = library.words.search(question, len(library.ids) if library.exact else _WORD_HITS)
    named = {library.ids[number]: score for number, score in hits}
    table = library.candidates(vector, [*named, *context.favoured])
    words = np.fromiter((named.get(id, 0.0) for id in table.ids), np.float32, len(table.ids))
    scores = ranking.combine(words, table, vector)
    if context.favoured:
        scores = scores + np.array([context.favoured.get(id, 0.0) for id in table.ids], np.float32)
    order = np.argsort(-scores, kind="stable")
    best = [i for i in order if allowed is None or table.ids[i] in allowed][:limit]
    found = library.papers([table.ids[i] for i in best])
    named_keys = keys([paper.id for paper in found], context.keys)
    return tuple(Evidence(named_keys[paper.id], paper, float(scores[i])) for paper, i in zip(found, best, strict=True))


def keys(ids: Iterable[str], given: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Return {paper id: key}: "P" and the first hex digits of the id's hash, four or as many as tell it from others.

    A key names a paper, not a rank: the same paper has the same key in the next question. What was `given` before is
    kept, and no other paper gets it.
    """
    wanted = list(ids)
    named = {id: given[id] for id in wanted if id in given}
    taken = set(given.values())
    new = {id: hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest() for id in wanted if id not in given}
    length = 4
    while len({digest[:length] for digest in new.values()} | {key[1:] for key in taken}) < len(new) + len(taken):
        length += 1
    named |= {id: f"P{digest[:length]}" for id, digest in new.items()}
    return {id: named[id] for id in wanted}
