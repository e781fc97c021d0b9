"""A text and quotes from it -> the text in pieces, those that are quoted apart from the others."""

from collections.abc import Iterable
from itertools import groupby


def pieces(text: str, quotes: Iterable[str], around: int | None = None) -> list[tuple[str, bool]]:
    """Return (piece, whether it is quoted) from left to right; of a quote its first place counts.

    With `around` only about so many characters beside each quote are shown, whole words, and nothing of a text that has
    none of the quotes.

    >>> pieces("Moss grows. Ferns too.", ["Ferns too."])
    [('Moss grows. ', False), ('Ferns too.', True)]
    >>> pieces("Moss grows. Ferns too.", ["Ferns too."], 7)
    [('… grows. ', False), ('Ferns too.', True)]
    """
    inside = bytearray(len(text))
    for quote in quotes:
        start = text.find(quote) if quote else -1
        if start >= 0:
            inside[start : start + len(quote)] = b"\1" * len(quote)
    groups = ((bool(quoted), len(list(run))) for quoted, run in groupby(inside))
    parts, begin = [], 0
    for quoted, length in groups:
        end = begin + length
        piece = text[begin:end]
        if around is not None and not quoted:
            piece = _cut(piece, around if begin else 0, around if end < len(text) else 0)
        parts.append((piece, quoted))
        begin = end
    return parts if around is None or any(quoted for _, quoted in parts) else []


def _cut(text: str, first: int, last: int) -> str:
    """Return a text of which only so many characters at its beginning and at its end are shown, whole words."""
    if len(text) <= first + last:
        return text
    head = text[: text.rfind(" ", 0, first + 1) + 1 or first] if first else ""
    space = text.find(" ", len(text) - last - 1)
    tail = text[space if space >= 0 else len(text) - last :] if last else ""
    return f"{head}…{tail}"
