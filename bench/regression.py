"""Features and labels -> coefficients, with weights and in groups of alternatives; by Newton's method, numpy only.

The formulas are those of Hosmer and Lemeshow, Applied Logistic Regression (ridge penalty added, not on the
intercept) and of McFadden 1974 (with several right alternatives the likelihood is that of their union).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Group = tuple[Array, NDArray[np.bool_]]


def logistic(rows: Array, labels: Array, weights: Array | None = None, ridge: float = 1.0) -> Array:
    """Return intercept and coefficients for the rows as they are; they are standardised meanwhile."""
    weights = np.ones(len(rows)) if weights is None else weights
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = np.column_stack([np.ones(len(rows)), (rows - middle) / spread])
    penalty = np.diag([1e-6, *[ridge] * rows.shape[1]])
    found = np.zeros(design.shape[1])
    for _ in range(40):
        chance = 1 / (1 + np.exp(-np.clip(design @ found, -30, 30)))
        slope = design.T @ (weights * (labels - chance)) - penalty @ found
        curve = (design * (weights * chance * (1 - chance) + 1e-9)[:, None]).T @ design + penalty
        step = np.linalg.solve(curve, slope)
        found = found + step
        if np.abs(step).max() < 1e-9:
            break
    scaled = found[1:] / spread
    return np.concatenate(([found[0] - scaled @ middle], scaled))


def conditional(groups: Sequence[Group], ridge: float = 1.0) -> Array:
    """Return the coefficients under which the right alternatives of each group win."""
    found = np.zeros(groups[0][0].shape[1])
    reached = _likelihood(found, groups, ridge)
    for _ in range(60):
        slope, curve = -ridge * found, ridge * np.eye(len(found))
        for rows, right in groups:
            shares = np.exp(rows @ found - (rows @ found).max())
            everything, chosen = shares / shares.sum(), np.where(right, shares, 0) / shares[right].sum()
            slope = slope + rows.T @ (chosen - everything)
            mean = everything @ rows
            curve = curve + (rows * everything[:, None]).T @ rows - np.outer(mean, mean)
        step, size = np.linalg.solve(curve, slope), 1.0
        while (now := _likelihood(found + size * step, groups, ridge)) <= reached and size > 1e-4:
            size /= 2
        if now - reached < 1e-8:
            break
        found, reached = found + size * step, now
    return found


def _likelihood(found: Array, groups: Sequence[Group], ridge: float) -> float:
    total = -0.5 * ridge * float(found @ found)
    for rows, right in groups:
        scores = rows @ found
        shares = np.exp(scores - scores.max())
        total += float(np.log(shares[right].sum()) - np.log(shares.sum()))
    return total


def kept(right: Array, wrong: Array, passing: float = 0.1) -> tuple[float, float]:
    """Return the share of right ones above the threshold that this share of wrong ones passes, and the threshold."""
    threshold = float(np.quantile(wrong, 1 - passing, method="higher"))
    return float((right > threshold).mean()), threshold


def folds(groups: Sequence[str], seed: int, count: int = 5) -> dict[str, int]:
    """Return {group: fold}, drawn by `seed`."""
    distinct = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(distinct))
    return {distinct[at]: number % count for number, at in enumerate(order)}


def auc(positive: Array, negative: Array) -> float:
    """Return the chance that a positive scores above a negative, ties counted half."""
    above = (positive[:, np.newaxis] > negative).mean() + (positive[:, np.newaxis] == negative).mean() / 2
    return float(above)
