"""Text -> the words that count in it, in the forms of the library's word index, and how rare each is there."""

import math
import unicodedata

from assistant.domain.greek import GREEK
from assistant.library.bm25 import BM25Index

_GREEK_NAMES = str.maketrans(GREEK)
# Words that say nothing of their own, beyond the few that the index leaves out.
_FUNCTION = (
    "we our us i you he she his her has have had having do does did doing been being were am can could may might must "
    "shall should would over under between among within during through via per both each either neither nor such so "
    "also only very more most less least some any all which who whom whose what when where how why while whereas "
    "because due about against after before above below up down out off further again once same other another own "
    "too just et al s t versus vs eg ie however thus therefore hence although though upon using used use based from "
    "than them those its has"
)


class Vocabulary:
    """The words of one library; remembers what it looked up."""

    def __init__(self, index: BM25Index) -> None:
        self._index = index
        self._left_out = frozenset(index.terms(_FUNCTION))
        self._rarities: dict[str, float] = {}

    def terms(self, text: str) -> list[str]:
        """Return the distinct terms of `text` in order, Greek letters by name, function words left out."""
        plain = unicodedata.normalize("NFKC", text).casefold().translate(_GREEK_NAMES)
        return [term for term in self._index.terms(plain) if term not in self._left_out]

    def rarity(self, term: str) -> float:
        """Return the inverse document frequency as BM25 has it: ln(1 + (N - df + 0.5) / (df + 0.5))."""
        found = self._rarities.get(term)
        if found is None:
            held = self._index.frequency(term)
            found = math.log(1 + (self._index.size - held + 0.5) / (held + 0.5))
            self._rarities[term] = found
        return found


def rarity(text: str, words: BM25Index) -> dict[str, float]:
    """Return {index term: inverse document frequency} of the words of `text`."""
    return {term: math.log((words.size + 1) / (words.frequency(term) + 0.5)) for term in words.terms(text)}


def coverage(weights: dict[str, float], present: set[str]) -> float:
    """Return the share of the terms' weight that is present, 0 to 1; 0 where there are no terms."""
    total = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in present) / total if total > 0 else 0.0
