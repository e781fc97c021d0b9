"""Words -> how rare they are in a library (inverse document frequency), and how much of their weight a text has."""

import math
from collections.abc import Mapping, Sequence, Set

from assistant.domain.records import Paper
from assistant.library.bm25 import BM25Index


def idf(frequency: int, papers: int) -> float:
    """Return ln((N + 1) / (df + 0.5)) of a word that df = `frequency` of N = `papers` papers have; never negative.

    It is BM25's idf, ln(1 + (N - df + 0.5) / (df + 0.5)) (Robertson and Zaragoza 2009, with Lucene's 1 +), simplified.

    >>> round(idf(frequency=1, papers=2), 4) == round(math.log(1 + (2 - 1 + 0.5) / (1 + 0.5)), 4)
    True
    """
    return math.log((papers + 1) / (frequency + 0.5))


def term_weights(text: str, words: BM25Index) -> dict[str, float]:
    """Return {index term: idf} of the words of `text`."""
    return {term: idf(words.frequency(term), words.size) for term in words.terms(text)}


def coverage(weights: Mapping[str, float], present: Set[str]) -> float:
    """Return the share of the terms' weight that is present, 0 to 1; 0 where there are no terms."""
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in present) / total if total > 0 else 0.0


def shares(weights: Mapping[str, float], texts: Sequence[str], words: BM25Index) -> list[float]:
    """Return for each text the share of the terms' weight that it has, 0 to 1."""
    return [coverage(weights, set(words.terms(text))) for text in texts]


def paper_share(weights: Mapping[str, float], paper: Paper, words: BM25Index) -> float:
    """Return the share of the terms' weight that a paper has in its title and abstract, 0 to 1."""
    return shares(weights, [f"{paper.title} {paper.abstract}"], words)[0]
