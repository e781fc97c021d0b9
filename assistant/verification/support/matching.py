"""Abstracts and claims -> their terms, with the sentences that have each as bits of a number: fast to compare."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.library.abstracts import Abstract
from assistant.verification.support.terms import Vocabulary, abbreviations

MOST_TERMS = 60  # of a claim; one sentence has about 10, and all pairs of them are looked at
_PREFIX = 4  # letters that two forms of one word share at least
_INSIDE = 5  # letters of a word that may stand inside another: tumor, antitumor


@dataclass(frozen=True, slots=True)
class PreparedAbstract:
    """One abstract, ready to be compared with claims."""

    abstract: Abstract
    bits: Mapping[str, int]
    """Term -> the sentences it occurs in, bit i for sentence i."""
    ordered: tuple[str, ...]
    """The terms in alphabetical order."""
    joined: str
    """The terms with spaces around each."""


@dataclass(frozen=True, slots=True)
class PreparedClaim:
    """One claim, ready to be compared with abstracts."""

    text: str
    vector: NDArray[np.float32]
    terms: tuple[str, ...]
    weights: NDArray[np.float64]
    """The idf of each term in the library."""
    inner: tuple[frozenset[str], ...]
    """For each term, the words that may stand inside it."""
    aliases: tuple[tuple[frozenset[str], frozenset[str]], ...]
    """Abbreviations that the claim itself explains: terms of the short form, terms of the long form."""


def prepare_abstract(abstract: Abstract, words: Vocabulary) -> PreparedAbstract:
    """Prepare one abstract; what it abbreviates counts as present in both forms."""
    bits: dict[str, int] = {}
    for number, text in enumerate(abstract.sentences):
        for term in words.terms(text):
            bits[term] = bits.get(term, 0) | (1 << number)
    aliases = _aliases(f"{abstract.paper.title}. {' '.join(abstract.sentences)}", words)
    bits |= expanded(bits, aliases)
    ordered = tuple(sorted(bits))
    return PreparedAbstract(abstract, bits, ordered, f" {' '.join(ordered)} ")


def prepare_claim(text: str, vector: NDArray[np.float32], words: Vocabulary) -> PreparedClaim:
    """Prepare one claim; of a very long one, its rarest words."""
    terms = words.terms(text)
    if len(terms) > MOST_TERMS:
        rarest = set(sorted(terms, key=words.idf, reverse=True)[:MOST_TERMS])
        terms = [term for term in terms if term in rarest]
    weights = np.array([words.idf(term) for term in terms], np.float64)
    return PreparedClaim(
        text, vector, tuple(terms), weights, tuple(_inner(term) for term in terms), _aliases(text, words)
    )


def expanded(bits: Mapping[str, int], aliases: tuple[tuple[frozenset[str], frozenset[str]], ...]) -> dict[str, int]:
    """Return the terms, with their sentences, that stand in more of them once short and long forms count as one."""
    changed: dict[str, int] = {}
    for one, other in aliases:
        for terms, added in ((one, other), (other, one)):
            where = -1
            for term in terms:
                where &= bits.get(term, 0)
            if where:
                for term in added:
                    changed[term] = changed.get(term, bits.get(term, 0)) | where
    return changed


def word_variants(term: str, inner: frozenset[str], abstract: PreparedAbstract) -> list[tuple[str, float]]:
    """Return (other term of the abstract, likeness) for forms of the same word; numbers have none.

    A shared beginning of four letters or more, or one word inside the other, is as like as the share it makes.
    """
    if term[0].isdigit():
        return []
    likeness: dict[str, float] = {}
    if len(term) >= _PREFIX:
        beginning = term[:_PREFIX]
        at = bisect_left(abstract.ordered, beginning)
        while at < len(abstract.ordered) and (other := abstract.ordered[at]).startswith(beginning):
            at += 1
            if other != term and (value := _shared(term, other)):
                likeness[other] = value
    if len(term) >= _INSIDE:
        start = abstract.joined.find(term)
        while start >= 0:
            begin, end = abstract.joined.rfind(" ", 0, start) + 1, abstract.joined.find(" ", start)
            other = abstract.joined[begin:end]
            if other != term and not other[0].isdigit():
                likeness[other] = max(likeness.get(other, 0.0), len(term) / len(other))
            start = abstract.joined.find(term, end)
    for other in inner.intersection(abstract.bits):
        likeness[other] = max(likeness.get(other, 0.0), len(other) / len(term))
    return list(likeness.items())


def _shared(one: str, other: str) -> float:
    short, long = sorted((one, other), key=len)
    same = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    return same / len(long) if same / len(long) >= 0.5 and same >= 0.75 * len(short) else 0.0


def _inner(term: str) -> frozenset[str]:
    size = len(term)
    if term[0].isdigit() or size > 60:
        return frozenset()
    return frozenset(
        term[start:end] for start in range(size) for end in range(start + _INSIDE, size + 1) if end - start < size
    )


def _aliases(text: str, words: Vocabulary) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    pairs = ((frozenset(words.terms(short)), frozenset(words.terms(long))) for short, long in abbreviations(text))
    return tuple((short, long) for short, long in pairs if short and long and not short & long)
