"""CSL-JSON, as Zotero and others export it, and Crossref's answers, which are a kin of it -> entries."""

from collections.abc import Iterator, Sequence

from assistant.domain.records import Entry, Rejection
from assistant.ingest.files import Head, Source
from assistant.ingest.formats import json_records, markup
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.json_records import Record, text
from assistant.ingest.formats.references import Reference

# Crossref has several dates; that of the publication itself comes first.
_DATES = ("issued", "published", "published-online", "published-print", "posted", "created")
_ARXIV = "arxiv:"


def is_crossref(head: Head) -> bool:
    """Whether a source is an answer of Crossref."""
    return json_records.begins_with(head, r'"message-type"\s*:\s*"work', r'"message"\s*:')


def is_csl(head: Head) -> bool:
    """Whether a source is JSON of items with types and titles, and with dates or names as CSL has them."""
    return json_records.begins_with(
        head, r'"type"\s*:\s*"', r'"title"\s*:', r'"(?:date-parts|family|literal|citation-key|container-title)"\s*:'
    )


def read_items(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """Every item of a list or an answer."""
    return json_records.read(source, context, _items, _reference)


def _items(answer: Record) -> Sequence[object]:
    message = answer.get("message", answer)
    if not isinstance(message, dict):
        return [message]
    items = message.get("items")
    return items if isinstance(items, list) else [message]


def _reference(item: Record, line: int) -> Reference:
    subtitle = markup.plain(text(item.get("subtitle"))) if isinstance(item.get("subtitle"), list) else ""
    title = markup.plain(text(item.get("title")))
    if subtitle and subtitle.casefold() not in title.casefold():
        title = f"{title.rstrip(' :')}: {subtitle}"
    note = next((word for word in text(item.get("note")).split() if word.lower().startswith(_ARXIV)), "")
    ids = (text(item.get("number")), text(item.get("archive_location")), note, text(item.get("DOI")))
    url = text(item.get("URL"))
    return Reference(
        line=line,
        title=title,
        abstract=markup.plain(text(item.get("abstract"))),
        ids=(*ids, url),
        own_id=text(item.get("id")),
        authors=tuple(filter(None, map(_name, json_records.objects(item.get("author"))))),
        date=next(filter(None, (_date(item.get(key)) for key in _DATES)), ""),
        url=url,
        venue=markup.plain(text(item.get("container-title")) or text(item.get("event-title"))),
    )


def _name(author: Record) -> str:
    if whole := text(author.get("literal")) or text(author.get("name")):
        return whole
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix")
    return " ".join(part for key in parts if (part := text(author.get(key)).strip()))


def _date(value: object) -> str:
    """ "2024-5" of the date-parts [[2024, 5]]; "" where there are none."""
    if not isinstance(value, dict):
        return ""
    parts = value.get("date-parts")
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list) and first and first[0]:
        return "-".join(text(part) for part in first[:3] if part)
    return (text(value.get("raw")) or text(value.get("literal")))[:10]
