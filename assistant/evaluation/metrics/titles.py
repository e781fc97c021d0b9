"""What an answer cites and what it should cite -> title precision, recall, F1 and whether the set is exact."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TitleScores:
    """How the cited papers agree with the gold ones; all 0 where an answerable question was answered with none."""

    precision: float
    """|cited in gold or acceptable| / |cited|."""
    strict: float
    """|cited in gold| / |cited|."""
    recall: float
    """Groups with a cited member / groups."""
    f1: float
    """Harmonic mean of precision and recall."""
    exact: float
    """1 where recall is 1 and nothing cited is outside of gold and acceptable."""
    traps: float
    """1 where a paper was cited that is forbidden."""


def title_scores(
    groups: Sequence[frozenset[str]], acceptable: frozenset[str], forbidden: frozenset[str], cited: frozenset[str]
) -> TitleScores:
    """Return the agreement of one answer to an answerable question; what names no paper stays in `cited`.

    Raises `ValueError` where there are no groups.
    """
    if not groups:
        raise ValueError("a question without gold papers has no title scores")
    gold = frozenset().union(*groups)
    precision = len(cited & (gold | acceptable)) / len(cited) if cited else 0.0
    recall = sum(not cited.isdisjoint(group) for group in groups) / len(groups)
    both = precision + recall
    return TitleScores(
        precision=precision,
        strict=len(cited & gold) / len(cited) if cited else 0.0,
        recall=recall,
        f1=2 * precision * recall / both if both else 0.0,
        exact=float(recall == 1.0 and precision == 1.0),
        traps=float(not cited.isdisjoint(forbidden)),
    )


def list_precision(gold: frozenset[str], acceptable: frozenset[str], cited: frozenset[str]) -> float | None:
    """Return |cited in gold| / |cited and not acceptable|: what is acceptable counts neither way.

    0 where nothing is cited; None where all that is cited is acceptable.
    """
    counted = cited - (acceptable - gold)
    if cited and not counted:
        return None
    return len(counted & gold) / len(counted) if counted else 0.0
