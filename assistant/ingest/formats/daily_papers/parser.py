"""The text of a Daily Papers page -> its entries, whatever the layout, and a reason for each that cannot be read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.domain.records import Entry, Listing, Rejection
from assistant.ingest.dates import ResolvedDate, page_year, settle
from assistant.ingest.fields import lengthy, stored
from assistant.ingest.files import Source
from assistant.ingest.formats.daily_papers import plausibility, segmentation
from assistant.ingest.formats.daily_papers.boilerplate import Metadata, Piece, Section, sections
from assistant.ingest.formats.daily_papers.segmentation import Layout, Paragraph, Role

_SEPARATED = 0.2  # of the lines stand after a blank one, where blank lines have a meaning
_SINGLE = 0.4  # of the blocks are one line, where titles stand alone
_WRAPPED = 130  # the longest line of a page with hard line breaks
_ODD = "does not read like a title and its abstract"


@dataclass(frozen=True, slots=True)
class _Draft:
    """One paper as found: its title and abstract in pieces, and the metadata below them."""

    title: tuple[Paragraph, ...]
    abstract: tuple[Paragraph, ...]
    metadata: Metadata | None = None


def entries(source: Source, *, as_of: date | None, today: date) -> Iterator[Entry | Rejection]:
    """Every paper of a page, in order; one Rejection where the text is no page."""
    found = [(section, _drafts(section)) for section in sections(source.lines)]
    is_page = any(_is_page(section, drafts) for section, drafts in found)
    if not is_page and not any(_has_papers(drafts) for _, drafts in found):
        faults = [piece for section, _ in found for piece in section.pieces if piece.fault]
        reason = "no paper was recognised" if found else "holds no paper: it is empty"
        yield Rejection(source.name, faults[0].line, faults[0].fault) if faults else Rejection(source.name, 0, reason)
        return
    for _, drafts in found:
        written = (words.year for draft in drafts if draft.metadata and (words := draft.metadata.words) and words.year)
        year = page_year(written, as_of=as_of, modified=source.modified, today=today)
        for draft in drafts:
            doubted = not is_page and not _convinces(draft)
            row = _entry(source.name, draft, year)
            yield Rejection(source.name, draft.title[0].line, _ODD) if doubted and isinstance(row, Entry) else row


def _entry(name: str, draft: _Draft, year: int) -> Entry | Rejection:
    line = draft.title[0].line
    title = stored(_joined(draft.title))
    abstract = stored(_joined(draft.abstract))
    faulty = next((part for part in (*draft.title, *draft.abstract) if part.fault), None)
    if faulty is not None:
        return Rejection(name, faulty.line, faulty.fault)
    if not title or not abstract:
        return Rejection(name, line, "no abstract follows this title" if title else "this paper has no title")
    if reason := lengthy(title):
        return Rejection(name, line, reason)
    metadata = draft.metadata or Metadata()
    dated = settle(metadata.words, year) if metadata.words else ResolvedDate(None)
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
    width = _width([piece.text for piece in section.pieces if piece.metadata is None])
    spans = [(_paragraphs(texts, width), metadata) for texts, metadata in _spans(section.pieces)]
    layout = _layout([paragraphs for paragraphs, _ in spans if paragraphs])
    closed = any(metadata is not None for _, metadata in spans)
    drafts: list[_Draft] = []
    for paragraphs, metadata in spans:
        papers = _papers(paragraphs, layout, closed=closed)
        if papers and metadata is not None:
            papers[-1] = replace(papers[-1], metadata=metadata)
        drafts += papers
    return drafts


def _width(texts: Sequence[str]) -> int | None:
    """The width of a page with hard line breaks, None without; a word too long for a line does not count."""
    width = max((len(text) for text in texts if " " in text), default=0)
    return width if width <= _WRAPPED else None


def _layout(spans: Sequence[Sequence[Paragraph]]) -> Layout:
    """Where blank lines are rare they mean nothing; where hardly a block is one line, a block is a paper."""
    followers = [paragraph for paragraphs in spans for paragraph in paragraphs[1:]]
    if sum(paragraph.apart for paragraph in followers) < _SEPARATED * len(followers):
        return Layout.COMPACT
    blocks: list[int] = []
    for paragraphs in spans:
        for index, paragraph in enumerate(paragraphs):
            if index == 0 or paragraph.apart:
                blocks.append(1)
            else:
                blocks[-1] += not paragraph.wraps
    return Layout.SPACED if blocks.count(1) >= _SINGLE * len(blocks) else Layout.BLOCKS


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


def _paragraphs(pieces: Sequence[Piece], width: int | None) -> list[Paragraph]:
    found: list[Paragraph] = []
    last = 0
    for piece in pieces:
        first_word = piece.text.partition(" ")[0]
        wraps = bool(found) and not piece.apart and width is not None and last + 1 + len(first_word) > width
        found.append(Paragraph(piece.line, piece.text, piece.apart, wraps, piece.fault))
        last = len(piece.text)
    return found


def _papers(paragraphs: Sequence[Paragraph], layout: Layout, *, closed: bool) -> list[_Draft]:
    drafts: list[tuple[list[Paragraph], list[Paragraph]]] = []
    for paragraph, role in zip(paragraphs, segmentation.roles(paragraphs, layout, closed=closed), strict=True):
        if role is Role.TITLE:
            drafts.append(([paragraph], []))
        else:
            drafts[-1][role is Role.ABSTRACT].append(paragraph)
    return [_Draft(tuple(title), tuple(abstract)) for title, abstract in drafts]


def _is_page(section: Section, drafts: Sequence[_Draft]) -> bool:
    """A header or metadata proves a page that has a paper; without them, most of the papers must convince."""
    whole = [draft for draft in drafts if draft.abstract]
    proven = section.headed or any(piece.metadata is not None for piece in section.pieces)
    return bool(whole) and (proven or 4 * sum(map(_convinces, whole)) >= 3 * len(drafts))


def _has_papers(drafts: Sequence[_Draft]) -> bool:
    """Two papers beyond doubt, and no more of anything else: code and licences have a few that convince."""
    sure = sum(map(_is_sure, drafts))
    return sure >= 2 and 2 * sure >= len(drafts)


def _convinces(draft: _Draft) -> bool:
    return plausibility.convinces(_joined(draft.title), _joined(draft.abstract))


def _is_sure(draft: _Draft) -> bool:
    return plausibility.is_sure(_joined(draft.title), _joined(draft.abstract))


def _joined(paragraphs: Iterable[Paragraph]) -> str:
    return " ".join(paragraph.text for paragraph in paragraphs)
