"""What an answer cost -> the end of its summary line, and a part of its JSON."""

from typing import Any

from assistant.domain.answers import Answer
from assistant.domain.costs import Cost


def line(answer: Answer) -> str:
    """Return what an answer cost: tokens and money, where a model was asked, and seconds."""
    return " · ".join(filter(None, (str(answer.cost), f"{answer.seconds.total:.1f} s")))


def record(cost: Cost) -> dict[str, Any] | None:
    """Return what the requests to models came to; None where there was none."""
    if not cost.requests:
        return None
    return {
        "requests": cost.requests,
        "input_tokens": cost.input_tokens,
        "cached_tokens": cost.cached_tokens,
        "output_tokens": cost.output_tokens,
        "estimated": cost.is_estimated,
        "dollars": None if cost.dollars is None else round(cost.dollars, 8),
        "local": cost.is_local,
        "prices": cost.prices.isoformat() if cost.prices else None,
        "seconds": round(cost.seconds, 4),
    }
