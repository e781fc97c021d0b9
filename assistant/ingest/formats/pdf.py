"""A paper as PDF with a text layer -> its entry: the title, the abstract, and the page where the abstract stands."""

import io
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from assistant.domain.records import Entry, Rejection
from assistant.ingest.dates import page_date
from assistant.ingest.files import MEGABYTE, Head, Source
from assistant.ingest.formats import names, references
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.references import Reference

_PAGES = 3  # of a paper, within which its abstract stands
_RUNS = 5_000  # of a page that are looked at; a page in two columns has some 500
_RUN = 2_000  # characters of a run
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
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})
_PARTED = re.compile(r"\b(\w+)[-\u2010\xad]\n[ \t]*([a-z]\w*)")
_COMPOUNDS = frozenset(
    "self pre post non multi cross fine long short large small high low state well end real co re in out zero few"
    " one two three many semi sub inter intra meta model data task user human language text image vision open closed"
    " trade time general domain goal value reward policy best worst test train off on".split()
)
"""First parts of words that keep their hyphen where a line parts them."""
_NO_TITLE = re.compile(r"(?:untitled|microsoft word|.*\.(?:dvi|tex|docx?|pdf|ps|indd)$|[^a-z]*$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Run:
    """A piece of text of a page in one size."""

    size: float
    text: str


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
        pages, metadata = _pages(data)
    except Exception as error:  # noqa: BLE001  pypdf raises whatever a damaged document leads it to
        kind = "is encrypted" if "crypt" in str(error).lower() else "cannot be read as PDF"
        yield Rejection(source.name, 0, f"{kind}: {' '.join(str(error).split())[:150] or type(error).__name__}")
        return
    texts = ["".join(run.text for run in runs).translate(_LIGATURES) for runs in pages]
    if not any(text.strip() for text in texts):
        yield Rejection(source.name, 0, "is a PDF without a text layer; recognise its text (OCR) first")
        return
    number, abstract = _abstract(texts)
    if not abstract and context.needs_abstracts:
        yield Rejection(source.name, 0, f"no abstract was recognised in the first {_PAGES} pages")
        return
    stamp = _STAMP.search(" ".join(texts[0].split()))
    dois = set(_DOI.findall(texts[0]))
    written = page_date(stamp["date"]) if stamp else None
    reference = Reference(
        line=number,
        title=_title(pages[0], texts[0], str(metadata.get("/Title") or "")),
        abstract=abstract,
        ids=(stamp["id"] if stamp else "", next(iter(dois)).rstrip(".") if len(dois) == 1 else ""),
        authors=_authors(str(metadata.get("/Author") or "")),
        date=f"{written.year}-{written.month:02}-{written.day:02}" if written and written.month and written.day else "",
    )
    yield references.entry(source.name, reference, context)


def _pages(data: bytes) -> tuple[list[list[_Run]], dict[str, Any]]:
    """The runs of the first pages, and what the document says of itself."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").addHandler(logging.NullHandler())  # it warns of what it mends
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise ValueError("it is encrypted with a password")
    pages: list[list[_Run]] = []
    for page in reader.pages[:_PAGES]:
        runs: list[_Run] = []

        def visit(text: str, cm: Any, tm: Any, _: Any, size: float, runs: list[_Run] = runs) -> None:
            if text and len(runs) < _RUNS:
                scale = (float(tm[0]) ** 2 + float(tm[1]) ** 2) ** 0.5 * (float(cm[0]) ** 2 + float(cm[1]) ** 2) ** 0.5
                is_upright = abs(float(tm[1])) <= abs(float(tm[0]))
                runs.append(_Run(round(float(size) * scale, 1) if is_upright else 0.0, text[:_RUN]))

        page.extract_text(visitor_text=visit)
        pages.append(runs)
    return pages, dict(reader.metadata or {})


def _abstract(texts: Sequence[str]) -> tuple[int, str]:
    """(page from 1, abstract); (0, "") where there is none. It ends where keywords or the first section begin."""
    for number, text in enumerate(texts, 1):
        for beginning in islice(_BEGINS.finditer(text), _HEADINGS):
            rest = text[beginning.end() :] + "\n" + "\n".join(texts[number : number + 1])
            ending = _ENDS.search(rest, 1)
            body = rest[: ending.start()] if ending else _whole_sentences(rest[:_LONGEST])
            if len(body) > 4 * _LONGEST:
                body = _whole_sentences(body[:_LONGEST])
            abstract = _flowing(body)
            if len(abstract) >= _SHORTEST:
                return number, abstract
    return 0, ""


def _whole_sentences(text: str) -> str:
    end = max(text.rfind(mark) for mark in (". ", ".\n", "? ", "! "))
    return text[: end + 1] if end > _SHORTEST else text


def _flowing(text: str) -> str:
    """Lines as running text; a word that a line parts is joined."""

    def join(match: re.Match[str]) -> str:
        return f"{match[1]}{'-' if match[1].lower() in _COMPOUNDS else ''}{match[2]}"

    return " ".join(_PARTED.sub(join, text).split())


def _title(runs: Sequence[_Run], text: str, named: str) -> str:
    """What the document calls itself, if its first page says so too; else the largest text above the abstract."""
    named = " ".join(named.translate(_LIGATURES).split())
    if named and not _NO_TITLE.match(named) and _letters(named) in _letters(text):
        return named
    above: list[_Run] = []
    for run in runs:
        if _BEGINS.search(run.text):
            break
        above.append(run)
    sizes = {run.size for run in above if len(_letters(run.text)) > 2}
    for size in sorted(sizes, reverse=True)[:_SIZES]:
        title = _flowing("".join(run.text for run in above if run.size == size).translate(_LIGATURES))
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
