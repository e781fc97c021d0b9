"""A question and the papers that answer it -> an answer without a model: sentences quoted word for word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.answering import answerability, continuation, cues
from assistant.answering.answerer import Answerer, Draft, Inquiry, quote
from assistant.answering.reading import is_assertion
from assistant.domain.records import Evidence
from assistant.library.abstracts import Abstract, embed_sentences
from assistant.retrieval import idf
from assistant.retrieval.retriever import Query
from assistant.verification.claims import Statement

_SHORTEST_TERM = 3  # letters; a question has at least one term as long
_SIMILARITY_WEIGHT = 0.6
"""Weight of a sentence's similarity against its coverage of the question's words; set on dev halves for title F1."""


@dataclass(frozen=True, slots=True)
class Extractive(Answerer):
    """Quotes the sentences that answer best."""

    def state(self, inquiry: Inquiry) -> Draft:
        """Quote one sentence a paper, likeliest paper first; none where the evidence seems to hold no answer.

        A question that continues a conversation is answered by `continuation`.
        """
        if inquiry.context.named_papers or inquiry.context.latest:
            return continuation.draft(inquiry)
        return Draft(tuple(_quotes(inquiry)))


@dataclass(frozen=True, slots=True)
class _QueryTerms:
    """One wording of the question, with the weights of its words."""

    query: Query
    weights: dict[str, float]


def _quotes(inquiry: Inquiry) -> Iterator[Statement]:
    words = inquiry.words
    wordings = [_QueryTerms(inquiry.query, idf.term_weights(inquiry.query.text, words))]
    quotable = [item for item in inquiry.evidence if any(_assertions(inquiry.abstracts[item.paper.id]))]
    if not any(len(term) >= _SHORTEST_TERM for term in words.terms(inquiry.query.text)):
        return  # "x" or "1" occurs somewhere, and asks nothing
    if not quotable or not answerability.has_answer(inquiry.features):
        return
    papers = answerability.select(inquiry.query.text, inquiry.evidence, inquiry.features)
    selected = [item for item in papers if item in quotable]
    _embed(selected, inquiry)
    for item in selected:
        abstract = inquiry.abstracts[item.paper.id]
        yield quote(item, abstract.sentences[int(np.argmax(_scores(abstract, inquiry, wordings)))])


def _scores(abstract: Abstract, inquiry: Inquiry, wordings: Sequence[_QueryTerms]) -> NDArray[np.float32]:
    """Return one score a sentence: how near it is to the wordings of the question, on average; -1 for questions."""
    sentence_terms = [set(inquiry.words.terms(text)) for text in abstract.sentences]
    by_wording = [
        _SIMILARITY_WEIGHT * _similarities(abstract, wording.query, inquiry)
        + (1 - _SIMILARITY_WEIGHT) * np.array([idf.coverage(wording.weights, terms) for terms in sentence_terms])
        for wording in wordings
    ]
    if any(cues.asks_for_figure(wording.query.text) for wording in wordings):
        bonus = np.array([cues.figure_bonus(text) for text in abstract.sentences])
        by_wording = [scores + bonus for scores in by_wording]
    scores = np.asarray(np.mean(by_wording, axis=0), np.float32)
    return np.where(np.array(_assertions(abstract)), scores, np.float32(-1.0))


def _similarities(abstract: Abstract, query: Query, inquiry: Inquiry) -> NDArray[np.float32]:
    """Return the cosine of each sentence with the question; zeros where the weight was set for another embedder."""
    if not inquiry.features.judge.reads_cosines:
        return np.zeros(len(abstract.sentences), np.float32)
    return abstract.vectors @ query.vector


def _embed(items: Sequence[Evidence], inquiry: Inquiry) -> None:
    """Compute the vectors of all sentences of these papers at once, where they will be looked at."""
    if inquiry.features.judge.reads_cosines:
        embed_sentences(inquiry.abstracts[item.paper.id] for item in items)


def _assertions(abstract: Abstract) -> list[bool]:
    """Return for each sentence of an abstract whether it says something."""
    return [is_assertion(text) for text in abstract.sentences]
