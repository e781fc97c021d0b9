"""A claim and one abstract, both prepared -> the numbers from which support is computed."""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.verification.support import matching
from assistant.verification.support.matching import PreparedAbstract, PreparedClaim
from assistant.verification.support.terms import Vocabulary

Array = NDArray[np.float64]

SENTENCE = ("covered", "counted", "pairs", "precise", "late", "setup", "result", "statistic", "similar")
"""Features of one sentence, in the order of the columns of `sentences`."""

PAPER = ("covered", "missing", "together", "similar", "dense")
"""Features of a whole abstract, in the order of `paper`."""

# Words of sentences that announce work rather than report its result.
_SETUP = re.compile(
    r"\b(aim\w*|objective\w*|purpose|hypothes\w+|investigat\w+|examin\w+|unknown|unclear|little is known"
    r"|poorly understood|remain\w*|background|methods?|design|setting|participants|measure[ds]?"
    r"|were (recruited|enrolled|randomi[sz]ed|randomly|analy[sz]ed|assessed|included|searched|collected)"
    r"|we (studied|used|performed|analy[sz]ed|assessed|searched|sought|evaluated|compared)"
    r"|to (determine|assess|evaluate|investigate|examine|test))\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\s*(results?|conclusions?|findings|interpretation|conclusions? and relevance|main results|significance)\b"
    r"[^a-z]{0,3}\s*(:|[A-Z])",
    re.IGNORECASE,
)
_STATISTIC = re.compile(r"\d\s*%|\b[pP]\s*[<=>]|\bCI\b|\b(OR|RR|HR)\b")


@dataclass(frozen=True, slots=True)
class Match:
    """How far each sentence of an abstract has each term of a claim, 0 to 1."""

    sentences: Array
    """One row a sentence, one column a term."""
    similar: float
    """The cosine of the claim with title and abstract together, or the nearest passage of the full text."""


def match(claim: PreparedClaim, abstract: PreparedAbstract) -> Match:
    """Find the terms of a claim in the sentences of an abstract, in other forms of the words too."""
    bits = abstract.bits
    if claim.aliases:
        bits = {**bits, **matching.expanded(bits, claim.aliases)}
    hits: list[tuple[int, int, float]] = []  # column, sentences as bits, likeness
    for column, (term, inner) in enumerate(zip(claim.terms, claim.inner, strict=True)):
        if term in bits:
            hits.append((column, bits[term], 1.0))
        variants = matching.word_variants(term, inner, abstract)
        hits += [(column, abstract.bits[other], likeness) for other, likeness in variants]
    count = len(abstract.abstract.sentences)
    rows = np.zeros((count, len(claim.terms)))
    if hits:
        columns, where, values = (np.array(numbers) for numbers in zip(*hits, strict=True))
        spread = (where[:, None] >> np.arange(count)) & 1
        np.maximum.at(rows.T, columns, spread * values[:, None])
    return Match(rows, abstract.abstract.nearness(claim.vector))


def paper(claim: PreparedClaim, match: Match) -> Array:
    """Return the features of a whole abstract; but for the cosine without its title, which names a subject and claims
    nothing.

    covered: share of the claim's idf that occurs anywhere; missing: idf of the rarest term that does not occur, over
    the highest; together: share of the pairs of terms that occur in one sentence, each weighing the geometric mean of
    its idfs; similar: the cosine with title and abstract, 0 where there is no abstract; dense: share of the claim's
    idf in the best single sentence.
    """
    weights, rows = claim.weights, match.sentences
    similar = match.similar if len(rows) else 0.0
    if not len(weights) or not len(rows):
        return np.array([0.0, 1.0, 0.0, similar, 0.0])
    best = rows.max(axis=0)
    covered = _share(best, weights)
    first, second = _pairs(len(weights))
    both = np.sqrt(weights[first] * weights[second])
    pairs = np.minimum(rows[:, first], rows[:, second]).max(axis=0)
    together = _share(pairs, both) if len(both) else covered
    missing = float(((1 - best) * weights).max() / weights.max())
    return np.array([covered, missing, together, similar, float((rows @ weights).max() / weights.sum())])


def sentences(
    claim: PreparedClaim, match: Match, abstract: PreparedAbstract, words: Vocabulary, cosines: Array | None
) -> Array:
    """Return the features of every sentence, one row each, with the columns of `SENTENCE`; `cosines` are those of the
    sentences with the claim (None: not known).

    covered: share of the claim's idf in the sentence; counted: share of its terms; pairs: share of its neighbouring
    terms that are neighbours here; precise: share of the sentence's idf that the claim has; late: place in the
    abstract, 0 to 1; setup, result, statistic: 1 where such words occur; similar: cosine with the claim, or 0.
    """
    texts = abstract.abstract.sentences
    count, weights = len(texts), claim.weights
    known = set(claim.terms).union(*(long for _, long in claim.aliases))
    follows = set(pairwise(claim.terms))
    pairs, precise = np.zeros(count), np.zeros(count)
    for row, text in enumerate(texts):
        terms = words.terms(text)
        idfs = [words.idf(term) for term in terms]
        shared = sum(idf for term, idf in zip(terms, idfs, strict=True) if term in known)
        precise[row] = shared / max(sum(idfs), 1.0)
        pairs[row] = len(follows.intersection(pairwise(terms))) / max(len(follows), 1)
    total = float(weights.sum()) or 1.0
    cues = [[bool(_SETUP.search(t)), bool(_RESULT.match(t)), bool(_STATISTIC.search(t))] for t in texts]
    return np.column_stack(
        [
            match.sentences @ weights / total,
            match.sentences.mean(axis=1) if len(weights) else np.zeros(count),
            pairs,
            precise,
            np.arange(count) / max(count - 1, 1),
            np.array(cues, np.float64).reshape(count, 3),
            np.zeros(count) if cosines is None else cosines,
        ]
    )


@lru_cache(maxsize=matching.MOST_TERMS + 1)
def _pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    first, second = np.triu_indices(count, 1)
    return first, second


def _share(present: Array, weights: Array) -> float:
    return float(present @ weights) / (float(weights.sum()) or 1.0)
