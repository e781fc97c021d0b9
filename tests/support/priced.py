"""A price, a question of known length, and replies that an endpoint counted."""

from datetime import date

from assistant.models.base import Message, Reply
from assistant.models.prices import Price

DAY = date(2026, 11, 1)
PRICE = Price(0.5, 2.0, 0.05, DAY)
QUESTION = [Message("user", "x" * 396)]  # 99 tokens of four characters, and 4 for the frame


def counted_reply(text: str = "Yes.", cached: int | None = None) -> Reply:
    return Reply(text, "scripted", input_tokens=1_000, output_tokens=100, cached_tokens=cached)
