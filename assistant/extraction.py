"""A question and its evidence -> an answer without a model: sentences of the best abstracts, quoted word for word."""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant import support
from assistant.abstracts import Abstract
from assistant.claims import Cited, Stated
from assistant.library.lexical import Lexical
from assistant.records import Evidence

# Whether the library holds an answer: a logistic regression on the two `signals`, on the dev half of
# evals/questions/listings.jsonl. These came of a first fit with the best similarity in the whole library; over the
# evidence, as `signals` takes it, bench/extraction.py gives -1.57, 5.17, -3.49. It reports both halves with these.
_INTERCEPT, _SIMILARITY, _UNKNOWN = -1.55, 5.15, -3.57
_LEAST_ODDS = 0.0
"""Log-odds from which on it answers."""

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
    question: str,
    vector: NDArray[np.float32],
    evidence: Sequence[Evidence],
    held: Mapping[str, Abstract],
    words: Lexical,
) -> tuple[Stated, ...]:
    """Return the sentences that answer best, one a paper, best paper first; none where the library has no answer.

    `held` are the abstracts of the evidence by paper id, `vector` is the question's unit vector.
    """
    readable = [item for item in evidence if held[item.paper.id].sentences]
    if not any(len(term) >= _SHORTEST for term in words.terms(question)):
        return ()  # "x" or "1" occurs somewhere, and asks nothing
    if not readable or odds(*signals(question, vector, held, words)) < _LEAST_ODDS:
        return ()
    weights = support.rarity(question, words)
    best = [_best(item, held[item.paper.id], vector, weights, words) for item in readable]
    # A good sentence of a paper far from the question is rarely the answer: the paper's own score counts as much.
    scores = [score + item.score / readable[0].score for (score, _), item in zip(best, readable, strict=True)]
    floor = (_NEAR_ENOUGH if _SEVERAL.search(question) else _NEAR) * max(scores)
    return tuple(stated for score, (_, stated) in zip(scores, best, strict=True) if score >= floor)[:_MOST]


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


def _best(
    item: Evidence, abstract: Abstract, vector: NDArray[np.float32], weights: dict[str, float], words: Lexical
) -> tuple[float, Stated]:
    """Return the sentence of one abstract that is nearest to the question, with its score."""
    covered = np.array([support.coverage(weights, set(words.terms(text))) for text in abstract.sentences])
    scores = _SIMILAR * (abstract.vectors @ vector) + (1 - _SIMILAR) * covered
    top = int(np.argmax(scores))
    sentence = abstract.sentences[top]
    return float(scores[top]), Stated(sentence, (Cited(item.key, wellformed=True, quote=sentence),))
