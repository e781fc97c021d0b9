"""The name of a model and its tokens -> US dollars, by a dated table."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from assistant.domain.errors import UsageError

_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}\Z")  # "gpt-4.1-mini-2025-04-14" costs what "gpt-4.1-mini" does
_CURE = "write `day`, and under [models] `input` and `output` of each, `cached` where it is known"


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens of one model."""

    input: float
    output: float
    cached: float | None = None
    """Of input that the endpoint had kept; None where that is not known to be cheaper."""
    day: date | None = None
    """When it was listed; None for what nobody sells."""

    def dollars(self, read: int, written: int, cached: int = 0) -> float:
        """Return what so many tokens cost; the `cached` ones are among those that were `read`."""
        kept = min(cached, read)
        cheaper = self.input if self.cached is None else self.cached
        return ((read - kept) * self.input + kept * cheaper + written * self.output) / 1e6


LOCAL = Price(0.0, 0.0)
"""Of a model on this machine."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The prices of models by their names, as they were on a day."""

    day: date
    table: Mapping[str, Price]

    def of(self, model: str) -> Price | None:
        """Return the price of a model, also by the name of one of its dated versions; None where it is not known.

        >>> published().of("gpt-4.1-mini-2025-04-14").output
        1.6
        """
        return self.table.get(model) or self.table.get(_SNAPSHOT.sub("", model))

    def cost(self, model: str, read: int, written: int) -> float | None:
        """Return the dollars of a call, None for a model that the table lacks."""
        price = self.of(model)
        return None if price is None else price.dollars(read, written)


def read(path: Path) -> Prices:
    """Return the prices in a TOML file: `day`, and under [models] `input` and `output` of each, and `cached`; raises
    `UsageError`."""
    import tomllib

    try:
        data = tomllib.loads(path.read_text("utf-8"))
        day = data["day"]
        if type(day) is not date:  # a time is a date too
            raise TypeError(f"`day` is {day!r}, no date")
        return Prices(day, {name: _price(row, day) for name, row in data["models"].items()})
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UsageError("is no table of prices", path=path, cause=str(error), cure=_CURE) from error


def published() -> Prices:
    """Return the prices that come with the program, of OpenAI's models at OpenAI's address."""
    return read(Path(__file__).with_suffix(".toml"))


def _price(row: Mapping[str, float], day: date) -> Price:
    cached = float(row["cached"]) if "cached" in row else None
    price = Price(float(row["input"]), float(row["output"]), cached, day)
    if not all(0 <= number < math.inf for number in (price.input, price.output, price.cached or 0.0)):
        raise ValueError(f"a price is no amount: {dict(row)}")
    return price
