"""Abstracts and claims -> their words as bits, one bit a sentence, so that many are compared in little time."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.library import chunks
from assistant.library.abstracts import Abstract
from assistant.verification.support.abbreviations import explained
from assistant.verification.support.terms import Vocabulary

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
    windows: NDArray[np.float32]
    """The unit vectors of each two neighbouring sentences, or of the only one."""


@dataclass(frozen=True, slots=True)
class PreparedClaim:
    """One claim, ready to be compared with abstracts."""

    text: str
    vector: NDArray[np.float32]
    terms: tuple[str, ...]
    weights: NDArray[np.float64]
    """How rare each term is in the library."""
    inner: tuple[frozenset[str], ...]
    """For each term, the words that may stand inside it."""
    aliases: tuple[tuple[frozenset[str], frozenset[str]], ...]
    """Abbreviations that the claim itself explains: terms of the short form, terms of the long form."""


def prepare_abstract(held: Abstract, words: Vocabulary) -> PreparedAbstract:
    """Prepare one abstract; what it abbreviates counts as present in both forms."""
    bits: dict[str, int] = {}
    for number, text in enumerate(held.sentences):
        for term in words.terms(text):
            bits[term] = bits.get(term, 0) | (1 << number)
    known = _aliases(f"{held.paper.title}. {' '.join(held.sentences)}", words)
    bits |= expanded(bits, known)
    ordered = tuple(sorted(bits))
    windows = held.vectors
    if len(held.sentences) > 1:
        windows = chunks.unit(held.vectors[1:] + held.vectors[:-1])
    return PreparedAbstract(held, bits, ordered, f" {' '.join(ordered)} ", windows)


def prepare_claim(text: str, vector: NDArray[np.float32], words: Vocabulary) -> PreparedClaim:
    """Prepare one claim; of a very long one, its rarest words."""
    terms = words.terms(text)
    if len(terms) > MOST_TERMS:
        kept = set(sorted(terms, key=words.rarity, reverse=True)[:MOST_TERMS])
        terms = [term for term in terms if term in kept]
    weights = np.array([words.rarity(term) for term in terms], np.float64)
    return PreparedClaim(
        text, vector, tuple(terms), weights, tuple(_inner(term) for term in terms), _aliases(text, words)
    )


def expanded(bits: Mapping[str, int], aliases: tuple[tuple[frozenset[str], frozenset[str]], ...]) -> dict[str, int]:
    """Return the terms that stand in more sentences once short forms count as long ones, and long ones as short."""
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


def word_variants(term: str, inner: frozenset[str], held: PreparedAbstract) -> list[tuple[str, float]]:
    """Return (other term of the abstract, likeness) for forms of the same word; numbers have none.

    A shared beginning of four letters or more, or one word inside the other, is as like as the share it makes.
    """
    if term[0].isdigit():
        return []
    found: dict[str, float] = {}
    if len(term) >= _PREFIX:
        beginning = term[:_PREFIX]
        at = bisect_left(held.ordered, beginning)
        while at < len(held.ordered) and (other := held.ordered[at]).startswith(beginning):
            at += 1
            if other != term and (value := _shared(term, other)):
                found[other] = value
    if len(term) >= _INSIDE:
        start = held.joined.find(term)
        while start >= 0:
            begin, end = held.joined.rfind(" ", 0, start) + 1, held.joined.find(" ", start)
            other = held.joined[begin:end]
            if other != term and not other[0].isdigit():
                found[other] = max(found.get(other, 0.0), len(term) / len(other))
            start = held.joined.find(term, end)
    for other in inner.intersection(held.bits):
        found[other] = max(found.get(other, 0.0), len(other) / len(term))
    return list(found.items())


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
    pairs = ((frozenset(words.terms(short)), frozenset(words.terms(long))) for short, long in explained(text))
    return tuple((short, long) for short, long in pairs if short and long and not short & long)
