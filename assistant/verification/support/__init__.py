"""Claims and abstracts -> how well each abstract supports each claim, and by which sentence."""

from assistant.verification.support.scorer import Support, SupportScorer

__all__ = ["Support", "SupportScorer"]
