"""Gold that names sentences by where they stand in an abstract, and a quote -> whether it is one of them.

No sentence is kept: a paper is named by its title, its text by a digest, a sentence by its offsets.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

Span = tuple[int, int]
"""Start and end offset in an abstract, end exclusive."""

_DIGITS = 12  # of a sha256: enough to tell the versions of one abstract apart
_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class MarkedSentences:
    """Sentences of one abstract."""

    paper: str
    """Its title, or its id where it is known."""
    abstract: str
    """The `digest` of the text that the spans are of."""
    spans: tuple[Span, ...]

    def hold(self, paper: str | None, abstract: str, place: Span | None) -> bool:
        """Whether a quote from `place` in an abstract with that digest is one of these sentences."""
        same = (paper, abstract) == (self.paper, self.abstract)
        return same and place is not None and any(overlap(place, span) for span in self.spans)

    def apart(self) -> "tuple[MarkedSentences, ...]":
        """Return each sentence by itself."""
        return tuple(replace(self, spans=(span,)) for span in self.spans)


def read(row: Mapping[str, Any]) -> MarkedSentences:
    """Return {"paper": title, "abstract": digest, "spans": [[start, end], ...]} as a record; raises `ValueError`."""
    spans = tuple((int(start), int(end)) for start, end in row["spans"])
    if not spans or not all(0 <= start < end for start, end in spans):
        raise ValueError(f"the spans {row['spans']!r} mark no sentence")
    return MarkedSentences(str(row["paper"]), str(row["abstract"]), spans)


def digest(abstract: str) -> str:
    """Return the first hex digits of the sha256 of a text."""
    return hashlib.sha256(abstract.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def place(quote: str, abstract: str) -> Span | None:
    """Return where a quote stands in an abstract; None where it does not, or is empty."""
    start = abstract.find(quote) if quote else -1
    return (start, start + len(quote)) if start >= 0 else None


def overlap(first: Span, second: Span) -> bool:
    """Whether two spans share at least half of the shorter one: a sentence may have been joined with its neighbour."""
    shared = min(first[1], second[1]) - max(first[0], second[0])
    return shared > 0 and shared >= _ENOUGH * min(first[1] - first[0], second[1] - second[0])
