"""What a list of papers shows of those that pass a filter, and in which order."""

from dataclasses import dataclass
from typing import Literal

Order = Literal["date", "title", "added"]
"""Newest date first, titles by the alphabet, or last added first."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which papers, and in which order."""

    match: str = ""
    """Words that each has in what is known of it, or in its notes; "" for all."""
    unread: bool | None = None
    """Only those that are not marked as read, or with False only those that are."""
    order: Order | None = None
    """None: the order in which they were added."""
    reverse: bool = False
    """The other way round."""


EVERY = Selection()
