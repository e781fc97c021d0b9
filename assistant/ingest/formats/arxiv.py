"""Atom of arXiv -> entries, and the errors that arXiv writes as entries."""

import re
from collections.abc import Iterator
from typing import Any

from assistant.domain.records import Entry, Rejection
from assistant.ingest.files import Head, Source
from assistant.ingest.formats import references
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.references import Reference

_ATOM = "http://www.w3.org/2005/Atom"
_ARXIV = "http://arxiv.org/schemas/atom"
_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|feed)\b")
_ERROR = "arxiv.org/api/errors"
_DAY = 10  # characters of a time that are its day
_PIECE = 65_536  # bytes

_FIELDS = {
    (_ATOM, "id"): "id",
    (_ATOM, "title"): "title",
    (_ATOM, "summary"): "abstract",
    (_ATOM, "published"): "date",
    (_ATOM, "name"): "author",
    (_ARXIV, "doi"): "doi",
    (_ARXIV, "journal_ref"): "venue",
}


def is_feed(head: Head) -> bool:
    """Whether a source is Atom of arXiv."""
    return bool(_OPENING.match(head.data)) and _ATOM.encode() in head.data and b"arxiv.org/" in head.data


def read_feed(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """Every paper of a feed at the line of its entry; what follows a fault of the XML cannot be read."""
    feed = _Feed()
    for line, fields, fault in feed.entries(source):
        row = _row(source.name, line, fields, context) if not fault else Rejection(source.name, line, fault)
        yield row
    if not feed.is_faulty and not feed.count:
        yield Rejection(source.name, 0, "holds no paper: arXiv has none for what was asked")


def _row(name: str, line: int, fields: dict[str, list[str]], context: ReadContext) -> Entry | Rejection:
    def first(field: str) -> str:
        return next(iter(fields.get(field, ())), "").strip()

    if _ERROR in first("id"):
        return Rejection(name, line, f"arXiv says: {first('abstract')[:200] or first('title')[:200]}")
    reference = Reference(
        line=line,
        title=first("title"),
        abstract=first("abstract"),
        ids=(first("id"), first("doi")),
        authors=tuple(fields.get("author", ())),
        date=first("date")[:_DAY],
        venue=first("venue"),
    )
    return references.entry(name, reference, context)


class _Feed:
    """A stream of XML, read a piece at a time."""

    def __init__(self) -> None:
        self.count = 0
        self.is_faulty = False
        self._line = 0
        self._fields: dict[str, list[str]] | None = None
        self._text: list[str] | None = None
        self._ready: list[tuple[int, dict[str, list[str]]]] = []

    def entries(self, source: Source) -> Iterator[tuple[int, dict[str, list[str]], str]]:
        """(line, fields, why the XML cannot be read on): of these the last comes alone."""
        from xml.sax import SAXException
        from xml.sax.handler import ContentHandler, feature_namespaces

        from defusedxml import DefusedXmlException
        from defusedxml.expatreader import DefusedExpatParser

        parser: Any = DefusedExpatParser(forbid_dtd=True)
        parser.setFeature(feature_namespaces, True)
        handler: Any = ContentHandler()
        handler.startElementNS = lambda name, _, attributes: self._open(name, parser.getLineNumber())
        handler.endElementNS = lambda name, _: self._close(name)
        handler.characters = lambda text: self._text.append(text) if self._text is not None else None
        parser.setContentHandler(handler)
        stream = source.rewound()
        fault = ""
        try:
            while piece := stream.read(_PIECE):
                parser.feed(piece)
                yield from self._taken()
            parser.close()
        except SAXException as error:
            fault = f"is not whole XML: {error.getMessage()}; nothing after it was read"
        except DefusedXmlException:
            fault = "declares entities or a document type, which no feed needs; nothing after it was read"
        yield from self._taken()
        if fault:
            self.is_faulty = True
            yield parser.getLineNumber() or 0, {}, fault

    def _taken(self) -> Iterator[tuple[int, dict[str, list[str]], str]]:
        ready, self._ready = self._ready, []
        for line, fields in ready:
            self.count += 1
            yield line, fields, ""

    def _open(self, name: tuple[str, str], line: int) -> None:
        if name == (_ATOM, "entry"):
            self._fields, self._line = {}, line
        self._text = [] if self._fields is not None and name in _FIELDS else None

    def _close(self, name: tuple[str, str]) -> None:
        if self._fields is None:
            return
        if name == (_ATOM, "entry"):
            self._ready.append((self._line, self._fields))
            self._fields = None
        elif self._text is not None and name in _FIELDS:
            self._fields.setdefault(_FIELDS[name], []).append("".join(self._text))
        self._text = None
