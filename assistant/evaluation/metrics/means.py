"""Scores of many cases -> their mean, with how many had one, had none, and failed."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean that says what it is the mean of."""

    value: float | None
    """None where nothing was scored."""
    scored: int
    unscored: int
    """Cases of which the metric says nothing."""
    failed: int
    """Cases that could not be asked; they count in no mean, and are never few without being shown."""


def mean(values: Iterable[float | None], failed: int = 0) -> Mean:
    """Return the mean of what is not None."""
    held = list(values)
    scored = [value for value in held if value is not None]
    value = sum(scored) / len(scored) if scored else None
    return Mean(value, len(scored), len(held) - len(scored), failed)
