"""A question -> the papers of a library that may answer it, best first, each under a key of its own."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Evidence, Paper
from assistant.library.embeddings import VectorTable
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.embedder import Embedder
from assistant.retrieval import periods, ranking

_WORD_HITS = 1000
"""Word hits fetched where not all papers are compared."""
_NAMED = 2.0
"""Added to the score of a paper that the question names: more than any paper reaches by its words."""


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
class Query:
    """Words to search for, with their unit vector."""

    text: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Context:
    """What a conversation adds to a question; the default is a question asked alone."""

    named: frozenset[str] = frozenset()
    """Ids of the papers that the question names: they are evidence before all others, and have to answer."""
    also: tuple[Query, ...] = ()
    """The question in other wordings, whose scores count as much as its own."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Paper id -> the key it was given before and keeps."""
    pointed: Query | None = None
    """The words just typed, where the question is longer because it takes up what was said before."""
    said: frozenset[str] = frozenset()
    """Sentences already quoted, of which no more is wanted."""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the words of a question leave of the papers."""

    allowed: frozenset[str] | None
    """Ids; None for all."""
    note: str = ""
    """For a person: what was left out, and why."""


def narrow(library: LibrarySnapshot, question: str, allowed: frozenset[str] | None) -> Narrowing:
    """Return what is left of the `allowed` papers (None: all) where a question names a period of publication."""
    period = periods.read(question)
    if period is None:
        return Narrowing(allowed)
    wanted = Filter(period.since, period.until)
    held = [paper for paper in library.papers() if allowed is None or paper.id in allowed]
    undated = sum(paper.date is None for paper in held)
    left_out = f"; {undated:,} papers without a date are left out" if undated else ""
    note = f"only papers {period} were searched, as the question asks{left_out}"
    return Narrowing(frozenset(paper.id for paper in held if wanted.admits(paper)), note)


def search(
    library: LibrarySnapshot, embedder: Embedder, question: str, limit: int, allowed: frozenset[str] | None = None
) -> tuple[Evidence, ...]:
    """Return at most `limit` papers, best first; `allowed` are the ids that a filter admits (None: all)."""
    vector = embedder.embed([question])[0]
    return retrieve(library, vector, question, limit, allowed)


def retrieve(
    library: LibrarySnapshot,
    vector: NDArray[np.float32],
    question: str,
    limit: int,
    allowed: frozenset[str] | None = None,
    context: Context = Context(),
) -> tuple[Evidence, ...]:
    """`gather`, for a question whose vector is known, and which may be part of a conversation."""
    if not library.ids:
        return ()
    queries = (Query(question, vector), *context.also)
    hits = [_words(library, query.text) for query in queries]
    table = library.candidate_vectors(vector, [*dict.fromkeys(id for found in hits for id in found), *context.named])
    each = [_scores(found, table, query.vector) for found, query in zip(hits, queries, strict=True)]
    scores = each[0] if len(each) == 1 else np.mean(each, axis=0)
    if context.named:
        scores = scores + _NAMED * np.array([id in context.named for id in table.ids], np.float32)
    limit = max(limit, len(context.named))
    ranked = [int(i) for i in np.argsort(-scores, kind="stable") if allowed is None or table.ids[i] in allowed]
    first, rest = ranked[: ranking.FIRST], ranked[ranking.FIRST : limit]
    raised = ranking.with_neighbours(scores[first], table.wholes[first])
    placed = [(first[i], float(raised[i])) for i in np.argsort(-raised, kind="stable")]
    placed = [*placed, *((i, float(scores[i])) for i in rest)][:limit]
    found = library.papers([table.ids[i] for i, _ in placed])
    named_keys = citation_keys([paper.id for paper in found], context.keys)
    return tuple(Evidence(named_keys[paper.id], paper, score) for paper, (_, score) in zip(found, placed, strict=True))


def _words(library: LibrarySnapshot, text: str) -> dict[str, float]:
    """Return {paper id: BM25 score} of the papers that share a word with a text."""
    hits = library.words.search(text, len(library.ids) if library.uses_exact_search else _WORD_HITS)
    return {library.ids[number]: score for number, score in hits}


def _scores(words: Mapping[str, float], table: VectorTable, vector: NDArray[np.float32]) -> ranking.Scores:
    found = np.fromiter((words.get(id, 0.0) for id in table.ids), np.float32, len(table.ids))
    return ranking.combine(found, table, vector)


def citation_keys(ids: Iterable[str], given: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
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
