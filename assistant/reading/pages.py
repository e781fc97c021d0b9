"""The text of a Daily Papers page -> its entries, whatever the layout, and a reason for each that cannot be read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.reading import prose
from assistant.reading.dates import Dated, page_year, settle
from assistant.reading.files import Source
from assistant.reading.furniture import Metadata, Piece, Section, sections
from assistant.reading.prose import Paragraph, Role
from assistant.reading.text import stored
from assistant.records import Entry, Listing, Rejection

_SPACED = 0.2  # of the paragraphs that a blank line separates from the one before, in a page with blank lines
_WRAPPED = 130  # the longest line of a page with hard line breaks
_SHORTEST = 8  # words, in an abstract that convinces without a header or metadata


@dataclass(frozen=True, slots=True)
class _Draft:
    """One paper as found: its title and abstract in pieces, and the metadata below them."""

    title: tuple[Paragraph, ...]
    abstract: tuple[Paragraph, ...]
    metadata: Metadata | None = None


def entries(source: Source, *, as_of: date | None, today: date) -> Iterator[Entry | Rejection]:
    """Every paper of a page, in order; one Rejection where the text is no page."""
    found = [(section, _drafts(section)) for section in sections(source.lines)]
    if not any(_is_page(section, drafts) for section, drafts in found):
        faults = [piece for section, _ in found for piece in section.pieces if piece.fault]
        reason = "no paper was recognised" + ("" if found else ": it is empty")
        yield Rejection(source.name, faults[0].line, faults[0].fault) if faults else Rejection(source.name, 0, reason)
        return
    for _, drafts in found:
        written = (words.year for draft in drafts if draft.metadata and (words := draft.metadata.words) and words.year)
        year = page_year(written, as_of=as_of, modified=source.modified, today=today)
        yield from (_entry(source.name, draft, year) for draft in drafts)


def _entry(name: str, draft: _Draft, year: int) -> Entry | Rejection:
    line = draft.title[0].line
    title = stored(" ".join(part.text for part in draft.title))
    abstract = stored(" ".join(part.text for part in draft.abstract))
    faulty = next((part for part in (*draft.title, *draft.abstract) if part.fault), None)
    if faulty is not None:
        return Rejection(name, faulty.line, faulty.fault)
    if not title or not abstract:
        return Rejection(name, line, "no abstract follows this title" if title else "this paper has no title")
    metadata = draft.metadata or Metadata()
    dated = settle(metadata.words, year) if metadata.words else Dated(None)
    listing = Listing(
        source=name,
        line=line,
        title=title,
        date=dated.date,
        date_inferred=dated.inferred,
        author_count=metadata.author_count,
        organisation=metadata.organisation,
        discussions=dated.discussions,
    )
    return Entry(listing, abstract)


def _drafts(section: Section) -> list[_Draft]:
    """The papers of a section. Metadata closes a paper; between two metadata the paragraphs decide."""
    width = max((len(piece.text) for piece in section.pieces if piece.metadata is None), default=0)
    spans = [(_paragraphs(texts, width), metadata) for texts, metadata in _spans(section.pieces)]
    followers = [paragraph for paragraphs, _ in spans for paragraph in paragraphs[1:]]
    spaced = sum(paragraph.apart for paragraph in followers) >= _SPACED * len(followers)
    drafts: list[_Draft] = []
    for paragraphs, metadata in spans:
        papers = _papers(paragraphs, spaced=spaced)
        if papers and metadata is not None:
            papers[-1] = replace(papers[-1], metadata=metadata)
        drafts += papers
    return drafts


def _spans(pieces: Iterable[Piece]) -> Iterator[tuple[list[Piece], Metadata | None]]:
    """Runs of text, each with the metadata that follows it."""
    texts: list[Piece] = []
    metadata: Metadata | None = None
    for piece in pieces:
        if piece.metadata is None:
            if metadata is not None:
                yield texts, metadata
                texts, metadata = [], None
            texts.append(piece)
        else:
            metadata = _both(metadata or Metadata(), piece.metadata)
    yield texts, metadata


def _both(first: Metadata, second: Metadata) -> Metadata:
    return Metadata(
        first.author_count if second.author_count is None else second.author_count,
        second.organisation or first.organisation,
        second.words or first.words,
    )


def _paragraphs(pieces: Sequence[Piece], width: int) -> list[Paragraph]:
    """Lines joined where a hard line break only kept them under the page's width."""
    found: list[Paragraph] = []
    last = 0
    for piece in pieces:
        first_word = piece.text.partition(" ")[0]
        full = width <= _WRAPPED and last + 1 + len(first_word) > width
        if found and full and not piece.apart:
            before = found[-1]
            found[-1] = replace(before, text=f"{before.text} {piece.text}", fault=before.fault or piece.fault)
        else:
            found.append(Paragraph(piece.line, piece.text, piece.apart, piece.fault))
        last = len(piece.text)
    return found


def _papers(paragraphs: Sequence[Paragraph], *, spaced: bool) -> list[_Draft]:
    drafts: list[_Draft] = []
    for paragraph, role in zip(paragraphs, prose.roles(paragraphs, spaced=spaced), strict=True):
        if role is Role.TITLE:
            drafts.append(_Draft((paragraph,), ()))
        elif role is Role.MORE_TITLE:
            drafts[-1] = replace(drafts[-1], title=(*drafts[-1].title, paragraph))
        else:
            drafts[-1] = replace(drafts[-1], abstract=(*drafts[-1].abstract, paragraph))
    return drafts


def _is_page(section: Section, drafts: Sequence[_Draft]) -> bool:
    """A header or metadata proves a page that has a paper; without them, half of the papers must convince."""
    whole = [draft for draft in drafts if draft.abstract]
    proven = section.headed or any(piece.metadata is not None for piece in section.pieces)
    return bool(whole) and (proven or 2 * sum(map(_convinces, whole)) >= len(drafts))


def _convinces(draft: _Draft) -> bool:
    abstract = " ".join(part.text for part in draft.abstract)
    title = " ".join(part.text for part in draft.title)
    prose_like = len(abstract.split()) >= _SHORTEST and prose.is_ended(abstract)
    return prose_like and title[0] not in "<#-" and prose.title_score(title) > prose.title_score(abstract)
