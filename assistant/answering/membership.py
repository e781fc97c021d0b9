"""A topic and the papers nearest to it -> those that belong to it."""

from collections.abc import Sequence

from assistant.domain.records import Evidence
from assistant.library.bm25 import BM25Index
from assistant.models.base import Reranker
from assistant.retrieval import idf
from assistant.retrieval.retriever import Query

CANDIDATES = 60
"""Papers nearest to a topic, of which those that belong are picked."""


def select(query: Query, candidates: Sequence[Evidence], words: BM25Index, reranker: Reranker | None) -> list[Evidence]:
    """Return the candidates that belong to the topic of the query, likeliest first. Raises `ModelError`."""
    weights = idf.term_weights(query.text, words)
    known = {term: weight for term, weight in weights.items() if words.frequency(term)}
    members = []
    for item in candidates:
        title = idf.coverage(weights, set(words.terms(item.paper.title)))
        paper = idf.coverage(weights, set(words.terms(f"{item.paper.title} {item.paper.abstract}")))
        if paper >= 0.75 or title >= 0.5:
            members.append(item)
    return members if known else []
