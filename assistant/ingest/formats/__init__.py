"""Sources -> entries, one format a module; a new format is a module and a row of `FORMATS`."""

import re
from collections.abc import Iterator, Sequence

from assistant.domain.records import Rejection
from assistant.ingest.files import Head, Source
from assistant.ingest.formats import arxiv, bibtex, csl, csv, jsonl, pdf, ris, semantic_scholar
from assistant.ingest.formats.base import Format, ReadContext
from assistant.ingest.formats.daily_papers import api, parser

__all__ = ["FORMATS", "Format", "ReadContext", "recognise"]

_MARKUP = re.compile(r"\s*<(?:!doctype|html|\?xml|feed|rss)\b", re.IGNORECASE)


def recognise(head: Head, formats: Sequence[Format]) -> Format | None:
    """The first format that knows a source by its beginning; None where none does."""
    return next((format for format in formats if format.sniff(head)), None)


def _is_markup(head: Head) -> bool:
    return bool(_MARKUP.match(head.first_line))


def _refuse_markup(source: Source, _: ReadContext) -> Iterator[Rejection]:
    yield Rejection(source.name, 0, "no paper was recognised: it is HTML or XML")


FORMATS: tuple[Format, ...] = (
    # The first that sniffs a source reads it, so a format written in XML stands above this row, and what takes any
    # text stands last.
    Format("PDF", pdf.is_pdf, pdf.read_pdf),
    Format("arXiv Atom", arxiv.is_feed, arxiv.read_feed),
    Format("HTML or XML", _is_markup, _refuse_markup),
    Format("Daily Papers JSON", api.is_answer, api.read_answer),
    Format("Semantic Scholar JSON", semantic_scholar.is_answer, semantic_scholar.read_answer),
    Format("Crossref JSON", csl.is_crossref, csl.read_items),
    Format("CSL-JSON", csl.is_csl, csl.read_items),
    Format("JSON text", jsonl.is_json_text, jsonl.read_json_text),
    Format("JSON lines", jsonl.is_json_lines, jsonl.read_json_lines),
    Format("CSV", csv.is_csv, csv.read_csv),
    Format("RIS", ris.is_ris, ris.read_ris),
    Format("BibTeX", bibtex.is_bibtex, bibtex.read_bibtex),
    Format("Daily Papers page", parser.is_page, parser.read_page),
)
"""Every format, in the order in which they sniff a source."""
