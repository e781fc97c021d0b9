"""Words as typed -> whether the texts of a paper have them all."""

import re
import unicodedata
from collections.abc import Iterable

from assistant.domain.errors import UsageError

_PIECES = re.compile(r'"([^"]*)"|(\S+)')
_ACCENTS = re.compile("[\u0300-\u036f]")  # combining marks of Latin, Greek and Cyrillic
MOST_WORDS = 50
"""More than anybody types; each is looked for in every paper."""


class Words:
    """Words, and phrases in quotation marks, that are looked for in any case and with or without accents."""

    def __init__(self, typed: str) -> None:
        """Read what was typed; raises `UsageError` where that is no word, or too many."""
        pieces = [" ".join(_plain(phrase or word).split()) for phrase, word in _PIECES.findall(typed)]
        self._pieces = [piece for piece in pieces if piece]
        if not self._pieces:
            raise UsageError("give words to look for")
        if len(self._pieces) > MOST_WORDS:
            raise UsageError(f"{len(self._pieces):,} words are too many to look for", cure=f"give {MOST_WORDS} at most")

    def are_in(self, texts: Iterable[str]) -> bool:
        """Whether each of them is a word, or part of one, of one of these texts."""
        text = "\n".join(" ".join(_plain(text).split()) for text in texts)
        return all(piece in text for piece in self._pieces)


def _plain(text: str) -> str:
    return text.casefold() if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
