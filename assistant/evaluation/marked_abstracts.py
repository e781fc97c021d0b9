"""The answers to a question as a suite marks them -> abstracts by digest, with the spans that answer."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.domain.sentences import Span

_DIGITS = 12  # of a sha256 in hexadecimal: enough to tell any two abstracts apart


@dataclass(frozen=True, slots=True)
class MarkedAbstract:
    """Where in one abstract the answer to a question stands; the text itself is in the library alone."""

    paper: str
    """Its title."""
    digest: str
    """What `digest` returns for the abstract that the spans are of."""
    spans: tuple[Span, ...]
    """Each answers the question by itself: a sentence, or neighbours that answer only together."""


def digest(abstract: str) -> str:
    """Return the first 12 hexadecimal digits of the sha256 of an abstract in UTF-8."""
    return hashlib.sha256(abstract.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def read(rows: Sequence[Mapping[str, Any]]) -> tuple[MarkedAbstract, ...]:
    """Return the marked abstracts of a question; raises `ValueError` for none, and for spans that are no spans."""
    marked = tuple(
        MarkedAbstract(str(row["paper"]), str(row["abstract"]), tuple(map(_span, row["spans"]))) for row in rows
    )
    if not marked or not all(answer.spans for answer in marked):
        raise ValueError("a question has one marked abstract or more, each with a span")
    return marked


def _span(bounds: Sequence[Any]) -> Span:
    start, end = bounds
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end):
        raise ValueError(f"{bounds!r} is no span: [start, end), end exclusive")
    return start, end
