"""Requests to models -> what they cost in tokens, money and seconds; and the most that they may cost."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from assistant.domain.errors import UsageError

_TOKENS = re.compile(r"([0-9][0-9,_]*)\s*t(?:okens)?\Z", re.IGNORECASE)
_LEAST_SHOWN = 0.0001  # dollars


@dataclass(frozen=True, slots=True)
class Cost:
    """What some requests came to; that of none is 0."""

    requests: int = 0
    input_tokens: int = 0
    """Tokens of the prompts, those that were cached among them."""
    output_tokens: int = 0
    cached_tokens: int | None = None
    """Of the input: what an endpoint had read for an earlier request and kept; None where none tells it."""
    is_estimated: bool = False
    """Whether an endpoint counted no tokens for one of them, so that they were counted here."""
    dollars: float | None = 0.0
    """None where a price is not known."""
    is_local: bool = True
    """Whether all of them went to this machine, which takes no money."""
    prices: date | None = None
    """The day of the prices, the oldest of several; None where none was used."""
    seconds: float = 0.0
    """How long the models took."""

    @property
    def tokens(self) -> int:
        """All tokens, read and written."""
        return self.input_tokens + self.output_tokens

    def __str__(self) -> str:
        """Say it in words, without the seconds; "" for no request.

        >>> str(Cost(1, 2_400, 85, 1_800, dollars=0.0012, is_local=False))
        '2,400 tokens in (1,800 cached), 85 out, $0.0012'
        >>> str(Cost(1, 2_400, 85, is_estimated=True, dollars=None, is_local=False))
        'about 2,400 tokens in, 85 out, price unknown'
        """
        if not self.requests:
            return ""
        about = "about " if self.is_estimated else ""
        cached = f" ({self.cached_tokens:,} cached)" if self.cached_tokens else ""
        money = "" if self.is_local else f", {money_words(self.dollars)}"
        return f"{about}{self.input_tokens:,} tokens in{cached}, {self.output_tokens:,} out{money}"


def total(costs: Iterable[Cost]) -> Cost:
    """Return the sum of costs; the money of it is not known where that of one is not."""
    costs = [cost for cost in costs if cost.requests]
    cached = [cost.cached_tokens for cost in costs if cost.cached_tokens is not None]
    dollars = [cost.dollars for cost in costs if cost.dollars is not None]
    return Cost(
        requests=sum(cost.requests for cost in costs),
        input_tokens=sum(cost.input_tokens for cost in costs),
        output_tokens=sum(cost.output_tokens for cost in costs),
        cached_tokens=sum(cached) if cached else None,
        is_estimated=any(cost.is_estimated for cost in costs),
        dollars=sum(dollars) if len(dollars) == len(costs) else None,
        is_local=all(cost.is_local for cost in costs),
        prices=min((cost.prices for cost in costs if cost.prices), default=None),
        seconds=sum(cost.seconds for cost in costs),
    )


def money_words(dollars: float | None) -> str:
    """Return an amount as it is shown.

    >>> [money_words(amount) for amount in (None, 0.0, 0.00004, 0.0125, 3.5)]
    ['price unknown', '$0', 'under $0.0001', '$0.0125', '$3.50']
    """
    if dollars is None:
        return "price unknown"
    if dollars == 0:
        return "$0"
    if dollars < _LEAST_SHOWN:
        return f"under ${_LEAST_SHOWN}"
    return f"${dollars:.4f}" if dollars < 1 else f"${dollars:,.2f}"


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that the requests of one command, or of one open library, may cost: money or tokens, the other None."""

    dollars: float | None = None
    tokens: int | None = None

    def exceeds(self, cost: Cost) -> bool:
        """Whether a cost is more than this; one in money that is not known is."""
        if self.tokens is not None and cost.tokens > self.tokens:
            return True
        return self.dollars is not None and (cost.dollars is None or cost.dollars > self.dollars)

    def __str__(self) -> str:
        """Return it as it is shown."""
        if self.tokens is not None:
            return f"{self.tokens:,} tokens"
        whole, _, part = f"{Decimal(str(self.dollars or 0.0)):,f}".partition(".")
        return f"${whole}.{part.rstrip('0').ljust(2, '0')}" if self.dollars else "$0"


def budget(given: str | float) -> Budget:
    """Return the budget that was typed: dollars, or tokens with a "t"; raises `UsageError` for what is none.

    >>> budget("0.50"), budget("20,000t")
    (Budget(dollars=0.5, tokens=None), Budget(dollars=None, tokens=20000))
    """
    text = str(given).strip()
    if tokens := _TOKENS.match(text):
        return Budget(tokens=int(re.sub("[,_]", "", tokens[1])))
    try:
        dollars = float(text.removeprefix("$"))
    except ValueError:
        dollars = math.nan
    if not 0 <= dollars < math.inf:
        cure = "give US dollars, such as 0.50, or tokens, such as 20000t, with --budget or ASSISTANT_BUDGET"
        raise UsageError(f"{text[:80]!r} is no budget", cure=cure)
    return Budget(dollars=dollars)
