"""Scores of questions, some of them variants of one another -> what chance alone could have made of them.

Cases of one parent are one cluster: they are drawn, and change sign, together.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

SEED = 20_261_121
_DRAWS = 10_000
_EXACT = 13  # clusters up to which all 2^n signs are tried rather than drawn

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean, and the range that holds 95 % of the means of resampled clusters."""

    mean: float
    low: float
    high: float


def bootstrap(values: Sequence[float], clusters: Sequence[Hashable], share: float = 0.95) -> Interval:
    """Return the mean with its percentile bootstrap interval over clusters (Efron 1979; Field and Welsh 2007).

    Raises `ValueError` for no values.
    """
    sums, counts = _grouped(values, clusters)
    draws = np.random.default_rng(SEED).integers(0, len(sums), (_DRAWS, len(sums)))
    means = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    low, high = np.quantile(means, [(1 - share) / 2, (1 + share) / 2])
    return Interval(float(sums.sum() / counts.sum()), float(low), float(high))


def permutation(differences: Sequence[float], clusters: Sequence[Hashable]) -> float:
    """Return the two-sided p value of a paired sign-flip test of the mean, signs flipped by cluster (Fisher 1935).

    All signs are tried where there are few; else (b + 1) / (B + 1) of drawn ones (Phipson and Smyth 2010).
    """
    sums, _ = _grouped(differences, clusters)
    observed = abs(sums.sum()) - 1e-12
    if len(sums) <= _EXACT:
        signs = np.array(np.meshgrid(*[[-1.0, 1.0]] * len(sums))).reshape(len(sums), -1).T
        return float((np.abs(signs @ sums) >= observed).mean())
    signs = np.random.default_rng(SEED).choice([-1.0, 1.0], (_DRAWS, len(sums)))
    return float(((np.abs(signs @ sums) >= observed).sum() + 1) / (_DRAWS + 1))


def holm(values: Sequence[float]) -> list[float]:
    """Return the p values adjusted for their number, step down (Holm 1979), in the order given."""
    adjusted = [0.0] * len(values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=lambda place: values[place])):
        highest = max(highest, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = highest
    return adjusted


def wilson(hits: int, total: int, share: float = 0.95) -> tuple[float, float]:
    """Return the score interval of a proportion (Wilson 1927); raises `ValueError` for none of none."""
    if not 0 <= hits <= total or not total:
        raise ValueError(f"{hits} of {total}")
    z = NormalDist().inv_cdf((1 + share) / 2)
    center = (hits + z * z / 2) / (total + z * z)
    half = z / (total + z * z) * math.sqrt(hits * (total - hits) / total + z * z / 4)
    return max(0.0, center - half), min(1.0, center + half)


def rule_of_three(total: int) -> float:
    """Return the upper bound, at 95 %, of a rate of which no case was seen in `total` (Hanley 1983): 3 / n."""
    if total < 1:
        raise ValueError("no cases")
    return min(1.0, 3 / total)


def detectable(differences: Sequence[float], clusters: Sequence[Hashable], power: float = 0.8) -> float | None:
    """Return the smallest true mean difference that a two-sided test at 0.05 finds with this power; None for one
    cluster: (z(0.975) + z(power)) * standard error of the clustered mean."""
    sums, counts = _grouped(differences, clusters)
    if len(sums) < 2:
        return None
    residuals = sums - counts * (sums.sum() / counts.sum())
    error = math.sqrt(len(sums) / (len(sums) - 1) * float((residuals**2).sum())) / float(counts.sum())
    return _reach(power) * error


def discordant(share: float, total: int, power: float = 0.8) -> float:
    """Return the smallest difference of a yes-or-no score that `total` pairs show, of which `share` differ at all:
    (z(0.975) + z(power)) * sqrt(share / total), McNemar's variance under no difference."""
    if not 0 <= share <= 1 or total < 1:
        raise ValueError(f"a share of {share} among {total}")
    return _reach(power) * math.sqrt(share / total)


def noise(repeats: Sequence[Sequence[float]]) -> float | None:
    """Return the standard error that chance in the answers gives the mean of one run, from the repeats of each case:
    sqrt(sum of variances within cases / repeats) / cases; None where nothing was repeated."""
    again = [values for values in repeats if len(values) > 1]
    if not again:
        return None
    within = [float(np.var(values, ddof=1)) / len(values) for values in again]
    return math.sqrt(sum(within)) / len(within)


def _reach(power: float) -> float:
    normal = NormalDist()
    return normal.inv_cdf(0.975) + normal.inv_cdf(power)


def _grouped(values: Sequence[float], clusters: Sequence[Hashable]) -> tuple[Numbers, Numbers]:
    """Return sum and number of the values of each cluster."""
    if not values or len(values) != len(clusters):
        raise ValueError("give as many clusters as values, and at least one")
    places = {cluster: place for place, cluster in enumerate(dict.fromkeys(clusters))}
    index = np.array([places[cluster] for cluster in clusters])
    sums: Numbers = np.zeros(len(places))
    np.add.at(sums, index, np.asarray(values, np.float64))
    counts: Numbers = np.bincount(index).astype(np.float64)
    return sums, counts
