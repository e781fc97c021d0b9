"""Features and labels -> the coefficients of a logistic regression, by Newton's method with a small ridge."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fit(features: Floats, labels: Floats, ridge: float = 0.1) -> Floats:
    """Return the intercept, then one coefficient a column; the intercept is not shrunk.

    Unlike `regression.logistic` it shrinks the coefficients of the features as they are, not standardised: with 75
    questions that is what keeps those of features that hardly vary small.
    """
    design = np.column_stack([np.ones(len(features)), features])
    penalty = np.diag([0.0, *[ridge] * features.shape[1]])
    weights = np.zeros(design.shape[1])
    for _ in range(100):
        chance = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (labels - chance) - penalty @ weights
        curve = (design * (chance * (1 - chance))[:, np.newaxis]).T @ design + penalty
        step = np.linalg.solve(curve, slope)
        weights += step
        if np.abs(step).max() < 1e-9:
            break
    return weights


def auc(positive: Floats, negative: Floats) -> float:
    """Return the chance that a positive scores above a negative, ties counted half."""
    above = (positive[:, np.newaxis] > negative).mean() + (positive[:, np.newaxis] == negative).mean() / 2
    return float(above)
