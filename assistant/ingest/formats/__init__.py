"""Sources -> entries, one format a module; a new format is a module and a row of `FORMATS`."""

import re
from collections.abc import Iterator, Sequence
from importlib import import_module

from assistant.domain.records import Entry, Rejection
from assistant.ingest.files import Head, Source
from assistant.ingest.formats import csv, jsonl
from assistant.ingest.formats.base import Format, ReadContext
from assistant.ingest.formats.daily_papers import parser

__all__ = ["FORMATS", "Format", "ReadContext", "recognise"]

_MARKUP = re.compile(r"\s*<(?:!doctype|html|\?xml|feed|rss)\b", re.IGNORECASE)


def recognise(head: Head, formats: Sequence[Format]) -> Format | None:
    """The first format that knows a source by its beginning; None where none does."""
    return next((format for format in formats if format.sniff(head)), None)


def _late(name: str, sign: bytes, module: str, sniff: str, read: str) -> Format:
    """A format whose module is imported when the first bytes of a source have a sign of it: a page should not wait for
    what it does not need."""

    def sniffs(head: Head) -> bool:
        has_sign = sign in head.data or any(sign.decode() in line for line in head.lines)  # UTF-16 has it in the lines
        return has_sign and bool(getattr(import_module(f"{__name__}.{module}"), sniff)(head))

    def reads(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
        rows: Iterator[Entry | Rejection] = getattr(import_module(f"{__name__}.{module}"), read)(source, context)
        return rows

    return Format(name, sniffs, reads)


def _is_markup(head: Head) -> bool:
    return bool(_MARKUP.match(head.first_line))


def _refuse_markup(source: Source, _: ReadContext) -> Iterator[Rejection]:
    yield Rejection(source.name, 0, "no paper was recognised: it is HTML or XML")


FORMATS: tuple[Format, ...] = (
    # The first that sniffs a source reads it, so a format written in XML or JSON stands above the rows for these, and
    # what takes any text stands last.
    _late("PDF", b"%PDF-", "pdf", "is_pdf", "read_pdf"),
    _late("arXiv Atom", b"arxiv.org/", "arxiv", "is_feed", "read_feed"),
    Format("HTML or XML", _is_markup, _refuse_markup),
    _late("Daily Papers JSON", b'"upvotes"', "daily_papers.api", "is_answer", "read_answer"),
    _late("Semantic Scholar JSON", b'"paperId"', "semantic_scholar", "is_answer", "read_answer"),
    _late("Crossref JSON", b'"message-type"', "csl", "is_crossref", "read_items"),
    _late("CSL-JSON", b'"type"', "csl", "is_csl", "read_items"),
    Format("JSON text", jsonl.is_json_text, jsonl.read_json_text),
    Format("JSON lines", jsonl.is_json_lines, jsonl.read_json_lines),
    Format("CSV", csv.is_csv, csv.read_csv),
    _late("RIS", b"TY ", "ris", "is_ris", "read_ris"),
    _late("BibTeX", b"@", "bibtex", "is_bibtex", "read_bibtex"),
    Format("Daily Papers page", parser.is_page, parser.read_page),
)
"""Every format, in the order in which they sniff a source."""
