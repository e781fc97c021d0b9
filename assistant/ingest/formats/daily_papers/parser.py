"""A Daily Papers page -> its entries, whatever the layout, and a reason for each that cannot be read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.domain.records import Entry, Listing, Rejection
from assistant.ingest.dates import ResolvedDate, resolve
from assistant.ingest.fields import length_fault, tidy
from assistant.ingest.files import Head, Source
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.daily_papers import segmentation
from assistant.ingest.formats.daily_papers.boilerplate import Metadata, Piece, Section, sections
from assistant.ingest.formats.daily_papers.segmentation import Layout, Paragraph, Role

_SEPARATED = 0.2  # of the lines stand after a blank one, where blank lines have a meaning
_SINGLE = 0.4  # of the blocks are one line, where titles stand alone
_WRAPPED = 130  # the longest line of a page with hard line breaks
_IMPLAUSIBLE = "does not read like a title and its abstract"


@dataclass(frozen=True, slots=True)
class _Draft:
    """One paper as it stands in the page: its title and abstract in pieces, and the metadata below them."""

    title: tuple[Paragraph, ...]
    abstract: tuple[Paragraph, ...]
    metadata: Metadata | None = None


def is_page(head: Head) -> bool:
    """Whether a source is text at all: what a page is cannot be told from its first lines."""
    return not head.binary


def read_page(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """Every paper of a page, in order; one Rejection where the text is no page."""
    pages = [(section, _drafts(section)) for section in sections(source.lines)]
    proven = any(_is_proven(section, drafts) for section, drafts in pages)
    if not proven and not any(_has_papers(drafts) for _, drafts in pages):
        faulty = next((piece for section, _ in pages for piece in section.pieces if piece.fault), None)
        reason = "no paper was recognised" if pages else "holds no paper: it is empty"
        yield Rejection(source.name, faulty.line, faulty.fault) if faulty else Rejection(source.name, 0, reason)
        return
    for _, drafts in pages:
        dates = (draft.metadata.date for draft in drafts if draft.metadata)
        year = context.year(source, [written.year for written in dates if written and written.year])
        for draft in drafts:
            row = _entry(source.name, draft, year)
            if isinstance(row, Entry) and not proven and not _is_plausible(draft):
                row = Rejection(source.name, draft.title[0].line, _IMPLAUSIBLE)
            yield row


def _entry(name: str, draft: _Draft, year: int) -> Entry | Rejection:
    line = draft.title[0].line
    title = tidy(_joined(draft.title))
    abstract = tidy(_joined(draft.abstract))
    faulty = next((part for part in (*draft.title, *draft.abstract) if part.fault), None)
    if faulty is not None:
        return Rejection(name, faulty.line, faulty.fault)
    if not title or not abstract:
        return Rejection(name, line, "no abstract follows this title" if title else "this paper has no title")
    if reason := length_fault(title, abstract):
        return Rejection(name, line, reason)
    metadata = draft.metadata or Metadata()
    resolved = resolve(metadata.date, year) if metadata.date else ResolvedDate(None)
    listing = Listing(
        source=name,
        line=line,
        title=title,
        date=resolved.date,
        date_inferred=resolved.inferred,
        author_count=metadata.author_count,
        organisation=metadata.organisation,
        discussions=resolved.discussions,
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
            metadata = _combined(metadata or Metadata(), piece.metadata)
    yield texts, metadata


def _combined(first: Metadata, second: Metadata) -> Metadata:
    return Metadata(
        first.author_count if second.author_count is None else second.author_count,
        second.organisation or first.organisation,
        second.date or first.date,
    )


def _paragraphs(pieces: Sequence[Piece], width: int | None) -> list[Paragraph]:
    paragraphs: list[Paragraph] = []
    last = 0
    for piece in pieces:
        first_word = piece.text.partition(" ")[0]
        wraps = bool(paragraphs) and not piece.apart and width is not None and last + 1 + len(first_word) > width
        paragraphs.append(Paragraph(piece.line, piece.text, piece.apart, wraps, piece.fault))
        last = len(piece.text)
    return paragraphs


def _papers(paragraphs: Sequence[Paragraph], layout: Layout, *, closed: bool) -> list[_Draft]:
    drafts: list[tuple[list[Paragraph], list[Paragraph]]] = []
    for paragraph, role in zip(paragraphs, segmentation.roles(paragraphs, layout, closed=closed), strict=True):
        if role is Role.TITLE:
            drafts.append(([paragraph], []))
        else:
            drafts[-1][role is Role.ABSTRACT].append(paragraph)
    return [_Draft(tuple(title), tuple(abstract)) for title, abstract in drafts]


def _is_proven(section: Section, drafts: Sequence[_Draft]) -> bool:
    """Whether a section is a page: a header or metadata proves it; without, most of its papers must be plausible."""
    whole = [draft for draft in drafts if draft.abstract]
    by_site = section.headed or any(piece.metadata is not None for piece in section.pieces)
    return bool(whole) and (by_site or 4 * sum(map(_is_plausible, whole)) >= 3 * len(drafts))


def _has_papers(drafts: Sequence[_Draft]) -> bool:
    """Two papers beyond doubt, and no more of anything else: code and licences have a few that are plausible."""
    certain = sum(map(_is_certain, drafts))
    return certain >= 2 and 2 * certain >= len(drafts)


def _is_plausible(draft: _Draft) -> bool:
    return segmentation.is_plausible(_joined(draft.title), _joined(draft.abstract))


def _is_certain(draft: _Draft) -> bool:
    return segmentation.is_certain(_joined(draft.title), _joined(draft.abstract))


def _joined(paragraphs: Iterable[Paragraph]) -> str:
    return " ".join(paragraph.text for paragraph in paragraphs)
