"""Texts -> batches for one request each: as many texts as the endpoint takes, and is likely to answer in time."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assistant.models.openai.deadline import Deadline  # which imports httpx

_FIRST = 32  # texts of the first request, by which the endpoint is timed
_MOST = 2_048  # texts; OpenAI takes no more, https://platform.openai.com/docs/api-reference/embeddings/create
_MOST_CHARACTERS = 100_000  # OpenAI takes 300,000 tokens; four such batches hold the sentences of 300 abstracts
_MOST_NUMBERS = 1_000_000  # components of a reply's vectors, which are 30 MB when read
_MOST_AT_ONCE = 4  # requests
_GROWTH = 4  # times as many texts as in the batch before, at most
_SHARE = 0.25  # of the deadline that a reply should take: the next may be slower


@dataclass(frozen=True, slots=True)
class Pace:
    """How many texts are in a batch, and how many requests are under way at once."""

    texts: int = _FIRST
    at_once: int = 1
    most: int = _MOST
    """The most texts that the endpoint is known to take."""

    def after(self, texts: int, seconds: float, deadline: float, dimension: int) -> "Pace":
        """Return the pace after a reply of `texts` vectors took so many `seconds` of a `deadline`.

        What a full batch took for each text tells how many fit; where one was alone, the others may slow it down.

        >>> Pace().after(32, 0.5, 120.0, 384)
        Pace(texts=128, at_once=4, most=2048)
        >>> Pace(128, 4).after(128, 32.0, 120.0, 384).texts
        120
        """
        if texts < self.texts:
            return self
        each = seconds / texts * (_MOST_AT_ONCE / self.at_once)
        timely = int(_SHARE * deadline / each) if each > 0 else _MOST
        limit = min(texts * _GROWTH, self.most, max(_MOST_NUMBERS // dimension, 1))
        return replace(self, texts=max(1, min(timely, limit)), at_once=_MOST_AT_ONCE)

    def refused(self, texts: int) -> "Pace":
        """Return the pace after a batch of so many texts was refused.

        >>> Pace(512, 4).refused(512)
        Pace(texts=128, at_once=4, most=128)
        """
        most = min(self.most, max(1, texts // _GROWTH))
        return replace(self, texts=min(self.texts, most), most=most)


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts of one request."""

    start: int
    """Where the first of them stands among all texts."""
    texts: Sequence[str]
    deadline: "Deadline | None" = None
    """When the reply has to be there, where a larger batch that holds these texts was refused before."""


class BatchQueue:
    """The texts that are still to be sent."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts
        self._start = 0
        self._parts: deque[Batch] = deque()

    def take(self, most: int) -> Batch | None:
        """Return the next batch, of at most so many texts; None where all are taken."""
        if self._parts:
            part = self._parts.popleft()
            if part.deadline and len(part.texts) > most:
                self.split(part, most, part.deadline)
                part = self._parts.popleft()
            return part
        start, characters = self._start, 0
        for text in self._texts[start : start + most]:
            characters += len(text)
            if characters > _MOST_CHARACTERS and self._start > start:
                break
            self._start += 1
        return Batch(start, self._texts[start : self._start]) if self._start > start else None

    def split(self, batch: Batch, most: int, deadline: "Deadline") -> None:
        """Put a batch that was refused back in parts, which share the deadline that it had."""
        starts = range(0, len(batch.texts), most)
        parts = [Batch(batch.start + start, batch.texts[start : start + most], deadline) for start in starts]
        self._parts.extendleft(reversed(parts))
