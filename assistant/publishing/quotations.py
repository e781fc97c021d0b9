"""A text and quotes from it -> the text in pieces, those that are quoted apart from the others."""

from collections.abc import Iterable
from itertools import groupby


def pieces(text: str, quotes: Iterable[str]) -> list[tuple[str, bool]]:
    """Return (piece, whether it is quoted) from left to right; of a quote its first place counts.

    >>> pieces("Moss grows. Ferns too.", ["Ferns too."])
    [('Moss grows. ', False), ('Ferns too.', True)]
    """
    inside = bytearray(len(text))
    for quote in quotes:
        start = text.find(quote) if quote else -1
        if start >= 0:
            inside[start : start + len(quote)] = b"\1" * len(quote)
    groups = ((bool(quoted), len(list(run))) for quoted, run in groupby(inside))
    parts, begin = [], 0
    for quoted, length in groups:
        parts.append((text[begin : begin + length], quoted))
        begin += length
    return parts
