"""A question and its evidence -> an answer without a model: sentences of the best abstracts, quoted word for word."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant import support
from assistant.abstracts import Abstract
from assistant.claims import Cited, Stated
from assistant.evidence import Context, Query
from assistant.library.lexical import Lexical
from assistant.records import Evidence

# Whether the library holds an answer: a logistic regression on the two `signals`, on the dev half of
# evals/questions/listings.jsonl. These came of a first fit with the best similarity in the whole library; over the
# evidence, as `signals` takes it, bench/extraction.py gives -1.57, 5.17, -3.49. It reports both halves with these.
_INTERCEPT, _SIMILARITY, _UNKNOWN = -1.55, 5.15, -3.57
_LEAST = 0.5
"""Probability from which on it answers."""

_SHORTEST = 3  # letters; at least one word of a question is as long

# Which sentences: chosen on the same dev half for the F1 of the cited titles.
_SIMILAR = 0.6  # weight of a sentence's similarity, against the coverage of the question's words
_NEAR = 0.9  # share of the best sentence's score that another must reach,
_NEAR_ENOUGH = 0.75  # and where the question asks for several things
_SEVERAL = re.compile(
    r"\b(?:which|papers|works|studies|methods|approaches|ways|techniques|list|any|what are"
    r"|how (?:can|do|does|to|is|are))\b",
    re.IGNORECASE,
)
_MOST = 4  # sentences of an answer


def extract(
    question: Query,
    evidence: Sequence[Evidence],
    held: Mapping[str, Abstract],
    words: Lexical,
    context: Context,
    confidence: float,
) -> tuple[Stated, ...]:
    """Return the sentences that answer best, one a paper, best paper first; none where the library has no answer.

    `held` are the abstracts of the evidence by paper id, `confidence` is the probability that they hold an answer.
    Papers that a conversation's question names answer in any case, with several sentences each.
    """
    readable = [item for item in evidence if any(map(_says, held[item.paper.id].sentences))]
    aims = [_Aim(asked, support.rarity(asked.text, words)) for asked in (question, context.pointed) if asked]
    if named := [item for item in readable if item.paper.id in context.named]:
        most = max(1, _MOST // len(named))
        return tuple(stated for item in named for stated in _several(item, held, aims, words, context.said, most))
    if not any(len(term) >= _SHORTEST for term in words.terms(question.text)):
        return ()  # "x" or "1" occurs somewhere, and asks nothing
    if not readable or confidence < _LEAST:
        return ()
    best = [_best(item, held[item.paper.id], aims, words) for item in readable]
    # A good sentence of a paper far from the question is rarely the answer: the paper's own score counts as much.
    scores = [score + item.score / readable[0].score for (score, _), item in zip(best, readable, strict=True)]
    floor = (_NEAR_ENOUGH if _SEVERAL.search(question.text) else _NEAR) * max(scores)
    return tuple(stated for score, (_, stated) in zip(scores, best, strict=True) if score >= floor)[:_MOST]


def confidence(question: Query, held: Mapping[str, Abstract], words: Lexical) -> float:
    """Return the probability that the abstracts found, by paper id, hold an answer."""
    return 1.0 / (1.0 + math.exp(-odds(*signals(question.text, question.vector, held, words))))


def signals(
    question: str, vector: NDArray[np.float32], held: Mapping[str, Abstract], words: Lexical
) -> tuple[float, float]:
    """Return the best similarity of any title or sentence found, and the share of the question's words, weighted by
    rarity, that no paper of the library has."""
    rows = [row for abstract in held.values() for row in (abstract.title, *abstract.vectors)]
    similar = float((np.stack(rows) @ vector).max()) if rows else 0.0
    weights = support.rarity(question, words)
    known = {term for term in weights if words.frequency(term)}
    return similar, 1.0 - support.coverage(weights, known) if weights else 1.0


def odds(similar: float, unknown: float) -> float:
    """Return the log-odds that the library holds an answer, from the two `signals`."""
    return _INTERCEPT + _SIMILARITY * similar + _UNKNOWN * unknown


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a sentence should be near to, and the weights of its words."""

    asked: Query
    weights: dict[str, float]


def _best(item: Evidence, abstract: Abstract, aims: Sequence[_Aim], words: Lexical) -> tuple[float, Stated]:
    """Return the sentence of one abstract that is nearest to the question, with its score."""
    scores = _scores(abstract, aims, words)
    top = int(np.argmax(scores))
    return float(scores[top]), _stated(item, abstract.sentences[top])


def _several(
    item: Evidence,
    held: Mapping[str, Abstract],
    aims: Sequence[_Aim],
    words: Lexical,
    said: frozenset[str],
    most: int,
) -> Iterator[Stated]:
    """Yield the sentences of one abstract that are nearest to the question, in the order of the abstract."""
    abstract = held[item.paper.id]
    order = np.argsort(-_scores(abstract, aims, words), kind="stable")
    fresh = [place for place in order if abstract.sentences[place] not in said]
    for place in sorted(place for place in (fresh or list(order))[:most] if _says(abstract.sentences[place])):
        yield _stated(item, abstract.sentences[place])


def _scores(abstract: Abstract, aims: Sequence[_Aim], words: Lexical) -> NDArray[np.float32]:
    """Return for each sentence how near it is to what it should be near to, on average."""
    terms = [set(words.terms(text)) for text in abstract.sentences]
    each = [
        _SIMILAR * (abstract.vectors @ aim.asked.vector)
        + (1 - _SIMILAR) * np.array([support.coverage(aim.weights, found) for found in terms])
        for aim in aims
    ]
    says = np.array([_says(text) for text in abstract.sentences])
    return np.where(says, np.asarray(np.mean(each, axis=0), np.float32), np.float32(-1.0))


def _says(sentence: str) -> bool:
    """Whether a sentence says something; a question, however near to the one asked, answers none."""
    return not sentence.rstrip("\"'”’)]} ").endswith("?")


def _stated(item: Evidence, sentence: str) -> Stated:
    return Stated(sentence, (Cited(item.key, wellformed=True, quote=sentence),))
