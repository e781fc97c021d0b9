"""Documents of a llama-index reader, or nodes that a splitter made of them -> entries, or why one is no paper.

Only their fields are read, so that nothing of llama-index is imported here.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from assistant.domain.errors import UsageError
from assistant.domain.records import Entry, Rejection
from assistant.ingest.dates import page_year
from assistant.ingest.formats.jsonl import ABSTRACTS, entry

_TITLES = ("title", "document_title", "paper_title", "Title")
_FIELDS = ("id", "_id", "arxiv", "arxiv_id", "doi", "date", "published", "publication_date", "year", "authors", "url",
           "link")  # fmt: skip
"""Of a document's metadata, what an entry takes; what readers note of files, such as their days, is none of the
paper's."""
_SOURCES = ("source", "file_name", "file_path")
_HEADING = re.compile(r"\s*+#[ \t]++([^\n]+)\n")
_CURE = "set metadata['title'] of each, or pass title=, a function of a document"


class Document(Protocol):
    """What is read of a llama-index `Document` or node."""

    @property
    def metadata(self) -> dict[str, Any]:
        """What a reader noted of it."""

    @property
    def ref_doc_id(self) -> str | None:
        """The document that it was split from."""

    @property
    def node_id(self) -> str:
        """Its own id."""

    def get_content(self) -> str:
        """Return its text."""


TitleOf = Callable[[Any], str | None]
"""A document -> its title; None for none."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A document, or a piece of one."""

    document: Document
    text: str
    start: int | None
    """Where in its document it begins, in characters; None where nothing says."""


def entries(
    documents: Iterable[Any], title: TitleOf | None = None, *, source: str = "llama-index", today: date | None = None
) -> Iterator[Entry | Rejection]:
    """Return an entry for each document, in their order: title, abstract, id, date, authors and address from its
    metadata, else the text as abstract, and a Markdown heading at its beginning as title. `title` wins where it gives
    one. Nodes of one document are put together again, overlaps once. A document without a title is a `Rejection`.

    Raises `UsageError` for what is no document, and where not one of them has a title.
    """
    groups: dict[str, list[_Part]] = {}
    for document in documents:
        part = _part(document)
        groups.setdefault(part.document.ref_doc_id or part.document.node_id, []).append(part)
    year = page_year((), as_of=None, modified=None, today=today or date.today())
    rows = [_row(number, parts, title, source, year) for number, parts in enumerate(groups.values(), 1)]
    if rows and all(isinstance(row, Rejection) and row.reason.startswith("has no title") for row in rows):
        raise UsageError(f"none of {len(rows):,} documents has a title", cure=_CURE)
    return iter(rows)


def _part(document: Any) -> _Part:
    """Read a document; raises `UsageError` where it is something else."""
    try:
        text, metadata = document.get_content(), document.metadata
        own = (document.ref_doc_id, document.node_id)
    except (AttributeError, TypeError, ValueError) as error:
        what = f"{type(document).__name__} is no document of llama-index"
        raise UsageError(what, cause=str(error)[:200], cure="pass what a reader's load_data returns") from None
    if not isinstance(text, str) or not isinstance(metadata, Mapping) or not own[1]:
        raise UsageError(f"{type(document).__name__} holds no text", cure="pass documents or nodes of text")
    start = getattr(document, "start_char_idx", None)
    return _Part(document, text, start if isinstance(start, int) else None)


def _row(number: int, parts: list[_Part], title_of: TitleOf | None, source: str, year: int) -> Entry | Rejection:
    first = parts[0].document
    metadata, text = first.metadata, _text(parts)
    named = (metadata.get(key) for key in _SOURCES)
    name = next((value for value in named if isinstance(value, str) and value.strip()), source)
    title = (title_of(first) if title_of else None) or next((metadata[key] for key in _TITLES if metadata.get(key)), "")
    if not title and (heading := _HEADING.match(text)):
        title, text = heading[1].rstrip().rstrip("# \t"), text[heading.end() :]
    if not title:
        return Rejection(name, number, f"has no title: {_CURE}")
    first_line, _, rest = text.partition("\n")
    if rest.strip() and first_line.removeprefix("# ").strip() == str(title).strip():
        text = rest.strip()
    abstract = next((metadata[key] for key in ABSTRACTS if metadata.get(key)), text)
    fields = {key: metadata[key] for key in _FIELDS if metadata.get(key) not in (None, "")}
    return entry(name, number, {**fields, "title": title, "abstract": abstract}, year)


def _text(parts: list[_Part]) -> str:
    """Return the text of a document's parts in their order; what two parts share is there once."""
    placed = sorted((part.start, part.text) for part in parts if part.start is not None)
    if len(placed) < len(parts):  # the place of one is not known, so neither is what it shares
        return "\n\n".join(part.text for part in parts)
    text, end = "", 0
    for start, piece in placed:
        gap = "\n\n" if text and start > end else ""
        text += gap + piece[max(end - start, 0) if text else 0 :]
        end = max(end, start + len(piece))
    return text
