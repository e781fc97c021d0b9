"""A claim of several clauses and how much of each word a paper has -> the clause of which it has hardly a word.

A claim that is half right restates a sentence and adds something. Where the whole claim is in other words than the
paper's, no clause is restated, and nothing follows.
"""

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from assistant.verification.support.matching import PreparedClaim

_BETWEEN = re.compile(
    r"[;,]\s(?:(?:and|but|or|so|which|while|whereas)\s)?|\s(?:and|but|while|whereas|because)\s", re.IGNORECASE
)
_LEAST_TERMS = 2  # of a clause that is looked at
_RESTATED = 0.85
"""Share of a clause's weight of words from which on the paper has it."""
_UNSAID, _LEAST_MISSING = 0.4, 4
"""Largest share of a clause that the paper has hardly a word of, and the fewest of its words that are nowhere in it: so
set that at most one in fifty of the right claims in the dev halves of evals/twins.jsonl and evals/claims.jsonl has such
a clause (`AFFIRM=1 python -m bench.checkers`)."""


def unsaid(claim: PreparedClaim, said: NDArray[np.float64], terms: Callable[[str], list[str]]) -> str:
    """Return the first clause of which the paper has hardly a word, "" where there is none, or where none is restated.

    `said` is how much of each term of the claim the paper has, 0 to 1; `terms` reads a text as the claim was read.
    """
    places = {term: place for place, term in enumerate(claim.terms)}
    is_restated, clause = False, ""
    for text in _BETWEEN.split(" ".join(claim.text.split()).rstrip(" .")):
        own = [places[term] for term in terms(text) if term in places]
        if len(own) < _LEAST_TERMS:
            continue
        weights, shares = claim.weights[own], said[own]
        share = float(weights @ shares) / (float(weights.sum()) or 1.0)
        is_restated = is_restated or share >= _RESTATED
        if not clause and share <= _UNSAID and int((shares == 0).sum()) >= _LEAST_MISSING:
            clause = text
    return clause if is_restated else ""
