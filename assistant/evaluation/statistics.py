"""Scores of questions, some of them variants of one another -> what chance alone could have made of them.

Cases of one parent are one cluster: they are drawn, and change sign, together. All draws are seeded: the same scores
give the same figures. The memory used grows with the number of questions and not with the number of draws.
"""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

SEED = 20_261_121
_DRAWS = 10_000
_BATCH = 250  # draws that are in memory at a time
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

    One cluster gives an interval without width. Raises `ValueError` for no values, `UsageError` without scipy.
    """
    sums, counts = _grouped(values, clusters)
    mean = float(sums.sum() / counts.sum())
    if len(sums) < 2:
        return Interval(mean, mean, mean)
    from scipy import stats

    low, high = stats.bootstrap(
        (sums, counts),
        lambda sums, counts, axis: sums.sum(axis=axis) / counts.sum(axis=axis),
        paired=True,
        vectorized=True,
        n_resamples=_DRAWS,
        batch=_BATCH,
        confidence_level=share,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return Interval(mean, float(low), float(high))


def permutation(differences: Sequence[float], clusters: Sequence[Hashable]) -> float:
    """Return the two-sided p value of a paired sign-flip test of the mean, signs flipped by cluster (Fisher 1935).

    All signs are tried where there are few; else (b + 1) / (B + 1) of drawn ones (Phipson and Smyth 2010). This is
    `scipy.stats.permutation_test` with `permutation_type="samples"`, forty times faster: it draws signs and permutes
    nothing.
    """
    sums, _ = _grouped(differences, clusters)
    observed = abs(sums.sum()) - 1e-12
    if len(sums) <= _EXACT:
        signs = np.array(np.meshgrid(*[[-1.0, 1.0]] * len(sums))).reshape(len(sums), -1).T
        return float((np.abs(signs @ sums) >= observed).mean())
    generator = np.random.default_rng(SEED)
    farther = 0
    for _ in range(_DRAWS // _BATCH):
        signs = generator.choice([-1.0, 1.0], (_BATCH, len(sums)))
        farther += int((np.abs(signs @ sums) >= observed).sum())
    return (farther + 1) / (_DRAWS + 1)


def holm(values: Sequence[float]) -> list[float]:
    """Return the p values adjusted for their number, step down (Holm 1979), in the order given."""
    adjusted = [0.0] * len(values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        highest = max(highest, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = highest
    return adjusted


def minimum_detectable_effect(
    differences: Sequence[float], clusters: Sequence[Hashable], power: float = 0.8
) -> float | None:
    """Return the smallest true mean difference that a two-sided test at 0.05 finds with this power; None for one
    cluster: (z(0.975) + z(power)) * standard error of the clustered mean."""
    sums, counts = _grouped(differences, clusters)
    if len(sums) < 2:
        return None
    residuals = sums - counts * (sums.sum() / counts.sum())
    error = math.sqrt(len(sums) / (len(sums) - 1) * float((residuals**2).sum())) / float(counts.sum())
    normal = NormalDist()
    return (normal.inv_cdf(0.975) + normal.inv_cdf(power)) * error


def run_noise(repeats: Sequence[Sequence[float]]) -> float | None:
    """Return the standard error that chance in the answers gives the mean of one run, from the repeats of each case:
    sqrt(sum of variances within cases / repeats) / cases; None where nothing was repeated."""
    repeated = [values for values in repeats if len(values) > 1]
    if not repeated:
        return None
    within = [float(np.var(values, ddof=1)) / len(values) for values in repeated]
    return math.sqrt(sum(within)) / len(within)


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


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile: the smallest value that at least `share` of all are no larger than.

    Raises `ValueError` for no values or a share outside of (0, 1].
    """
    if not values or not 0 < share <= 1:
        raise ValueError("give values, and a share between 0 and 1")
    return sorted(values)[math.ceil(share * len(values)) - 1]
