"""Tokens and times -> money by a dated table, and percentiles."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.domain.errors import UsageError


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens, (input, output) by the name of the model, as they were on a day."""

    day: date
    table: Mapping[str, tuple[float, float]]

    def cost(self, model: str, read: int, written: int) -> float | None:
        """Return the price of a call in dollars, None for a model that the table lacks."""
        price = self.table.get(model)
        return None if price is None else (read * price[0] + written * price[1]) / 1e6


def read(path: Path) -> Prices:
    """Return the prices in a TOML file: `day`, and under [models] `input` and `output` of each; raises `UsageError`."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        table = {name: (float(price["input"]), float(price["output"])) for name, price in data["models"].items()}
        return Prices(data["day"], table)
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        cure = "write `day`, and under [models] `input` and `output` of each"
        raise UsageError("is no table of prices", path=path, cause=str(error), cure=cure) from error


def percentile(values: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile: the smallest value that at least `share` of all are no larger than.

    Raises `ValueError` for no values or a share outside of (0, 1].
    """
    if not values or not 0 < share <= 1:
        raise ValueError("give values, and a share between 0 and 1")
    return sorted(values)[math.ceil(share * len(values)) - 1]
