"""Words given as a quote, and a text -> whether they stand there word for word, and where."""

import re
import unicodedata
from collections.abc import Sequence

from assistant.domain.sanitize import without_format_characters

_LEAST_WORDS = 3  # of a stretch; fewer are a quote only where they are a whole sentence


def normal(text: str) -> str:
    """Return text as compared: NFKC, straight quotes and hyphens, single spaces, no case, no closing punctuation."""
    plain = unicodedata.normalize("NFKC", without_format_characters(text)).casefold()
    plain = re.sub("[‘’`´]", "'", re.sub("[“”„«»]|''", '"', re.sub("[‐‑‒–—−]", "-", plain)))
    return " ".join(plain.split()).strip(" .,;:!?\"'…")


def occurs(quote: str, text: str) -> bool:
    """Whether the words of `quote` stand in `text` as they are, but for case, spacing and kinds of quotation marks."""
    return _within(normal(quote), normal(text))


def find(quote: str, sentences: Sequence[str], text: str) -> str:
    """Return the sentences of `text` in which `quote` stands, as they are written there; "" where it does not."""
    words = normal(quote)
    if not re.search(r"\w", words) or not _within(words, normal(text)):
        return ""
    short = len(words.split()) < _LEAST_WORDS
    for sentence in sentences:
        plain = normal(sentence)
        if plain == words or (not short and _within(words, plain)):
            return sentence
    return "" if short else _several(words, sentences) or quote


def _several(words: str, sentences: Sequence[str]) -> str:
    """Return the shortest run of sentences that contains the `normal` words of a longer quote, "" where none does."""
    for first in range(len(sentences)):
        for last in range(first + 2, len(sentences) + 1):
            if _within(words, normal(" ".join(sentences[first:last]))):
                # From the back, the run can be shorter than from the front.
                start = max(i for i in range(first, last) if _within(words, normal(" ".join(sentences[i:last]))))
                return " ".join(sentences[start:last])
    return ""


def _within(words: str, text: str) -> bool:
    """Whether `words` stand in `text` and neither begin nor end inside a word of it."""
    start = text.find(words) if words else -1
    while start >= 0:
        end = start + len(words)
        before, after = text[start - 1 : start], text[end : end + 1]
        if not (before.isalnum() and words[0].isalnum()) and not (after.isalnum() and words[-1].isalnum()):
            return True
        start = text.find(words, start + 1)
    return False
