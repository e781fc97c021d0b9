"""Words as typed -> whether a paper has them all, in what its sources or its readers say of it."""

import re
import unicodedata
from collections.abc import Iterator

from assistant.domain.annotations import NOTHING, Annotations
from assistant.domain.errors import UsageError
from assistant.domain.records import Paper

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

    def are_in(self, paper: Paper, annotations: Annotations = NOTHING) -> bool:
        """Whether each of them is a word, or part of one, of the paper's title, abstract, authors, ids or venues, of
        its tags or its notes."""
        text = "\n".join(" ".join(_plain(text).split()) for text in _texts(paper, annotations))
        return all(piece in text for piece in self._pieces)


def _texts(paper: Paper, annotations: Annotations) -> Iterator[str]:
    yield from (paper.title, paper.abstract, *paper.authors, paper.id, *paper.aliases)
    yield from (listing.organisation or "" for listing in paper.listings)
    yield from annotations.tags
    yield from (note.text for note in annotations.notes)


def _plain(text: str) -> str:
    return text.casefold() if text.isascii() else _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold()
