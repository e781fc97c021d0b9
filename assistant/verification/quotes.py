"""Words given as a quote, and a text -> whether they stand there word for word, and where."""

import re
import unicodedata
from collections.abc import Sequence

_LEAST_WORDS = 3  # of a stretch; fewer are a quote only where they are a whole sentence


def normal(text: str) -> str:
    """Return text as compared: NFKC, straight quotes and hyphens, single spaces, no case, no closing punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = re.sub("[‘’`´]", "'", re.sub("[“”„«»]|''", '"', re.sub("[‐‑‒–—−]", "-", plain)))
    return " ".join(plain.split()).strip(" .,;:!?\"'…")


def occurs(quote: str, text: str) -> bool:
    """Whether the words of `quote` stand in `text` as they are, but for case, spacing and kinds of quotation marks."""
    return _within(normal(quote), normal(text))


def find(quote: str, sentences: Sequence[str], text: str) -> str:
    """Return the sentences of `text` in which `quote` stands, as they are written there; "" where it does not."""
    wanted = normal(quote)
    if not re.search(r"\w", wanted) or not _within(wanted, normal(text)):
        return ""
    short = len(wanted.split()) < _LEAST_WORDS
    for sentence in sentences:
        held = normal(sentence)
        if held == wanted or (not short and _within(wanted, held)):
            return sentence
    return "" if short else _several(wanted, sentences) or quote


def _several(wanted: str, sentences: Sequence[str]) -> str:
    """Return the run of sentences over which a longer quote goes."""
    for first in range(len(sentences)):
        for last in range(first + 2, len(sentences) + 1):
            joined = " ".join(sentences[first:last])
            if _within(wanted, normal(joined)):
                # From the back, the run can be shorter than from the front.
                start = max(i for i in range(first, last) if _within(wanted, normal(" ".join(sentences[i:last]))))
                return " ".join(sentences[start:last])
    return ""


def _within(wanted: str, held: str) -> bool:
    """Whether `wanted` stands in `held` and neither begins nor ends inside a word."""
    start = held.find(wanted) if wanted else -1
    while start >= 0:
        end = start + len(wanted)
        before, after = held[start - 1 : start], held[end : end + 1]
        if not (before.isalnum() and wanted[0].isalnum()) and not (after.isalnum() and wanted[-1].isalnum()):
            return True
        start = held.find(wanted, start + 1)
    return False
