"""The same question asked several times -> how often the answer flips."""

from collections.abc import Sequence
from itertools import combinations
from math import comb


def flipped(passed: Sequence[bool]) -> bool:
    """Whether some of the repeats passed and some failed."""
    return len(set(passed)) > 1


def pass_all(passed: Sequence[bool], k: int) -> float:
    """Return pass^k: the probability that k repeats drawn without replacement all pass, C(c, k) / C(n, k) (tau-bench).

    Raises `ValueError` unless 1 <= k <= repeats.
    """
    if not 1 <= k <= len(passed):
        raise ValueError(f"k = {k} of {len(passed)} repeats")
    return comb(sum(passed), k) / comb(len(passed), k)


def agreement(cited: Sequence[frozenset[str]]) -> float | None:
    """Return the mean Jaccard index of the cited sets over all pairs of repeats, 1 for two empty sets; None for one."""
    pairs = list(combinations(cited, 2))
    if not pairs:
        return None
    return sum(len(a & b) / len(a | b) if a | b else 1.0 for a, b in pairs) / len(pairs)
