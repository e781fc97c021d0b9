"""Answers of Semantic Scholar -> entries: papers by id, of a search, of a list, or those that cite another."""

from collections.abc import Iterator, Sequence

from assistant.domain.records import Entry, Rejection
from assistant.ingest.files import Head, Source
from assistant.ingest.formats import json_records
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.json_records import Record, text
from assistant.ingest.formats.jsonl import ABSTRACTS
from assistant.ingest.formats.references import Reference

_WITHIN = ("citingPaper", "citedPaper")  # where an answer about citations has the paper


def is_answer(head: Head) -> bool:
    """Whether a source is JSON about papers with Semantic Scholar's ids."""
    return json_records.begins_with(head, r'"paperId"\s*:')


def read_answer(source: Source, context: ReadContext) -> Iterator[Entry | Rejection]:
    """Every paper of an answer."""
    return json_records.read(source, context, _papers, _reference)


def _papers(answer: Record) -> Sequence[object]:
    if "paperId" in answer:
        return [answer]
    papers = next((answer[key] for key in ("data", "recommendedPapers", "papers") if key in answer), [answer])
    return papers if isinstance(papers, list) else [papers]


def _reference(record: Record, line: int) -> Reference:
    paper: Record = next((record[key] for key in _WITHIN if isinstance(record.get(key), dict)), record)
    external: Record = paper.get("externalIds") or {}
    return Reference(
        line=line,
        title=text(paper.get("title")),
        abstract=next(filter(None, (text(paper.get(field)) for field in ABSTRACTS)), ""),
        ids=(text(external.get("ArXiv")), text(external.get("DOI"))),
        own_id=text(paper.get("paperId")),
        authors=json_records.names(paper.get("authors")),
        date=text(paper.get("publicationDate")) or text(paper.get("year")),
        url=text(paper.get("url")),
        venue=text(paper.get("venue")),
    )
