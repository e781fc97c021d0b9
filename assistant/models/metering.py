"""Replies and models -> the tokens that they cost, added up, as far as endpoints count them."""

import threading

from assistant.models.base import Metered, Reply

Tokens = tuple[int | None, int | None]
"""Input and output tokens; None where nobody counted them."""


class TokenCount:
    """Adds up the tokens of replies, those of each thread by themselves."""

    def __init__(self) -> None:
        self._counts = threading.local()

    @property
    def tokens(self) -> Tokens:
        """What this thread has counted so far."""
        tokens: Tokens = getattr(self._counts, "tokens", (None, None))
        return tokens

    def add(self, reply: Reply) -> None:
        """Add the tokens of a reply."""
        self._counts.tokens = added(self.tokens, (reply.input_tokens, reply.output_tokens))


def spent(model: object) -> Tokens:
    """Return what a model has cost in this thread so far; None where it counts nothing."""
    return model.tokens if isinstance(model, Metered) else (None, None)


def spent_since(model: object, before: Tokens) -> Tokens:
    """Return what a model has cost since its `spent` was `before`."""
    read, written = spent(model)
    return _less(read, before[0]), _less(written, before[1])


def added(first: Tokens, second: Tokens) -> Tokens:
    """Return the sum of two counts.

    >>> added((900, None), (80, None))
    (980, None)
    """
    return _sum(first[0], second[0]), _sum(first[1], second[1])


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None and second is None else (first or 0) + (second or 0)


def _less(after: int | None, before: int | None) -> int | None:
    return None if after is None else after - (before or 0)
