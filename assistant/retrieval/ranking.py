"""Word scores and vectors of papers -> one combined score a paper.

score = 0.5 cos(question, whole) + 0.5 max(cos(question, title), cos(question, each sentence)) + 0.35 bm25 / max bm25

The two constants were chosen on SciFact's train queries and on held-out sentences of ML abstracts; both optima are flat
(0.25 to 0.40 for the weight of words, 0.5 to 0.7 for the share of the best part).
"""

import numpy as np
from numpy.typing import NDArray

from assistant.library.embeddings import VectorTable

Scores = NDArray[np.floating]
"""One number a paper."""

_BEST_PART = 0.5
_WORDS = 0.35
FIRST = 50
"""How many papers are ranked once more, by their neighbours among them."""
_NEIGHBOURS, _BY_NEIGHBOURS = 3, 0.3
"""Chosen on the dev half of evals/daily_papers, for its lists; SciFact's train queries are indifferent."""


def combine(words: Scores, table: VectorTable, question: NDArray[np.float32]) -> Scores:
    """Return the combined score of each paper of `table`; `words` has their BM25 scores, 0 where no word fits."""
    return combine_cosines(words, table.matrix @ question, table.wholes @ question, table.starts)


def combine_cosines(words: Scores, parts: Scores, wholes: Scores, starts: NDArray[np.int64]) -> Scores:
    """Return the combined scores where the cosines with the question are known already.

    `parts` has one cosine for the title and each sentence, paper after paper, those of paper `i` from `starts[i]` on;
    `words` and `wholes` have one number a paper.
    """
    best = np.maximum.reduceat(parts, starts[:-1])
    highest = float(words.max(initial=0.0))
    scores = (1 - _BEST_PART) * wholes + _BEST_PART * best
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
