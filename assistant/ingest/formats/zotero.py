"""A row of Zotero's CSV -> an entry; its JSON, BibTeX and RIS are read as what they are."""

from collections.abc import Iterable, Mapping

from assistant.domain.records import Entry, Rejection
from assistant.ingest.dates import row_date
from assistant.ingest.formats import markup, names, references
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.jsonl import ZOTERO_ABSTRACT
from assistant.ingest.formats.references import Reference

_VENUES = ("publication title", "conference name", "series", "publisher")
_IDS = ("doi", "archive location", "number", "report number", "extra", "url")


def entry(name: str, line: int, row: Mapping[str, str], context: ReadContext) -> Entry | Rejection:
    """The entry of a row whose columns are in small letters, or why it is none."""
    day = row.get("date", "").strip()
    written = row_date(day)
    authors = [author.strip() for author in row.get("author", "").split(";")]
    ids = [word for column in _IDS for word in _words(row.get(column, ""))]
    reference = Reference(
        line=line,
        title=markup.plain(row.get("title", "")),
        abstract=markup.plain(row.get(ZOTERO_ABSTRACT, "")),
        ids=tuple(ids),
        own_id=row.get("key", ""),
        authors=tuple(names.natural(author) for author in authors if author),
        date=day if written is not None and written.year else row.get("publication year", ""),
        url=row.get("url", ""),
        venue=next((row[column] for column in _VENUES if row.get(column, "").strip()), ""),
    )
    return references.entry(name, reference, context)


def _words(text: str) -> Iterable[str]:
    """The words of a field, in which an id may follow its name: "DOI: 10.1000/abc"."""
    return text.split() if len(text) <= 2_000 else ()
