"""Word scores and vectors of papers -> one combined score a paper.

score = 0.5 cos(question, whole) + 0.5 max(cos(question, title), cos(question, each sentence)) + 0.35 bm25 / max bm25

The two constants were chosen on SciFact's train queries and on held-out sentences of ML abstracts; both optima are flat
(0.25 to 0.40 for the weight of words, 0.5 to 0.7 for the share of the best part).
"""

import numpy as np
from numpy.typing import NDArray

from assistant.library.stored import Table

Scores = NDArray[np.floating]

_BEST_PART = 0.5
_WORDS = 0.35


def combine(words: Scores, table: Table, question: NDArray[np.float32]) -> Scores:
    """Return the combined score of each paper of `table`; `words` has their BM25 scores, 0 where no word fits."""
    similar = table.matrix @ question
    starts = table.starts[:-1]
    best = np.maximum.reduceat(similar, starts)
    highest = float(words.max(initial=0.0))
    scores = (1 - _BEST_PART) * (table.wholes @ question) + _BEST_PART * best
    return scores + _WORDS * words / highest if highest > 0 else scores
