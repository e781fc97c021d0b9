"""Features and labels -> coefficients, with weights and in groups of alternatives: what the fits of this folder share.

The likelihoods are those of Hosmer and Lemeshow, Applied Logistic Regression (ridge penalty added, not on the
intercept) and of McFadden 1974 (with several right alternatives the likelihood is that of their union); scipy climbs
them. Nothing to run.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

Array = NDArray[np.float64]
Group = tuple[Array, NDArray[np.bool_]]
"""The features of the alternatives, and which of them are right."""


def logistic(rows: Array, labels: Array, weights: Array | None = None, ridge: float = 1.0) -> Array:
    """Return intercept and coefficients for the rows as they are; they are standardised meanwhile."""
    weights = np.ones(len(rows)) if weights is None else weights
    middle, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    design = np.column_stack([np.ones(len(rows)), (rows - middle) / spread])
    penalty = np.array([1e-6, *[ridge] * rows.shape[1]])

    def loss(coefficients: Array) -> tuple[float, Array]:
        scores = design @ coefficients
        value = weights @ (np.logaddexp(0, scores) - labels * scores) + penalty @ coefficients**2 / 2
        return float(value), design.T @ (weights * (special.expit(scores) - labels)) + penalty * coefficients

    coefficients = _minimum(loss, design.shape[1])
    scaled = coefficients[1:] / spread
    return np.concatenate(([coefficients[0] - scaled @ middle], scaled))


def conditional(groups: Sequence[Group], ridge: float = 1.0) -> Array:
    """Return the coefficients under which the right alternatives of each group win."""

    def loss(coefficients: Array) -> tuple[float, Array]:
        value, slope = ridge * float(coefficients @ coefficients) / 2, ridge * coefficients
        for rows, right in groups:
            scores = rows @ coefficients
            value += float(special.logsumexp(scores) - special.logsumexp(scores[right]))
            slope = slope + special.softmax(scores) @ rows - special.softmax(scores[right]) @ rows[right]
        return value, slope

    return _minimum(loss, groups[0][0].shape[1])


def _minimum(loss: Callable[[Array], tuple[float, Array]], size: int) -> Array:
    """Return where a loss with its gradient is least, from nothing; raises `ArithmeticError` where scipy gives up."""
    result = optimize.minimize(loss, np.zeros(size), jac=True, method="L-BFGS-B", options={"ftol": 1e-10, "gtol": 1e-6})
    if not result.success:
        raise ArithmeticError(f"the fit did not converge ({result.message})")
    return np.asarray(result.x, np.float64)


def kept_share(right: Array, wrong: Array, passing: float = 0.1) -> tuple[float, float]:
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
