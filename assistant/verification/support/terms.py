"""A text -> the terms that count in it, as the library's word index has them, and the abbreviations it explains."""

import re
import unicodedata

from assistant.domain.greek import GREEK
from assistant.library.bm25 import BM25Index
from assistant.retrieval.idf import idf

_GREEK_TO_NAMES = str.maketrans(GREEK)
# Words without a meaning of their own, beyond the few that the index leaves out.
_FUNCTION_WORDS = (
    "we our us i you he she his her has have had having do does did doing been being were am can could may might must "
    "shall should would over under between among within during through via per both each either neither nor such so "
    "also only very more most less least some any all which who whom whose what when where how why while whereas "
    "because due about against after before above below up down out off further again once same other another own "
    "too just et al s t versus vs eg ie however thus therefore hence although though upon using used use based from "
    "than them those its has"
)
_BRACKETED = re.compile(r"\(\s*([A-Za-z][A-Za-z0-9\-/]{1,9}?)s?\s*[);,]")
_WORD = re.compile(r"[A-Za-z0-9]+")
_REACH = 4  # words more than letters that a long form may have


class Vocabulary:
    """The words of one library; remembers the frequencies it looked up."""

    def __init__(self, index: BM25Index) -> None:
        self._index = index
        self._left_out = frozenset(index.terms(_FUNCTION_WORDS))
        self._idf: dict[str, float] = {}

    def terms(self, text: str) -> list[str]:
        """Return the distinct terms of `text` in order, Greek letters by name, function words left out."""
        plain = unicodedata.normalize("NFKC", text).casefold().translate(_GREEK_TO_NAMES)
        return [term for term in self._index.terms(plain) if term not in self._left_out]

    def idf(self, term: str) -> float:
        """Return the inverse document frequency of a term."""
        if term not in self._idf:
            self._idf[term] = idf(self._index.frequency(term), self._index.size)
        return self._idf[term]


def abbreviations(text: str) -> tuple[tuple[str, str], ...]:
    """Return (short form, long form) pairs: "systemic lupus erythematosus (SLE)" gives ("SLE", "systemic lupus ...").

    The long form is the shortest run of words before the bracket that begins with the first letter of the short form
    and has its letters in order (Schwartz and Hearst, PSB 2003, read from the left).
    """
    pairs = []
    for match in _BRACKETED.finditer(text):
        short = match[1]
        if sum(letter.isupper() for letter in short) < 2:
            continue
        before = _WORD.findall(text[max(0, match.start() - 160) : match.start()])[-(len(short) + _REACH) :]
        letters = [letter for letter in short.lower() if letter.isalnum()]
        if long := _long_form(letters, before):
            pairs.append((short, long))
    return tuple(pairs)


def _long_form(letters: list[str], before: list[str]) -> str:
    for count in range(1, len(before) + 1):
        words = before[-count:]
        if words[0][0].lower() != letters[0] or count < len(letters) // 2:
            continue
        remaining = iter("".join(words).lower())
        if all(letter in remaining for letter in letters):
            return " ".join(words)
    return ""
