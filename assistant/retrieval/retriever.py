"""A question -> the papers of a library that may answer it, best first, each under a key of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

from assistant.domain.limits import require_question
from assistant.domain.records import Evidence
from assistant.library.embeddings import VectorTable
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder
from assistant.retrieval import keys, ranking

CANDIDATES = 100
"""Papers that are ranked for being the nearest, and as many for their words; of a long list, twice its length."""
_AT_ONCE = 64
"""Texts whose papers are looked up at once."""
_RIVALS = 50
"""Candidates by vector, and by words, of each of many texts."""


@dataclass(frozen=True, slots=True)
class Query:
    """Words to search for, with their unit vector."""

    text: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Context:
    """What a conversation adds to a question; the default is a question asked alone."""

    named_papers: frozenset[str] = frozenset()
    """Ids of the papers that the question names: they are evidence before all others, and have to answer."""
    rephrasings: tuple[Query, ...] = ()
    """The question in other words, whose scores count as much as its own."""
    cited: tuple[str, ...] = ()
    """Ids of the papers that the question may be about, in the order in which they were cited."""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Paper id -> the key it was given before and keeps."""
    latest: Query | None = None
    """The words just typed, where the question is longer because it repeats what was said before."""
    quoted: frozenset[str] = frozenset()
    """Sentences of earlier answers, which are not to be quoted again."""
    new_terms: frozenset[str] = frozenset()
    """Index terms of the words just typed that name something not named before."""
    repeated: tuple[str, ...] = ()
    """Sentences of the last answer, where these are asked for again, as by who asks for their source."""
    shown: frozenset[str] = frozenset()
    """Ids of the papers that were shown before, where others are asked for."""
    each: bool = True
    """Whether each of the named papers has to answer, as where they are compared."""
    doubts: bool = False
    """Whether `latest` is what was said before, and is doubted."""
    wants_reason: bool = False
    """Whether the reason of what was said is asked for."""


def search(
    library: LibrarySnapshot, embedder: Embedder, question: str, limit: int, allowed: frozenset[str] | None = None
) -> tuple[Evidence, ...]:
    """Return at most `limit` papers, best first; `allowed` are the ids that a filter admits (None: all).

    Raises `UsageError` for a question that is too long.
    """
    vector = embedder.embed_queries([require_question(question)])[0]
    return retrieve(library, vector, question, limit, allowed)


def retrieve(
    library: LibrarySnapshot,
    vector: NDArray[np.float32],
    question: str,
    limit: int,
    allowed: frozenset[str] | None = None,
    context: Context = Context(),
) -> tuple[Evidence, ...]:
    """`search`, for a question whose unit vector is known, and which may be part of a conversation.

    All papers that the question names are returned, even where they are more than `limit`.
    """
    if not library.size:
        return ()
    queries = (Query(question, vector), *context.rephrasings)
    most = max(CANDIDATES, 2 * limit)
    nearest = library.candidates(np.stack([query.vector for query in queries]), most, allowed)
    is_exact = library.uses_exact_search
    words = [{} if is_exact else _best_by_words(library, query.text, most, allowed) for query in queries]
    library.read_ahead(chain(*words))
    near = nearest()
    table = library.vectors_of(None if near is None else chain(*near, *words, context.named_papers))
    each = [_scores(library, table, query, known) for query, known in zip(queries, words, strict=True)]
    scores = each[0] if len(each) == 1 else np.mean(each, axis=0)
    named = np.array([id in context.named_papers for id in table.ids], np.bool_)
    limit = max(limit, len(context.named_papers))
    ranked = [row for row in _order(scores, named) if _is_allowed(table.ids[row], library, allowed)]
    best = list(_by_neighbours(scores, named, table, ranked, limit))
    papers = library.papers([table.ids[row] for row, _ in best])
    if len(papers) < len(best):  # some turn out not to be as they were written, and leave their places to others
        damaged = {table.ids[row] for row, _ in best} - {paper.id for paper in papers}
        library.leave_out_missing(damaged)
        sound = frozenset(table.ids if allowed is None else allowed) - damaged
        return retrieve(library, vector, question, limit, sound, context)
    return keys.evidence(library, papers, {table.ids[row]: score for row, score in best}, context.keys)


def nearest_papers(
    library: LibrarySnapshot, vectors: NDArray[np.float32], texts: Sequence[str], limit: int
) -> list[tuple[str, ...]]:
    """Return for each text the ids of at most `limit` papers nearest to it, best first; none that is damaged.

    `vectors` has one unit row a text. Made for many texts: their papers are looked up together. Neighbours do not raise
    a score as in `retrieve`: the thresholds of verification were fitted to papers that are near by themselves.
    """
    if not library.size:
        return [() for _ in texts]
    most = max(_RIVALS, 2 * limit)
    nearest: list[tuple[str, ...]] = []
    for start in range(0, len(texts), _AT_ONCE):
        batch = vectors[start : start + _AT_ONCE]
        some = texts[start : start + _AT_ONCE]
        near = library.candidates(batch, most)()
        words = [{} if near is None else _best_by_words(library, text, most) for text in some]
        table = library.vectors_of(None if near is None else chain(*near, *words))
        cosines, sample = table.cosines(batch), batch @ library.sample.T
        for row, text in enumerate(some):
            ranked = ranking.combine(_by_words(library, text, table, words[row]), cosines[row], sample[row])
            ids = (table.ids[place] for place in np.argsort(-ranked, kind="stable"))
            nearest.append(tuple(islice((id for id in ids if id not in library.damaged), limit)))
    return nearest


def _is_allowed(id: str, library: LibrarySnapshot, allowed: frozenset[str] | None) -> bool:
    return id not in library.damaged and (allowed is None or id in allowed)


def _best_by_words(
    library: LibrarySnapshot, text: str, most: int, allowed: frozenset[str] | None = None
) -> dict[str, float]:
    """Return {paper id: BM25 score} of the `most` papers with the highest, of those `allowed` (None: of all).

    The very best of all is among them in any case: its score is the measure of all others.
    """
    if allowed is None:
        return library.word_search.scores(text, most)
    return library.word_search.scores(text, 1) | library.word_search.scores(text, most, allowed)


def _by_words(
    library: LibrarySnapshot, text: str, table: VectorTable, known: Mapping[str, float]
) -> NDArray[np.float32]:
    """Return the BM25 score of each paper of `table`, 0 where no word fits; `known` are some of them."""
    rest = None if len(table.ids) == library.size else [id for id in table.ids if id not in known]
    words = {**known, **library.word_search.scores(text, len(table.ids), rest)}
    return np.fromiter((words.get(id, 0.0) for id in table.ids), np.float32, len(table.ids))


def _scores(library: LibrarySnapshot, table: VectorTable, query: Query, known: Mapping[str, float]) -> ranking.Scores:
    """Return the combined score of each paper of `table`; `known` are BM25 scores of some of them."""
    words = _by_words(library, query.text, table, known)
    return ranking.combine(words, table.cosines(query.vector), library.sample @ query.vector)


def _order(scores: ranking.Scores, named: NDArray[np.bool_]) -> list[int]:
    """Return the places of papers, best first; those that the question names before all others."""
    return [int(place) for place in np.lexsort((-scores, ~named))]


def _by_neighbours(
    scores: ranking.Scores, named: NDArray[np.bool_], table: VectorTable, ranked: Sequence[int], limit: int
) -> Iterator[tuple[int, float]]:
    """Yield (row of `table`, score) of at most `limit` papers, the first of `ranked` put in order by neighbours."""
    first, rest = list(ranked[: ranking.FIRST]), ranked[ranking.FIRST : limit]
    raised = ranking.with_neighbours(scores[first], table.wholes[first])
    yield from ((first[place], float(raised[place])) for place in _order(raised, named[first])[:limit])
    yield from ((row, float(scores[row])) for row in rest)
