"""Word scores and cosines of papers -> one combined score a paper.

score = (cos(question, paper) - mean) / deviation + WORDS * bm25 / max bm25

The mean and the deviation are those of the question's cosines with a sample of the library's papers: cosines of any
embedder come to the same scale, so the weight belongs to none.
"""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]
"""One number a paper."""

_WORDS = 2.0
FIRST = 50
"""How many papers are ranked once more, by their neighbours among them."""
_NEIGHBOURS, _BY_NEIGHBOURS = 3, 0.3
"""Chosen on the dev half of evals/daily_papers, for its lists; SciFact's train queries are indifferent."""


def combine(words: Scores, cosines: Scores, sample: Scores) -> Scores:
    """Return the combined score of each paper.

    `words` has the papers' BM25 scores, 0 where no word fits, `cosines` their cosines with the question, and `sample`
    those of papers drawn from the whole library.
    """
    deviation, highest = float(sample.std()) if len(sample) else 0.0, float(words.max(initial=0.0))
    scores: Scores = (cosines - sample.mean()) / deviation if deviation > 0 else cosines - cosines
    return scores + _WORDS * words / highest if highest > 0 else scores


def with_neighbours(scores: Scores, wholes: NDArray[np.float32]) -> Scores:
    """Return the scores of the first papers, each raised by a share of the mean score of the papers nearest to it.

    What answers one question lies together (the cluster hypothesis of van Rijsbergen; Diaz 2005 smooths scores so).
    `wholes` has one unit row a paper.
    """
    if len(scores) <= _NEIGHBOURS:
        return scores
    cosines = wholes @ wholes.T
    np.fill_diagonal(cosines, -1.0)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :_NEIGHBOURS]
    raised: Scores = scores + _BY_NEIGHBOURS * scores[nearest].mean(axis=1)
    return raised
