"""Claims and abstracts -> how well each abstract supports each claim, and by which sentence."""

from assistant.support.measure import Measure, Support
from assistant.support.vocabulary import coverage, rarity

__all__ = ["Measure", "Support", "coverage", "rarity"]
