"""Abstracts of one paper -> the fullest of them, and the listings with only the beginning of it."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conflict:
    """A listing whose abstract is cut, where a fuller one of its paper is known and stays."""

    source: str
    line: int
    """1-based."""
    paper_id: str
    title: str

    def __str__(self) -> str:
        """Return `file:line: what became of it`."""
        return f"{self.source}:{self.line}: {self.reason}: “{self.title}” ({self.paper_id})"

    @property
    def reason(self) -> str:
        """What became of it."""
        return "its abstract is only the beginning of the one that is known, which stays"


def is_cut(abstract: str, other: str) -> bool:
    """Whether an abstract is only the beginning of the other, with or without an ellipsis at its end.

    >>> is_cut("It reaches 91 per...", "It reaches 91 percent. Nothing else does.")
    True
    """
    beginning, whole = _plain(abstract), _plain(other)
    return len(beginning) < len(whole) and whole.startswith(beginning)


def fullest(first: str, others: Iterable[str]) -> str:
    """The first abstract, or the longest that it is cut from."""
    for other in others:
        if is_cut(first, other):
            first = other
    return first


def _plain(abstract: str) -> str:
    text = " ".join(unicodedata.normalize("NFKC", abstract).casefold().split())
    return text.rstrip(" .…")
