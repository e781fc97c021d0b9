"""A question and the papers that answer it -> an answer without a model: sentences quoted word for word."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.answering import answerability
from assistant.domain.records import Evidence
from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index
from assistant.retrieval import idf
from assistant.retrieval.retriever import Context, Query
from assistant.verification.claims import CitationMark, Statement

_SHORTEST = 3  # letters; at least one word of a question is as long
_SIMILAR = 0.6
"""Weight of a sentence's similarity against the coverage of the question's words; chosen on dev for title F1."""
_FIGURE = re.compile(
    r"\b(?:how (?:many|much|far|long|often|large|big|small|fast)|by how"
    r"|what (?:percentage|share|fraction|score|accuracy|size|number|rate|factor|speed-?up)"
    r"|which (?:percentage|share|fraction|score|accuracy|figure|number))\b",
    re.IGNORECASE,
)
"""What asks for a figure."""
_HAS_FIGURE = 0.2
"""Added to the score of a sentence with a figure where one is asked for."""
_MOST = 4  # sentences of the papers that a question names


def extract(
    question: Query,
    evidence: Sequence[Evidence],
    held: Mapping[str, Abstract],
    words: BM25Index,
    context: Context,
    seen: answerability.Features,
) -> tuple[Statement, ...]:
    """Return the sentences that answer best, one a paper, likeliest paper first; none where there is no answer.

    `held` are the abstracts of the evidence by paper id. Papers that a conversation's question names answer in any
    case, with several sentences each.
    """
    aims = [_Aim(asked, idf.term_weights(asked.text, words)) for asked in (question, context.latest) if asked]
    readable = [item for item in evidence if any(map(answerability.is_assertion, held[item.paper.id].sentences))]
    if named := [item for item in readable if item.paper.id in context.named_papers]:
        most = max(1, _MOST // len(named))
        return tuple(
            stated for item in named for stated in _several(item, held, aims, words, context.quoted_sentences, most)
        )
    if not any(len(term) >= _SHORTEST for term in words.terms(question.text)):
        return ()  # "x" or "1" occurs somewhere, and asks nothing
    if not readable or answerability.confidence(seen) < answerability.ANSWER_THRESHOLD:
        return ()
    chosen = answerability.select(question.text, evidence, seen)
    best = (
        _best(item, held[item.paper.id], aims, words, context.quoted_sentences) for item in chosen if item in readable
    )
    return tuple(best)


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a sentence should be near to, and the weights of its words."""

    asked: Query
    weights: dict[str, float]


def _best(
    item: Evidence, abstract: Abstract, aims: Sequence[_Aim], words: BM25Index, said: frozenset[str]
) -> Statement:
    """Return the sentence of one abstract that is nearest to the question, one not said yet if there is one."""
    scores = _scores(abstract, aims, words)
    fresh = np.array([text not in said and answerability.is_assertion(text) for text in abstract.sentences])
    return _stated(item, abstract.sentences[int(np.argmax(np.where(fresh, scores, scores - 10.0)))])


def _several(
    item: Evidence,
    held: Mapping[str, Abstract],
    aims: Sequence[_Aim],
    words: BM25Index,
    said: frozenset[str],
    most: int,
) -> Iterator[Statement]:
    """Yield the sentences of one abstract that are nearest to the question, in the order of the abstract."""
    abstract = held[item.paper.id]
    order = np.argsort(-_scores(abstract, aims, words), kind="stable")
    telling = [place for place in order if answerability.is_assertion(abstract.sentences[place])]
    fresh = [place for place in telling if abstract.sentences[place] not in said]
    for place in sorted((fresh or telling)[:most]):
        yield _stated(item, abstract.sentences[place])


def _scores(abstract: Abstract, aims: Sequence[_Aim], words: BM25Index) -> NDArray[np.float32]:
    """Return for each sentence how near it is to what it should be near to, on average; least for questions."""
    terms = [set(words.terms(text)) for text in abstract.sentences]
    each = [
        _SIMILAR * (abstract.vectors @ aim.asked.vector)
        + (1 - _SIMILAR) * np.array([idf.coverage(aim.weights, found) for found in terms])
        for aim in aims
    ]
    if any(_FIGURE.search(aim.asked.text) for aim in aims):
        each = [scores + _HAS_FIGURE * np.array([_has_figure(text) for text in abstract.sentences]) for scores in each]
    telling = np.array([answerability.is_assertion(text) for text in abstract.sentences])
    return np.where(telling, np.asarray(np.mean(each, axis=0), np.float32), np.float32(-1.0))


def _has_figure(sentence: str) -> bool:
    return any(character.isdigit() for character in sentence)


def _stated(item: Evidence, sentence: str) -> Statement:
    return Statement(sentence, (CitationMark(item.key, wellformed=True, quote=sentence),))
