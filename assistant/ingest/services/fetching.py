"""Ids, days and words -> entries out of the answers of services, each listed under the name of what was asked."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import quote

from assistant.domain.callbacks import OnProgress
from assistant.domain.errors import ServiceError
from assistant.domain.identifiers import identity
from assistant.domain.records import Entry, Rejection
from assistant.domain.titles import normalise
from assistant.ingest.files import Source, in_memory
from assistant.ingest.formats import arxiv, csl, semantic_scholar
from assistant.ingest.formats.base import ReadContext
from assistant.ingest.formats.daily_papers import api
from assistant.ingest.services.base import ARXIV, CROSSREF, DAILY_PAPERS, SEMANTIC_SCHOLAR, Service
from assistant.ingest.services.client import Client, RefusedError

Row = Entry | Rejection
Read = Callable[[Source, ReadContext], Iterator[Row]]

_BATCH = 100  # papers of one answer
_FIELDS = {"fields": "title,abstract,authors,externalIds,publicationDate,year,venue,url"}
_NEAREST = "5"  # papers that a search for one title may give
_ARXIV_FIELD = re.compile(r"(?<!\w)(?:ti|au|abs|cat|all|co|jr|id):(?=\S)")
_MOST_PAGES = 10  # of one day: a thousand papers
_NEVER = "holds no paper"


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What gets papers from services; each of its functions raises `ServiceError` and `UsageError`."""

    client: Client
    context: ReadContext
    on_progress: OnProgress = lambda *_: None

    def by_arxiv_id(self, ids: Sequence[str]) -> Iterator[Row]:
        """The papers with these ids at arXiv, a hundred a request; of one that arXiv has not, that is said."""
        for start in range(0, len(ids), _BATCH):
            self.on_progress("fetching", start, len(ids))
            batch = ids[start : start + _BATCH]
            parameters = {"id_list": ",".join(batch), "max_results": str(len(batch))}
            rows = self._rows(ARXIV, arxiv.read_feed, "", parameters)
            yield from rows
            entries = {identity(row.id) for row in rows if isinstance(row, Entry) and row.id}
            for id in batch:
                if identity(id) not in entries:
                    yield Rejection(ARXIV.source, 0, f"has no paper {id}")

    def by_doi(self, dois: Sequence[str]) -> Iterator[Row]:
        """The papers with these DOIs: Crossref's record, with the abstract of Semantic Scholar where it has none."""
        for number, doi in enumerate(dois):
            self.on_progress("fetching", number, len(dois))
            yield self._by_doi(doi)

    def daily(self, day: date) -> Iterator[Row]:
        """The Daily Papers of a day, a hundred a request, until a page is short or is the one before."""
        source = f"{DAILY_PAPERS.source}/date/{day.isoformat()}"
        parameters = {"date": day.isoformat(), "limit": str(_BATCH)}
        before: list[Row] = []
        for number in range(_MOST_PAGES):
            page = {"p": str(number)} if number else {}
            rows = self._rows(DAILY_PAPERS, api.read_answer, "", parameters | page, source)
            if rows == before:
                return
            yield from rows
            if len(rows) < _BATCH:
                return
            before = rows

    def search(self, service: Service, words: str, limit: int) -> Iterator[Row]:
        """At most `limit` papers that a service finds for some words, a hundred a request.

        Where Semantic Scholar refuses to go on (it gives the first thousand), what came is all.
        """
        source = f"{service.source} search: {words}"
        count = 0
        while count < limit:
            self.on_progress("fetching", count, limit)
            size = min(_BATCH, limit - count)
            try:
                rows = list(self._page(service, words, count, size, source))
            except RefusedError:
                if not count or service is not SEMANTIC_SCHOLAR:
                    raise
                self.client.on_message(f"{service.name} gives no more than the first {count:,} papers of a search")
                return
            yield from rows
            count += size
            if len(rows) < size:
                return

    def by_title(self, service: Service, title: str) -> Iterator[Entry]:
        """The few papers that a service finds for a title; whether one is meant is for others to say."""
        plain = normalise(title)
        if service is ARXIV:
            parameters = {"search_query": f'ti:"{plain}"', "max_results": _NEAREST}
            rows = self._rows(service, arxiv.read_feed, "", parameters)
        elif service is CROSSREF:
            parameters = {"query.bibliographic": title, "rows": _NEAREST}
            rows = self._rows(service, csl.read_items, "", parameters)
        else:
            rows = self._rows(service, semantic_scholar.read_answer, "/search/match", {"query": plain, **_FIELDS})
        yield from (row for row in rows if isinstance(row, Entry))

    def by_id(self, service: Service, id: str) -> Iterator[Entry]:
        """The paper with an arXiv id or a DOI at Crossref or Semantic Scholar; nothing where the service has none."""
        kind, _, plain = identity(id).partition(":")
        if service is CROSSREF:
            rows = self._rows(service, csl.read_items, f"/{quote(plain)}") if kind == "doi" else []
        else:
            path = f"/{'ARXIV' if kind == 'arxiv' else 'DOI'}:{quote(plain)}"
            rows = self._rows(service, semantic_scholar.read_answer, path, _FIELDS)
        yield from (row for row in rows if isinstance(row, Entry))

    def _by_doi(self, doi: str) -> Row:
        bare = replace(self, context=replace(self.context, needs_abstracts=False))
        record = next(bare.by_id(CROSSREF, doi), None)
        if record is None or not record.abstract:
            other = next(bare.by_id(SEMANTIC_SCHOLAR, doi), None)
            record = replace(record, abstract=other.abstract) if record and other else record or other
        if record is None:
            return Rejection(CROSSREF.source, 0, f"neither Crossref nor Semantic Scholar has a paper {doi}")
        if not record.abstract and self.context.needs_abstracts:
            title = record.listing.title[:80]
            return Rejection(CROSSREF.source, 0, f"neither Crossref nor Semantic Scholar has the abstract of “{title}”")
        return record

    def _page(self, service: Service, words: str, start: int, size: int, source: str) -> Sequence[Row]:
        if service is ARXIV:
            parameters = {"search_query": _arxiv_query(words), "start": str(start), "max_results": str(size)}
            return self._rows(service, arxiv.read_feed, "", parameters, source)
        if service is CROSSREF:
            parameters = {"query": words, "offset": str(start), "rows": str(size)}
            return self._rows(service, csl.read_items, "", parameters, source)
        parameters = {"query": words, "offset": str(start), "limit": str(size), **_FIELDS}
        return self._rows(service, semantic_scholar.read_answer, "/search", parameters, source)

    def _rows(
        self, service: Service, read: Read, path: str, parameters: dict[str, str] | None = None, source: str = ""
    ) -> list[Row]:
        """What an answer holds; its places are of the service, for the order of an answer is not that of the next."""
        body = self.client.get(service, path, parameters)
        if body is None:
            return []
        name = source or service.source
        rows: list[Row] = []
        for row in read(in_memory(name, body), self.context):
            if isinstance(row, Entry):
                rows.append(replace(row, listing=replace(row.listing, line=1)))
            elif row.reason.startswith(("is not valid JSON", "is not whole XML", "is not UTF-8")):
                raise ServiceError(f"{service.name} gave an answer that cannot be read", cause=row.reason)
            elif not row.reason.startswith(_NEVER):
                rows.append(replace(row, line=0))
        return rows


def _arxiv_query(words: str) -> str:
    """A query in arXiv's own language as it is; of other words every one has to be somewhere in the paper."""
    if _ARXIV_FIELD.search(words):
        return words
    if words.startswith('"') and words.endswith('"'):
        return f"all:{words}"
    return " AND ".join(f"all:{word}" for word in normalise(words).split())
