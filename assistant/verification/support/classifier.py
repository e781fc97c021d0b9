"""Features of a claim and an abstract -> support, probability and verdict: the fitted numbers, and the rule on them.

All numbers come from `python -m bench.fit_support`, which fits them on SciFact's train claims through this package;
nothing was chosen by looking at its validation claims.
"""

import math
from collections.abc import Sequence
from typing import Literal

from assistant.verification.support.features import Array

SENTENCE_WEIGHTS = (3.62, 3.87, 0.94, 0.52, 1.35, -1.84, 0.75, 0.63, 2.22)
"""Of `features.SENTENCE`; no intercept, for only the order within one abstract counts (conditional logit)."""

PAPER_WEIGHTS = (-3.892, 3.347, -0.633, 3.397, 3.562, -1.716)
"""Intercept, then of `features.PAPER` (logistic regression: the right paper against the three nearest wrong ones)."""

CONTRAST_WEIGHTS = (0.575, 0.147, 0.952)
"""Intercept, support, and how much it exceeds the best other paper's (the right paper against the nearest wrong)."""

CONTRAST_CAP = 2.0
"""Largest lead over the best other paper that counts (log-odds): unrelated papers must not lift a weak citation."""

CONTRAST_REACH = 3.0
"""Largest log-odds the contrast may add: it never binds on the training data, and keeps off-topic claims improbable."""

SUPPORTED_AT = 1.26
"""Support (log-odds, as in all that follow) that one in ten nearest wrong papers reaches; enough by itself."""
SUPPORTED_WITH_CONTRAST_AT = -0.02
"""Support that three in ten nearest wrong papers reach; enough where no other paper comes near."""
UNSUPPORTED_BELOW = -1.73
"""Support that all but 3 % of the right papers reach; below, the abstract does not say so."""
MISATTRIBUTION_MARGIN = 2.40
"""How much better another paper must support a claim: for 3 % of the right citations one of the ten nearest does."""
CONTRAST_SUPPORTED_AT = 0.56
"""Log-odds after the contrast that one in ten nearest wrong papers reaches."""

SupportVerdict = Literal["supported", "weak", "unsupported", "misattributed"]


def sentence_scores(rows: Array) -> Array:
    """Return a score for each row (sentence), by which the one to quote is selected; only the order means anything."""
    return rows @ SENTENCE_WEIGHTS


def support(row: Array) -> float:
    """Return the support of a claim by one abstract, in log-odds."""
    return PAPER_WEIGHTS[0] + float(row @ PAPER_WEIGHTS[1:])


def contrast(score: float, others: Sequence[float]) -> float:
    """Return the log-odds that a paper with this support is the right one to cite, given the support by others."""
    if not others:
        return score
    constant, own, ahead = CONTRAST_WEIGHTS
    return min(constant + own * score + ahead * min(score - max(others), CONTRAST_CAP), score + CONTRAST_REACH)


def verdict(score: float, others: Sequence[float]) -> SupportVerdict:
    """Return what support by a cited paper amounts to; `others` is the support by the other papers of the evidence."""
    ahead = score - max(others, default=-math.inf)
    if ahead < -MISATTRIBUTION_MARGIN and score < SUPPORTED_AT:
        return "misattributed"
    if score < UNSUPPORTED_BELOW:
        return "unsupported"
    if score >= SUPPORTED_AT and ahead >= -MISATTRIBUTION_MARGIN / 2:
        return "supported"
    return (
        "supported"
        if others and contrast(score, others) >= CONTRAST_SUPPORTED_AT and score >= SUPPORTED_WITH_CONTRAST_AT
        else "weak"
    )


def probability(logit: float) -> float:
    """Return log-odds as a number from 0 to 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
