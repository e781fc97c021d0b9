"""Sentences with what they cite -> citation recall and precision of ALCE (Gao et al. 2023), and valid citations.

ALCE asks a language model whether papers support a sentence; here a support function is passed in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

Support = Callable[[frozenset[str], int], float]
"""(Cited ids, number of the sentence) -> how far these papers together support it: 0, 0.5 for a part of it, 1."""


@dataclass(frozen=True, slots=True)
class EmittedMark:
    """One citation as it was emitted."""

    parsed: bool
    """It has the form of a citation."""
    known: bool
    """It names a paper of the library."""
    in_evidence: bool
    """That paper was evidence for this question."""
    verbatim: bool = True
    """The words put in quotation marks with it are in the abstract."""

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.parsed and self.known and self.in_evidence and self.verbatim


def validity(marks: Sequence[EmittedMark]) -> float | None:
    """Return the share of valid marks among all emitted, None where nothing was cited."""
    return sum(mark.valid for mark in marks) / len(marks) if marks else None


def recall(cited: Sequence[frozenset[str]], support: Support) -> float:
    """Return the share of sentences that cite something and are fully supported by all they cite together.

    Raises `ValueError` for no sentences.
    """
    if not cited:
        raise ValueError("no sentences")
    return sum(_recalled(ids, number, support) for number, ids in enumerate(cited)) / len(cited)


def precision(cited: Sequence[frozenset[str]], support: Support) -> float | None:
    """Return the share of citations that are not irrelevant, in sentences that are fully supported; None for none.

    ALCE: a citation is irrelevant where it does not support the sentence alone and the others do without it.
    """
    marks = [
        _recalled(ids, number, support) and (support(frozenset([id]), number) == 1 or support(ids - {id}, number) < 1)
        for number, ids in enumerate(cited)
        for id in sorted(ids)
    ]
    return sum(marks) / len(marks) if marks else None


def _recalled(ids: frozenset[str], number: int, support: Support) -> bool:
    return bool(ids) and support(ids, number) == 1
