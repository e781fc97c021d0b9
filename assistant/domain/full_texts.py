"""The full text of a paper, in passages with page numbers <-> the text that it is kept as, and the hash of that."""

import hashlib
import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

PASSAGE = 1_000
"""Characters of a passage, the title of its paper included: about 220 tokens, which all embedders read."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of whole sentences of one section, short enough for an embedder to read all of it."""

    text: str
    pages: tuple[tuple[int, int], ...]
    """(offset in the text, page from 1) of each page that it is on, in order; the first offset is 0."""
    section: str = ""
    """The heading that it stands under, "" where none was recognised."""

    def page_at(self, offset: int) -> int:
        """Return the page of the character at this offset.

        >>> Passage("One. Two.", ((0, 7), (5, 8))).page_at(5)
        8
        """
        return self.pages[max(bisect_right(self.pages, offset, key=lambda place: place[0]) - 1, 0)][1]


@dataclass(frozen=True, slots=True)
class FullText:
    """What is known of the full text of a paper; the passages themselves are read only where they are needed."""

    digest: str
    """The hash of the passages and of the number of pages, which they are kept under."""
    pages: int
    """Pages of the document, from the first."""
    count: int
    """Passages."""
    passages: tuple[Passage, ...] = field(default=(), compare=False, repr=False)
    """The passages, on their way from a document into a library; none of what a library has."""


def full_text(passages: Sequence[Passage], pages: int) -> FullText:
    """Return the full text that these passages of a document of so many pages are."""
    return FullText(digest(encode(passages, pages)), pages, len(passages), tuple(passages))


def room(title: str) -> int:
    """Return how many characters a passage of a paper with this title has at most."""
    return max(PASSAGE - len(title), PASSAGE // 2)


def encode(passages: Sequence[Passage], pages: int) -> str:
    """Return the passages of a document of so many pages as text."""
    return json.dumps([pages, [[passage.text, passage.pages, passage.section] for passage in passages]])


def decode(text: str) -> FullText:
    """Return the full text again, with its passages; raises `ValueError` for what is none."""
    try:
        pages, rows = json.loads(text)
        passages = tuple(
            Passage(str(words), tuple((int(offset), int(page)) for offset, page in places), str(section))
            for words, places, section in rows
        )
        return FullText(digest(text), int(pages), len(passages), passages)
    except (TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def digest(text: str) -> str:
    """Return the sha256 of an encoded full text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def on_page(page: int | None) -> str:
    """Return a page as a reader cites it, "" for none.

    >>> on_page(7), on_page(None)
    ('p. 7', '')
    """
    return f"p. {page}" if page else ""
