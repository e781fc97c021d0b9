"""What a server takes at most, and what it takes for free: one record that every part of it reads."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The most of everything."""

    askers: int = 8
    """Questions that are worked on at once; one at a time uses the library, the others wait for a model."""
    waiting: int = 32
    """Questions that wait for that; one more is refused."""
    deadline: float = 600.0
    """Seconds from when a question comes until its answer has to be there."""
    body: int = 1_000_000
    """Bytes of a request."""
    upload: float = 30.0
    """Seconds in which a request has to have come whole."""
    turns: int = 20
    """Earlier questions of a conversation that are heeded, the latest ones."""
    rows: int = 100
    """Papers of a list that are named."""
    beat: float = 10.0
    """Seconds between two signs of life, where a reply is streamed and no word of it has come."""


RETRY_SECONDS = 5
"""When somebody who was refused may try again."""
