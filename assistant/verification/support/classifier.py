"""Features of a claim and an abstract -> support, probability and verdict: the rule, on numbers fitted to an embedder.

The numbers are in calibration.json, which `python -m bench.fit_support` writes: it fits them on SciFact's train claims
through this package; nothing was chosen by looking at its validation claims. The generic ones leave all cosines out.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from assistant.domain import calibration
from assistant.verification.support.features import Array

FILE = Path(__file__).with_name("calibration.json")

SupportVerdict = Literal["supported", "weak", "unsupported", "misattributed"]


@dataclass(frozen=True, slots=True)
class Classifier:
    """The fitted numbers, and what follows from them. Support is in log-odds, as are all thresholds of it."""

    sentence: tuple[float, ...]
    """Weights of `features.SENTENCE`; no intercept, for only the order within one abstract counts (conditional
    logit)."""
    paper: tuple[float, ...]
    """Intercept, then weights of `features.PAPER` (logistic regression: the right paper against the three nearest wrong
    ones)."""
    contrast_weights: tuple[float, ...]
    """Intercept, support, and how much it exceeds the best other paper's (the right paper against the nearest
    wrong)."""
    contrast_cap: float
    """Largest lead over the best other paper that counts: unrelated papers must not lift a weak citation."""
    contrast_reach: float
    """Largest log-odds the contrast may add, which is the most it adds on the training data: it keeps off-topic claims
    improbable."""
    supported_at: float
    """Support that one in ten nearest wrong papers reaches; enough by itself."""
    supported_with_contrast_at: float
    """Support that three in ten nearest wrong papers reach; enough where no other paper comes near."""
    unsupported_below: float
    """Support that all but 3 % of the right papers reach; below, the abstract does not say so."""
    misattribution_margin: float
    """How much better another paper must support a claim: one of the ten nearest does so for 3 % of the right ones."""
    contrast_supported_at: float
    """Log-odds after the contrast that one in ten nearest wrong papers reaches."""
    together_at: float
    """Support of a claim by all its cited papers read as one from which on any of them counts as partial support."""
    own_share: float
    """Share of a claim's term weight that only this one of its cited papers covers, to count as partial support."""
    grace: float
    """By how much support may lie below `unsupported_below`, which was fitted to claims of SciFact: claims in words of
    a writer's own lie lower. Of the good claims in evals/twins.jsonl (dev) at most 1 in 50 lies below."""
    is_generic: bool = False
    """Whether the numbers were fitted without an embedder, and so leave the cosines out."""

    def sentence_scores(self, rows: Array) -> Array:
        """Return a score for each row (sentence), by which the one to quote is selected; only the order means
        anything."""
        scores: Array = rows @ np.array(self.sentence)
        return scores

    def support(self, row: Array) -> float:
        """Return the support of a claim by one abstract, in log-odds."""
        return self.paper[0] + float(row @ self.paper[1:])

    def contrast(self, score: float, others: Sequence[float]) -> float:
        """Return the log-odds that a paper with this support is the right one to cite, given the support by others."""
        if not others:
            return score
        constant, own, ahead = self.contrast_weights
        lead = min(score - max(others), self.contrast_cap)
        return min(constant + own * score + ahead * lead, score + self.contrast_reach)

    def verdict(self, score: float, others: Sequence[float]) -> SupportVerdict:
        """Return what support by a cited paper amounts to; `others` is the support by the other papers of the
        evidence."""
        ahead = score - max(others, default=-math.inf)
        if ahead < -self.misattribution_margin and score < self.supported_at:
            return "misattributed"
        if score < self.unsupported_below:
            return "unsupported"
        if score >= self.supported_at and ahead >= -self.misattribution_margin / 2:
            return "supported"
        with_contrast = others and self.contrast(score, others) >= self.contrast_supported_at
        return "supported" if with_contrast and score >= self.supported_with_contrast_at else "weak"


def load(embedder: str) -> Classifier:
    """Return the classifier for the cosines of the embedder with this fingerprint; raises `AssistantError`."""
    table = calibration.load(FILE, {"embedder": embedder})
    number, numbers = table.number, table.numbers
    return Classifier(
        sentence=numbers("sentence"),
        paper=numbers("paper"),
        contrast_weights=numbers("contrast_weights"),
        contrast_cap=number("contrast_cap"),
        contrast_reach=number("contrast_reach"),
        supported_at=number("supported_at"),
        supported_with_contrast_at=number("supported_with_contrast_at"),
        unsupported_below=number("unsupported_below"),
        misattribution_margin=number("misattribution_margin"),
        contrast_supported_at=number("contrast_supported_at"),
        together_at=number("together_at"),
        own_share=number("own_share"),
        grace=number("grace"),
        is_generic=not table.models,
    )


def probability(logit: float) -> float:
    """Return log-odds as a number from 0 to 1."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, logit))))
