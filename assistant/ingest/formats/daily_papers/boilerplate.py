"""Lines of a Daily Papers page -> its text and what it says about each paper, without the words of the site itself."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assistant.ingest.dates import WrittenDate, page_date
from assistant.ingest.files import SourceLine

_PROMOTION = re.compile(r"Get trending papers in your email inbox(?: once a day)?!")
_BYLINE = re.compile(r"by ?AK and the research community")
# The button's word stands before the first title without a space; "Subscribers" and "Subscribe to" are titles' words.
_BUTTON = re.compile(r"Subscribe(?=\S)(?!(?:rs?|d|s)\b)")
_HEAD = frozenset({"new", "Daily Papers", "Subscribe"})
_SEPARATOR = "·"
_COUNT = re.compile(r"(?:• ?)?(?P<count>[0-9][0-9,]{0,6}) authors?", re.IGNORECASE)
_ORGANISATION_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the site says about a paper below its abstract."""

    author_count: int | None = None
    organisation: str | None = None
    date: WrittenDate | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One line that is not blank; `metadata` where it is about the paper before it, `apart` after a blank line."""

    line: int
    text: str
    apart: bool
    fault: str = ""
    metadata: Metadata | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """One page: what stands between two headers, without them."""

    pieces: tuple[Piece, ...]
    headed: bool
    """Whether a header of the site stood before it."""


def sections(lines: Iterable[SourceLine]) -> list[Section]:
    """The pages of a text (several where files were joined), each without its header."""
    groups: list[tuple[bool, list[Piece]]] = [(False, [])]
    for piece, header in _without_promotion(lines):
        if header and (groups[-1][1] or not groups[-1][0]):
            _drop_tail(groups[-1][1])
            groups.append((True, []))
        if piece is not None:
            groups[-1][1].append(piece)
    pages = [Section(tuple(_with_metadata(_without_header(pieces, headed))), headed) for headed, pieces in groups]
    return [section for section in pages if section.pieces]


def _without_promotion(lines: Iterable[SourceLine]) -> Iterator[tuple[Piece | None, bool]]:
    """(a line with text, False) and (None, True) where the site's promotion stood, which begins a header."""
    apart = True
    for line in lines:
        text = " ".join(line.text.split())
        before, *after = _PROMOTION.split(text)
        if before.strip() or line.fault:
            yield Piece(line.number, before.strip(), apart, line.fault), False
            apart = False
        for rest in after:
            yield None, True
            if rest.strip():
                yield Piece(line.number, rest.strip(), True), False
        apart = not text and not line.fault


def _drop_tail(pieces: list[Piece]) -> None:
    """A joined page's first words stand at the end of the page before it: alone, or glued to its last line."""
    if not pieces:
        return
    last = pieces[-1]
    if last.text == "new":
        pieces.pop()
    elif glued := re.fullmatch(r"(.*(?:[.!?)}/\]]|\b(?:19|20)[0-9]{2}(?: [0-9]+)?))new", last.text):
        pieces[-1] = Piece(last.line, glued[1], last.apart, last.fault)


def _without_header(pieces: list[Piece], headed: bool) -> list[Piece]:
    """The pieces below the header; the date of the page is part of the header."""
    button = False
    start = 0
    while start < len(pieces) and _is_head(pieces[start].text):
        button = button or pieces[start].text == "Subscribe"
        start += 1
    body = [piece for piece in pieces[start:] if not _BYLINE.fullmatch(piece.text)]
    if not body or button:
        return body
    first = body[0]
    glued = _BUTTON.match(first.text)
    if glued and (headed or not first.text[glued.end()].islower()):
        body[0] = Piece(first.line, first.text[glued.end() :], first.apart, first.fault)
    return body


def _is_head(text: str) -> bool:
    return text in _HEAD or bool(_BYLINE.fullmatch(text)) or page_date(text) is not None


def _with_metadata(pieces: list[Piece]) -> Iterator[Piece]:
    """Each piece, with the metadata of those that are about a paper; a separator's metadata is empty."""
    for index, piece in enumerate(pieces):
        following = pieces[index + 1].text if index + 1 < len(pieces) else ""
        metadata = Metadata() if piece.text in (_SEPARATOR, "•") else _metadata(piece.text)
        if metadata is None and index and following.startswith(_SEPARATOR) and _is_organisation(piece.text):
            metadata = Metadata(organisation=_organisation(piece.text))
        yield Piece(piece.line, piece.text, piece.apart, piece.fault, metadata)


def _metadata(text: str) -> Metadata | None:
    """The count, the date, or both on one line: "• 4 authors · Feb 11, 2020 1"."""
    if not text or len(text) > _ORGANISATION_LENGTH:
        return None
    count: int | None = None
    date: WrittenDate | None = None
    organisation: str | None = None
    parts = [part.strip() for part in text.split(_SEPARATOR) if part.strip()]
    for part in parts:
        if match := _COUNT.fullmatch(part):
            count = int(match["count"].replace(",", ""))
        elif written := page_date(part):
            date = written
        elif len(parts) == 2 and part is parts[0] and page_date(parts[1]):
            organisation = _organisation(part)
        else:
            return None
    return Metadata(count, organisation, date) if parts else None


def _is_organisation(text: str) -> bool:
    """A short line right above the separator, which does not end as a sentence does."""
    return len(text) <= _ORGANISATION_LENGTH and not text.endswith((".", "!", "?"))


def _organisation(text: str) -> str:
    """The name; the site writes its handle before it: "adobe Adobe" -> "Adobe"."""
    name = text.removeprefix("•").strip()
    handle, _, rest = name.partition(" ")
    bare = "".join(character for character in rest if character.isalnum()).casefold()
    return rest if bare and "".join(filter(str.isalnum, handle)).casefold() == bare else name
