"""Words given as a quote, and a text -> whether they stand there word for word, and where."""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache

from assistant.domain.sanitize import without_format_characters

_WORD = re.compile(r"[^\W_]+")
_REMEMBERED = 64  # texts, for many quotes of one abstract: it and its sentences are made ready for comparison once
_LEAST_WORDS = 3  # of a stretch; fewer are a quote only where they are a whole sentence


@lru_cache(maxsize=_REMEMBERED)
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

    def has_words(first: int, last: int) -> bool:
        return _within(words, normal(" ".join(sentences[first:last])))

    # The more sentences, the more is contained: one bisection finds where the run ends, another where it begins.
    last = bisect_left(range(len(sentences) + 1), 1, lo=2, key=lambda last: has_words(0, last)) if sentences else 1
    if not 2 <= last <= len(sentences):
        return ""
    first = bisect_left(range(last), 1, lo=1, key=lambda first: not has_words(first, last)) - 1
    return " ".join(sentences[first:last])


def _within(words: str, text: str) -> bool:
    """Whether `words` stand in `text` and neither begin nor end inside a word of it."""
    return bool(words) and words in text and _with_borders(words) in _with_borders(text)


@lru_cache(maxsize=_REMEMBERED)
def _with_borders(text: str) -> str:
    """Return text with a mark before and after each word: then only whole words are found in it, in one pass."""
    return _WORD.sub("\0\\g<0>\0", text)
