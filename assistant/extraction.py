"""A question and its evidence -> an answer without a model: sentences of the best abstracts, quoted word for word."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant import support
from assistant.abstracts import Abstract
from assistant.claims import Cited, Stated
from assistant.library.lexical import Lexical
from assistant.records import Evidence

# Whether the library holds an answer: a logistic regression on the best similarity of any sentence and on the share of
# the question's word weight that no paper of the library has at all. bench/abstention.py fits and reports it.
_INTERCEPT, _SIMILARITY, _UNKNOWN = -1.12, 5.12, -3.66
_ANSWERABLE = 0.14
"""Least log-odds at which it answers."""

_MOST = 4  # sentences of an answer
_NEAR = 0.8  # share of the best sentence's score that another must reach
_SIMILAR_WEIGHT = 0.6  # of the similarity, against the coverage of the question's words


def answerable(question: str, vector: NDArray[np.float32], held: Mapping[str, Abstract], words: Lexical) -> bool:
    """Whether the papers found are near enough to the question to hold its answer."""
    rows = [abstract.whole for abstract in held.values()]
    rows += [row for abstract in held.values() for row in abstract.vectors]
    if not rows:
        return False
    similar = float((np.stack(rows) @ vector).max())
    weights = support.rarity(question, words)
    known = {term for term in weights if words.frequency(term)}
    unknown = 1 - support.coverage(weights, known) if weights else 1.0
    return _INTERCEPT + _SIMILARITY * similar + _UNKNOWN * unknown >= _ANSWERABLE


def extract(
    question: str,
    vector: NDArray[np.float32],
    evidence: Sequence[Evidence],
    held: Mapping[str, Abstract],
    words: Lexical,
) -> tuple[Stated, ...]:
    """Return the sentences that answer best, one a paper, best paper first; none where the library has no answer."""
    if not answerable(question, vector, held, words):
        return ()
    weights = support.rarity(question, words)
    best: list[tuple[float, Stated]] = []
    for item in evidence:
        abstract = held[item.paper.id]
        if not abstract.sentences:
            continue
        covered = np.array([support.coverage(weights, set(words.terms(text))) for text in abstract.sentences])
        scores = _SIMILAR_WEIGHT * (abstract.vectors @ vector) + (1 - _SIMILAR_WEIGHT) * covered
        top = int(np.argmax(scores))
        sentence = abstract.sentences[top]
        best.append((float(scores[top]), Stated(sentence, (Cited(item.key, wellformed=True, quote=sentence),))))
    floor = _NEAR * max((score for score, _ in best), default=math.inf)
    return tuple(stated for score, stated in best if score >= floor)[:_MOST]
