"""A question and the papers that answer it -> an answer without a model: sentences quoted word for word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.answering import answerability
from assistant.answering.answerer import Answerer, Draft, Inquiry
from assistant.answering.reading import is_assertion
from assistant.domain.records import Evidence
from assistant.library.abstracts import Abstract, embed_sentences
from assistant.retrieval import idf
from assistant.retrieval.retriever import Query
from assistant.verification.claims import CitationMark, Statement

_SHORTEST_TERM = 3  # letters; a question has at least one term as long
_SIMILARITY_WEIGHT = 0.6
"""Weight of a sentence's similarity against its coverage of the question's words; set on dev halves for title F1."""
_ASKS_FOR_FIGURE = re.compile(
    r"\b(?:how (?:many|much|far|long|often|large|big|small|fast)|by how"
    r"|what (?:percentage|share|fraction|score|accuracy|size|number|rate|factor|speed-?up)"
    r"|which (?:percentage|share|fraction|score|accuracy|figure|number))\b",
    re.IGNORECASE,
)
_FIGURE_BONUS = 0.2
"""Added to the score of a sentence with a figure where the question asks for one."""
_MAX_SENTENCES = 4  # of all papers together that a question names


@dataclass(frozen=True, slots=True)
class Extractive(Answerer):
    """Quotes the sentences that answer best."""

    def state(self, inquiry: Inquiry) -> Draft:
        """Quote one sentence a paper, likeliest paper first; none where the evidence seems to hold no answer.

        Papers that a conversation's question names answer in any case, with several sentences each.
        """
        return Draft(tuple(_quotes(inquiry)))


@dataclass(frozen=True, slots=True)
class _QueryTerms:
    """One wording of the question, with the weights of its words."""

    query: Query
    weights: dict[str, float]


def _quotes(inquiry: Inquiry) -> Iterator[Statement]:
    words, context = inquiry.words, inquiry.context
    queries = [query for query in (inquiry.query, context.latest) if query]
    wordings = [_QueryTerms(query, idf.term_weights(query.text, words)) for query in queries]
    quotable = [item for item in inquiry.evidence if any(_assertions(inquiry.abstracts[item.paper.id]))]
    if requested := [item for item in quotable if item.paper.id in context.named_papers]:
        count = max(1, _MAX_SENTENCES // len(requested))
        _embed(requested, inquiry)
        for item in requested:
            yield from _top_sentences(item, inquiry, wordings, count)
        return
    if not any(len(term) >= _SHORTEST_TERM for term in words.terms(inquiry.query.text)):
        return  # "x" or "1" occurs somewhere, and asks nothing
    if not quotable or not answerability.has_answer(inquiry.features):
        return
    papers = answerability.select(inquiry.query.text, inquiry.evidence, inquiry.features)
    selected = [item for item in papers if item in quotable]
    _embed(selected, inquiry)
    for item in selected:
        yield _best_sentence(item, inquiry, wordings)


def _best_sentence(item: Evidence, inquiry: Inquiry, wordings: Sequence[_QueryTerms]) -> Statement:
    """Return the sentence of one abstract that is nearest to the question, one not quoted yet if there is one."""
    abstract = inquiry.abstracts[item.paper.id]
    scores = _scores(abstract, inquiry, wordings)
    quotes = inquiry.context.quoted_sentences
    fresh = np.array([text not in quotes and is_assertion(text) for text in abstract.sentences])
    return _quote(item, abstract.sentences[int(np.argmax(np.where(fresh, scores, scores - 10.0)))])


def _top_sentences(
    item: Evidence, inquiry: Inquiry, wordings: Sequence[_QueryTerms], count: int
) -> Iterator[Statement]:
    """Yield the `count` sentences of one abstract that are nearest to the question, in the order of the abstract;
    only such as were not quoted yet, if there are any."""
    abstract = inquiry.abstracts[item.paper.id]
    assertions = _assertions(abstract)
    order = np.argsort(-_scores(abstract, inquiry, wordings), kind="stable")
    ranked = [place for place in order if assertions[place]]
    fresh = [place for place in ranked if abstract.sentences[place] not in inquiry.context.quoted_sentences]
    for place in sorted((fresh or ranked)[:count]):
        yield _quote(item, abstract.sentences[place])


def _scores(abstract: Abstract, inquiry: Inquiry, wordings: Sequence[_QueryTerms]) -> NDArray[np.float32]:
    """Return one score a sentence: how near it is to the wordings of the question, on average; -1 for questions."""
    sentence_terms = [set(inquiry.words.terms(text)) for text in abstract.sentences]
    by_wording = [
        _SIMILARITY_WEIGHT * _similarities(abstract, wording.query, inquiry)
        + (1 - _SIMILARITY_WEIGHT) * np.array([idf.coverage(wording.weights, terms) for terms in sentence_terms])
        for wording in wordings
    ]
    if any(_ASKS_FOR_FIGURE.search(wording.query.text) for wording in wordings):
        bonus = _FIGURE_BONUS * np.array([_has_figure(text) for text in abstract.sentences])
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


def _has_figure(sentence: str) -> bool:
    return any(character.isdigit() for character in sentence)


def _quote(item: Evidence, sentence: str) -> Statement:
    return Statement(sentence, (CitationMark(item.key, wellformed=True, quote=sentence),))
