"""The citation marks an answer emits -> whether each is well formed, known, and of the evidence."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """One citation as it was emitted."""

    parsed: bool
    """It has the form of a citation."""
    known: bool
    """It names a paper of the library."""
    shown: bool
    """That paper was evidence for this question."""
    quoted: bool = True
    """The words put in quotation marks with it are in the abstract."""

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.parsed and self.known and self.shown and self.quoted


def validity(marks: Sequence[Mark]) -> float | None:
    """Return the share of valid marks among all emitted, None where nothing was cited."""
    return sum(mark.valid for mark in marks) / len(marks) if marks else None
