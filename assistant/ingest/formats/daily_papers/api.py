"""Daily Papers as the site's API gives them, in JSON -> entries."""

from collections.abc import Iterator

from assistant.domain.records import Entry, Rejection
from assistant.ingest.files import Head, Source
from assistant.ingest.formats import json_records
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.json_records import Record, text
from assistant.ingest.formats.references import Reference

_DAY = 10  # characters of a time that are its day


def is_answer(head: Head) -> bool:
    """Whether a source is JSON of papers as `/api/daily_papers`, or one as `/api/papers/ID`, gives them."""
    return json_records.begins_with(head, r'"(?:paper"\s*:\s*\{|summary"\s*:)', r'"publishedAt"\s*:', r'"upvotes"\s*:')


def read_answer(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """Every paper of an answer."""
    return json_records.read(source, context, lambda record: [record], _reference)


def _reference(record: Record, line: int) -> Reference:
    within = record.get("paper")
    paper: Record = within if isinstance(within, dict) else record
    comments = record.get("numComments")
    organisation = paper.get("organization") or record.get("organization") or {}
    return Reference(
        line=line,
        title=text(paper.get("title")) or text(record.get("title")),
        abstract=text(paper.get("summary")) or text(record.get("summary")),
        ids=(text(paper.get("id")),),
        authors=json_records.names(paper.get("authors")),
        date=(text(paper.get("publishedAt")) or text(record.get("publishedAt")))[:_DAY],
        venue=text(organisation.get("fullname")) or text(organisation.get("name")),
        discussions=comments if isinstance(comments, int) and not isinstance(comments, bool) else None,
    )
