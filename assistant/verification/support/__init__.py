"""Claims and abstracts -> how well each abstract supports each claim, and by which sentence."""

from assistant.verification.support.scorer import Support, SupportScorer
from assistant.verification.support.terms import coverage, rarity

__all__ = ["Support", "SupportScorer", "coverage", "rarity"]
