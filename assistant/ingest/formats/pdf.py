"""A paper as PDF with a text layer -> its entry: the title, the abstract, the page where it stands, the full text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from assistant.domain.full_texts import full_text, room
from assistant.domain.records import Entry, Rejection
from assistant.ingest.dates import page_date
from assistant.ingest.files import MEGABYTE, Head, Source
from assistant.ingest.formats import names, pdf_pages, pdf_text, references
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.pdf_pages import Document, Run
from assistant.ingest.formats.references import Reference

_HEADINGS = 5  # of a page that may be that of the abstract
_SIZES = 20
_MAGIC = re.compile(rb"%PDF-[12]\.[0-9]")
# A heading of its own, or one that the text follows on its line: "Abstract—We", "Abstract. We", "Abstract We show".
_BEGINS = re.compile(
    r"^[ \t]*(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary)"
    r"(?:[ \t]*$|[ \t]*[.:—–\-]+[ \t]*|[ \t]+(?=(?-i:[A-Z][a-z’']*,? [a-z])))",
    re.IGNORECASE | re.MULTILINE,
)
_ENDS = re.compile(
    r"^[ \t]*(?:(?:[1I]|1\.0)?[.\s]*introduction\b|(?-i:(?:1\.?|I\.)\s+[A-Z][a-z]+\s*$)|key\s?-?\s?words\b"
    r"|index terms\b|ccs concepts\b|categories and subject|general terms\b|acm reference format"
    r"|code\s+and\s+data\s+availab|pacs\b|msc\b|©|table of contents|contents\s*$)",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST = 3_000  # characters of an abstract whose end nothing marks
_SHORTEST = 100
_STAMP = re.compile(r"arXiv:(?P<id>\S{4,40}?)(?:v\d+)?\s+\[[\w.\-]+\]\s+(?P<date>\d{1,2}\s+\w{3,9}\s+\d{4})")
_DOI = re.compile(r"\bdoi(?:\.org/|:\s*)(10\.[0-9]{4,9}/[^\s,;\])]+)", re.IGNORECASE)
_NO_TITLE = re.compile(r"(?:untitled|microsoft word|.*\.(?:dvi|tex|docx?|pdf|ps|indd)$|[^a-z]*$)", re.IGNORECASE)


Place = tuple[int, int]
"""A page, from 1, and an offset in its text."""


def is_pdf(head: Head) -> bool:
    """Whether a source is a PDF document."""
    return bool(_MAGIC.match(head.data))


def read_pdf(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """The paper of a document at the page of its abstract, or why none was recognised."""
    data = source.rewound().read(source.size_limit + 1)
    if len(data) > source.size_limit:
        yield Rejection(source.name, 0, f"is a PDF of more than {source.size_limit // MEGABYTE} MB")
        return
    try:
        document = pdf_pages.read(data, pdf_pages.MOST if context.needs_abstracts else pdf_pages.FIRST)
    except Exception as error:  # noqa: BLE001  pypdf raises whatever a damaged document leads it to
        kind = "is encrypted" if "crypt" in str(error).lower() else "cannot be read as PDF"
        yield Rejection(source.name, 0, f"{kind}: {pdf_pages.reason(error)}")
        return
    texts = [pdf_pages.plain("".join(run.text for run in runs)) for runs in document.head]
    if not any(text.strip() for text in texts):
        yield Rejection(source.name, 0, "is a PDF without a text layer; recognise its text (OCR) first")
        return
    number, abstract, end = _abstract(texts)
    if not abstract and context.needs_abstracts:
        yield Rejection(source.name, 0, f"no abstract was recognised in the first {pdf_pages.FIRST} pages")
        return
    stamp = _STAMP.search(" ".join(texts[0].split()))
    dois = set(_DOI.findall(texts[0]))
    written = page_date(stamp["date"]) if stamp else None
    reference = Reference(
        line=number,
        title=_title(document.head[0], texts[0], str(document.metadata.get("/Title") or "")),
        abstract=abstract,
        ids=(stamp["id"] if stamp else "", next(iter(dois)).rstrip(".") if len(dois) == 1 else ""),
        authors=_authors(str(document.metadata.get("/Author") or "")),
        date=f"{written.year}-{written.month:02}-{written.day:02}" if written and written.month and written.day else "",
    )
    entry = references.entry(source.name, reference, context)
    if isinstance(entry, Rejection) or not context.needs_abstracts:
        yield entry
        return
    yield from _with_full_text(entry, document, end)


def _with_full_text(entry: Entry, document: Document, end: Place) -> Iterator[Entry | Rejection]:
    """The entry with the text after its abstract, and what is missing from that."""
    page, offset = end
    begin = (page, pdf_pages.upright(document.head[page - 1], offset) if page <= len(document.head) else 0)
    passages, pages = pdf_text.passages(document.texts, begin, room(entry.listing.title))
    yield replace(entry, full_text=full_text(passages, len(document.texts))) if passages else entry
    source = entry.listing.source
    yield from (Rejection(source, page, reason) for page, reason in document.problems)
    if pages < len(document.texts):
        limit = f"the limit is {pdf_text.MOST_CHARACTERS:,} characters"
        yield Rejection(source, pages + 1, f"pages from {pages + 1} on are not read; {limit}")


def _abstract(texts: Sequence[str]) -> tuple[int, str, Place]:
    """(page from 1, abstract, where it ends); (0, "", …) where there is none. It ends where keywords or the first
    section begin."""
    for number, text in enumerate(texts, 1):
        for beginning in islice(_BEGINS.finditer(text), _HEADINGS):
            rest = text[beginning.end() :] + "\n" + "\n".join(texts[number : number + 1])
            ending = _ENDS.search(rest, 1)
            body = rest[: ending.start()] if ending else _whole_sentences(rest[:_LONGEST])
            if len(body) > 4 * _LONGEST:
                body = _whole_sentences(body[:_LONGEST])
            abstract = pdf_text.joined(body.split("\n"))
            if len(abstract) >= _SHORTEST:
                end = beginning.end() + len(body)
                return number, abstract, (number, end) if end <= len(text) else (number + 1, end - len(text) - 1)
    return 0, "", (1, 0)


def _whole_sentences(text: str) -> str:
    end = max(text.rfind(mark) for mark in (". ", ".\n", "? ", "! "))
    return text[: end + 1] if end > _SHORTEST else text


def _title(runs: Sequence[Run], text: str, named: str) -> str:
    """What the document calls itself, if its first page says so too; else the largest text above the abstract."""
    named = " ".join(pdf_pages.plain(named).split())
    if named and not _NO_TITLE.match(named) and _letters(named) in _letters(text):
        return named
    above: list[Run] = []
    for run in runs:
        if _BEGINS.search(run.text):
            break
        above.append(run)
    sizes = {run.size for run in above if len(_letters(run.text)) > 2}
    for size in sorted(sizes, reverse=True)[:_SIZES]:
        title = pdf_text.joined(pdf_pages.plain("".join(run.text for run in above if run.size == size)).split("\n"))
        if len(_letters(title)) >= 8:
            return title
    return named


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


def _authors(named: str) -> tuple[str, ...]:
    """The names of a document's own list, between ";" or commas."""
    mark = ";" if ";" in named else ","
    parts = [part for piece in named.split(mark) for part in re.split(r"\s+and\s+", piece)]
    return tuple(names.natural(part) for part in parts if part.strip())
