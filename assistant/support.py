"""A claim and one abstract -> how well the abstract supports it, and by which sentence: located evidence, not proof."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.abstracts import Abstract
from assistant.library.lexical import Lexical


@dataclass(frozen=True, slots=True)
class Support:
    """The best sentence of an abstract for a claim."""

    score: float
    """0 to 1: how likely the abstract is the one the claim rests on."""
    sentence: int
    """Index of the best sentence; -1 for an abstract without any."""


def measure(claim: str, vector: NDArray[np.float32], abstract: Abstract, words: Lexical) -> Support:
    """Return the support of `claim`, whose unit vector is `vector`, by `abstract`."""
    if not abstract.sentences:
        return Support(0.0, -1)
    weights = rarity(claim, words)
    covered = np.array([coverage(weights, set(words.terms(sentence))) for sentence in abstract.sentences])
    similar = abstract.vectors @ vector
    best = int(np.argmax(0.6 * similar + 0.4 * covered))
    everywhere = coverage(weights, set(words.terms(f"{abstract.paper.title} {abstract.paper.abstract}")))
    logit = 6.0 * similar[best] + 4.0 * everywhere - 5.0
    return Support(1 / (1 + math.exp(-float(logit))), best)


def rarity(text: str, words: Lexical) -> dict[str, float]:
    """Return {index term: inverse document frequency} of the words of `text`."""
    return {term: math.log((words.size + 1) / (words.frequency(term) + 0.5)) for term in words.terms(text)}


def coverage(weights: dict[str, float], present: set[str]) -> float:
    """Return the share of the terms' weight that is present, 0 to 1; 0 where there are no terms."""
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in present) / total if total > 0 else 0.0
