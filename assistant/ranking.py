"""Word scores and vectors of papers -> one combined score a paper."""

import numpy as np
from numpy.typing import NDArray

from assistant.library.stored import Table

Scores = NDArray[np.floating]

LEXICAL_WEIGHT = 0.3


def combine(words: Scores, table: Table, question: NDArray[np.float32]) -> Scores:
    """Return the combined score of each paper of `table`: the weighted sum of standardised word and vector scores."""
    similar = table.matrix @ question
    whole = similar[table.starts[:-1]]
    best = np.maximum.reduceat(similar, table.starts[:-1])
    dense = 0.5 * whole + 0.5 * best
    return LEXICAL_WEIGHT * standardised(words) + (1 - LEXICAL_WEIGHT) * standardised(dense)


def standardised(scores: Scores) -> Scores:
    """Return z-scores; all zero where the scores do not differ."""
    spread = float(scores.std())
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)
