"""A question and abstracts -> the sentences likely to answer it, each with the score that a cross-encoder gives it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from assistant.domain.errors import ModelError
from assistant.domain.records import Evidence
from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index
from assistant.models.base import Reranker
from assistant.retrieval import idf
from assistant.retrieval.retriever import Query

MOST_PAIRS = 8
"""Sentences that are read at most, in about 0.1 s; 8 abstracts have about 70. The best of 16 or 24 tells no better
whether there is an answer (the AUC differs by less than 0.01), and of 71 questions on `dev` the sentence quoted answers
as many."""
_RANK_COSTS = 0.01
"""Share of the question's words that one rank of the paper is worth."""
_ORDER = re.compile(
    r"(?:^|[:;.,] )(?:please )?(?:ignore|disregard|forget) (?:all|any|the|your|previous|prior|every|what)\b",
    re.IGNORECASE,
)
_UNREAD = -11.0
"""The score of what was not read: about the lowest that the cross-encoder gives."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The sentences that were read; none where there is no cross-encoder."""

    scores: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    """Paper id -> place of the sentence in the abstract -> score; higher is better."""
    reader: str | None = None
    """The fingerprint of the cross-encoder."""
    problem: str = ""
    """Why one that was there read nothing."""

    def best(self, paper_id: str) -> float:
        """Return the highest score of a sentence of this paper."""
        return max(self.scores.get(paper_id, {}).values(), default=_UNREAD)


def read(
    reranker: Reranker | None,
    query: Query,
    evidence: Sequence[Evidence],
    abstracts: Mapping[str, Abstract],
    words: BM25Index,
) -> Reading:
    """Have the likeliest sentences of the evidence read with the question; where that fails, none is read.

    The title stands before each: "they" and "this" in an abstract are what its title names.
    """
    if reranker is None:
        return Reading()
    places = candidates(query, evidence, abstracts, words)[:MOST_PAIRS]
    sources = [abstracts[id] for id, _ in places]
    texts = [
        f"{abstract.paper.title}. {abstract.sentences[place]}"
        for abstract, (_, place) in zip(sources, places, strict=True)
    ]
    try:
        logits = reranker.score([(query.text, text) for text in texts]) if texts else ()
    except ModelError as error:
        return Reading(problem=failed(error))
    scores: dict[str, dict[int, float]] = {}
    for (id, place), logit in zip(places, logits, strict=True):
        scores.setdefault(id, {})[place] = float(logit)
    return Reading(scores, reranker.fingerprint)


def failed(error: ModelError) -> str:
    """Return the note that a question is answered without the cross-encoder, which failed."""
    return f"the reranker failed, and this is answered without it: {error}"


def candidates(
    query: Query, evidence: Sequence[Evidence], abstracts: Mapping[str, Abstract], words: BM25Index
) -> list[tuple[str, int]]:
    """Return (paper id, place of a sentence) of every sentence that says something, the likeliest to answer first: by
    the words of the question in it, and by the rank of its paper."""
    weights = idf.term_weights(query.text, words)
    ranked = []
    for rank, item in enumerate(evidence):
        abstract = abstracts[item.paper.id]
        for place, (sentence, terms) in enumerate(zip(abstract.sentences, abstract.terms, strict=True)):
            if is_assertion(sentence):
                share = idf.coverage(weights, terms)
                ranked.append((_RANK_COSTS * rank - share, item.paper.id, place))
    ranked.sort(key=lambda row: row[0])
    return [(id, place) for _, id, place in ranked]


def is_assertion(sentence: str) -> bool:
    """Whether a sentence says something: a question does not, nor does an order to whoever reads; neither answers."""
    return not sentence.rstrip("\"'”’)]} ").endswith("?") and not _ORDER.search(sentence)
