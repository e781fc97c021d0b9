"""BibTeX and BibLaTeX -> entries: strings and cross-references resolved, LaTeX spelled out; a fault costs its entry."""

import codecs
import logging
import re
from collections.abc import Iterable, Iterator
from typing import Any

from assistant.domain.months import MONTHS
from assistant.domain.records import Entry, Rejection
from assistant.ingest.files import MEGABYTE, Head, Source
from assistant.ingest.formats import bibtex_fields, latex, names, references
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.bibtex_fields import Fields, OverlongError, Supply
from assistant.ingest.formats.references import Reference

_KINDS = (
    "article|book|booklet|collection|conference|dataset|inbook|incollection|inproceedings|manual|mastersthesis|misc"
    "|online|patent|periodical|phdthesis|preprint|proceedings|report|software|techreport|thesis|unpublished|www"
    "|string|preamble|comment|xdata|set"
)
_BLOCK = re.compile(rf"^\s*@\s*(?:{_KINDS})\s*[{{(]", re.IGNORECASE | re.MULTILINE)
_FIRST = re.compile(r"^\s*@\s*[a-z]+\s*\{\s*[^\s,{}=]+\s*,", re.IGNORECASE)
_SAYS_SO = re.compile(r"^\s*%.*bibtex", re.IGNORECASE)
_ENCODING = re.compile(rb"^.{0,40}?(?:-\*-.{0,40}?\bcoding:|[Ee]ncoding:)\s*([A-Za-z0-9_\-]{3,20})", re.MULTILINE)
_TEXT_ENCODINGS = re.compile(r"(iso|latin|l\d|cp|windows|utf|mac|koi)", re.IGNORECASE)
_NO_PAPERS = ("xdata", "set", "control")
_VENUES = ("journal", "journaltitle", "booktitle", "eventtitle", "maintitle", "series")
_COMMENTED_OUT = re.compile(r"^[ \t]*%+[ \t]*@\w.*(?:\n[ \t]*%.*)*", re.MULTILINE)
_PREPRINT = re.compile(r"arxiv:\s*(\S+)|^abs/(\S+)", re.IGNORECASE)
_BAD_BYTE = re.compile("[\udc80-\udcff]")
_DAY = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_YEAR = re.compile(r"(?<![0-9])[0-9]{4}(?![0-9])")
_SEASONS = 12  # a "month" above is a season


def is_bibtex(head: Head) -> bool:
    """Whether a source has a block of BibTeX within its first 8,192 bytes, or says at its beginning that it is it."""
    if head.binary:
        return False
    text = head.data.decode("utf-8", "replace") + "\n" + "\n".join(head.lines)  # UTF-16 is decoded in the lines
    first = next((line for line in head.lines if not line.lstrip().startswith("%")), "")
    return bool(_BLOCK.search(text) or _FIRST.match(first) or _SAYS_SO.match(head.first_line))


def read_bibtex(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """Every entry of a file, in order, and each block that cannot be read, with its line."""
    return (row for _, row in read_keyed(source, context))


def read_keyed(source: Source, context: ReadContext) -> Iterator[tuple[str, Entry | Rejection]]:
    """The same, each with the key by which documents cite it; "" for a block that is no entry."""
    from bibtexparser import model, parse_string

    data = source.rewound().read(source.size_limit + 1)
    if len(data) > source.size_limit:
        yield "", Rejection(source.name, 0, f"holds more than {source.size_limit // MEGABYTE} MB; split it")
        return
    logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # what it warns of is a rejection here
    text = _decoded(data)
    library = parse_string(text, parse_stack=[])
    supply = Supply()
    strings, faults = _strings(library.strings, supply)
    placed: list[tuple[int, Any, Fields]] = []
    for line, block in _placed(text, library.blocks):
        fields: Fields = {}
        try:
            fields = bibtex_fields.resolved(block, strings, supply) if isinstance(block, model.Entry) else {}
        except OverlongError as error:
            faults[id(block)] = str(error)
        placed.append((line, block, fields))
    entries = {block.key.strip().lower(): fields for _, block, fields in reversed(placed) if fields}
    for line, block, fields in placed:
        if id(block) in faults:
            yield "", Rejection(source.name, line, faults[id(block)])
        elif isinstance(block, model.ParsingFailedBlock):
            cause = " ".join(str(getattr(block.error, "message", "") or block.error).split())[:150]
            yield "", Rejection(source.name, line, f"is not valid BibTeX{': ' if cause else ''}{cause}")
        elif isinstance(block, model.Entry) and block.entry_type.lower() not in _NO_PAPERS:
            try:
                whole = bibtex_fields.inherited(fields, entries, supply)
            except OverlongError as error:
                yield block.key, Rejection(source.name, line, str(error))
            else:
                yield block.key, _row(source.name, line, block.key, whole, context)


def _strings(blocks: Iterable[Any], supply: Supply) -> tuple[Fields, dict[int, str]]:
    """What the names of strings stand for, those before in those after, and by `id` the blocks that are refused."""
    strings = dict(zip(MONTHS, MONTHS, strict=True))
    faults: dict[int, str] = {}
    for block in blocks:
        try:
            strings[block.key.lower()] = bibtex_fields.value(block.value, strings, supply)
        except OverlongError as error:
            faults[id(block)] = str(error)
    return strings, faults


def _placed(text: str, blocks: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """(1-based line, block); of a block whose key or field is only there twice, which is no fault here, the entry.

    The lines that bibtexparser counts are one too few after a backslash at the end of a line.
    """
    end, line = 0, 1
    for block in blocks:
        start = text.find(block.raw or "", end)
        start = end if start < 0 else start
        line += text.count("\n", end, start)
        end = start
        yield line, getattr(block, "ignore_error_block", None) or block


def _decoded(data: bytes) -> str:
    """The text in UTF-8, or in the encoding that its beginning names; bytes that fit neither stay to be refused."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").replace("\r\n", "\n")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode(_named_encoding(data) or "utf-8-sig", "surrogateescape")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _COMMENTED_OUT.sub(lambda lines: "\n" * lines[0].count("\n"), text)


def _named_encoding(data: bytes) -> str:
    """The encoding that an editor's line names, such as `-*- coding: latin-1-unix -*-` or `Encoding: Cp1252`."""
    match = _ENCODING.search(data[:2_000])
    name = re.sub(r"-(unix|dos|mac)$", "", match[1].decode()) if match else ""
    for spelling in (name, name.replace("-", "", 1)):
        try:
            if _TEXT_ENCODINGS.match(spelling):
                return codecs.lookup(spelling).name
        except LookupError:
            continue
    return ""


def _row(name: str, line: int, key: str, fields: Fields, context: ReadContext) -> Entry | Rejection:
    if bad := next(filter(None, map(_BAD_BYTE.search, fields.values())), None):
        return Rejection(name, line, f"is not UTF-8 text (byte 0x{ord(bad[0]) - 0xDC00:02X}); convert it to UTF-8")
    authors, are_all = names.split(fields.get("author", ""))
    title, subtitle = latex.plain(fields.get("title", "")), latex.plain(fields.get("subtitle", ""))
    venue = next((fields[field] for field in _VENUES if fields.get(field)), "")
    reference = Reference(
        line=line,
        title=f"{title}: {subtitle}" if title and subtitle else title,
        abstract=latex.plain(fields.get("abstract", "")),
        ids=tuple(_ids(fields)),
        own_id=key,
        authors=tuple(latex.plain(author) for author in authors),
        authors_are_all=are_all,
        date=_date(fields),
        url=latex.address(fields.get("url", "")),
        venue="" if _PREPRINT.search(venue) else latex.plain(venue),
    )
    return references.entry(name, reference, context)


def _ids(fields: Fields) -> Iterator[str]:
    """Whatever may be an id; of other archives than arXiv the eprint is none."""
    archive = fields.get("archiveprefix", fields.get("eprinttype", "arxiv")).strip().lower()
    yield latex.address(fields.get("eprint", "")) if archive == "arxiv" else ""
    yield latex.address(fields.get("arxivid", ""))
    yield latex.address(fields.get("doi", ""))
    for field in ("journal", "journaltitle", "volume", "note", "howpublished", "number"):
        if match := _PREPRINT.search(fields.get(field, "")):
            yield latex.address(match[1] or match[2]).rstrip(".,;")


def _date(fields: Fields) -> str:
    """Such as "2004-05" of `date` (of a period its beginning), else of `year`, `month` and `day`; "" where unclear."""
    written = fields.get("date", "").strip().partition("/")[0].rstrip("?~%")
    if _DAY.fullmatch(written):
        beginning, _, rest = written.partition("-")
        return beginning if rest and int(rest[:2]) > _SEASONS else written
    year = _YEAR.search(latex.address(fields.get("year", "")) or written)
    if not year:
        return ""
    month = latex.address(fields.get("month", "")).lower()
    number = next((place for place, name in enumerate(MONTHS, 1) if month.startswith(name)), 0)
    number = number or (int(month) if month.isdecimal() and 0 < int(month) <= _SEASONS else 0)
    day = latex.address(fields.get("day", ""))
    if not number:
        return year[0]
    return f"{year[0]}-{number:02}" + (f"-{int(day):02}" if day.isdecimal() and 0 < int(day) <= 31 else "")
