"""Settings and environment -> what fetches papers from services, and what may be named to it."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from assistant.domain.callbacks import OnMessage, OnProgress
from assistant.domain.errors import UsageError
from assistant.domain.identifiers import global_ids, identity
from assistant.domain.records import Entry, Paper, Rejection
from assistant.domain.titles import normalise
from assistant.ingest.services.base import Service
from assistant.models.cache import cache_folder

if TYPE_CHECKING:
    from assistant.ingest.services.fetching import Fetcher

SEARCHED = ("arxiv", "crossref", "semantic-scholar")
"""The services that can be searched, and asked about papers that are held."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a user named."""

    names: Sequence[str] = ()
    """Ids and addresses of papers."""
    lists: Sequence[str] = ()
    """Files of any format, of whose papers the ids are named."""
    days: Sequence[date] = ()
    """Days of Daily Papers."""
    searches: Sequence[tuple[str, str]] = ()
    """(one of `SEARCHED`, words)."""
    limit: int = 25
    """The most papers of each search."""


def fetch(
    wanted: Wanted, environment: Mapping[str, str], on_message: OnMessage, on_progress: OnProgress
) -> Iterator[Entry | Rejection]:
    """The papers that were named, and nothing else. Raises `UsageError` before anything is asked for a name that is
    none; `ServiceError` where a service cannot be reached or fails."""
    from assistant.ingest.services import names

    papers = names.parse([*wanted.names, *_listed_ids(wanted.lists)])
    searches = [(service(name), words) for name, words in wanted.searches]
    if any(not words.strip() for _, words in searches):
        raise UsageError("give words to search for")
    return _fetched(papers.arxiv, papers.dois, searches, wanted, environment, on_message, on_progress)


def _listed_ids(paths: Sequence[str]) -> Iterator[str]:
    """The arXiv id, else the DOI, of every paper of these files; raises `UsageError` where there is none."""
    from assistant import ingest

    rows = list(ingest.read(paths, None, date.today(), needs_abstracts=False)) if paths else []
    ids = [global_ids((row.id or "", *row.aliases)) for row in rows if isinstance(row, Entry)]
    if paths and not any(ids):
        raise UsageError("has no paper with an arXiv id or a DOI", path=", ".join(paths)[:200])
    yield from (found[0] for found in ids if found)


def facts(
    paths: Sequence[str],
    services: Sequence[str],
    papers: Sequence[Paper],
    environment: Mapping[str, str],
    on_message: OnMessage,
    on_progress: OnProgress,
) -> Iterator[Entry | Rejection]:
    """What files say of any papers, and services of these papers: asked for by id, else by title. Raises as `fetch`."""
    from assistant import ingest

    yield from ingest.read(paths, None, date.today(), needs_abstracts=False)
    for name in services:
        yield from _facts(service(name), papers, environment, on_message, on_progress)


def service(name: str) -> Service:
    """The service of a name of `SEARCHED`; raises `UsageError` for another."""
    from assistant.ingest.services import base

    services = {service.name: service for service in (base.ARXIV, base.CROSSREF, base.SEMANTIC_SCHOLAR)}
    if name not in services:
        raise UsageError(f"there is no service {name[:80]!r}", cure=f"name one of {', '.join(SEARCHED)}")
    return services[name]


def _fetched(
    ids: Sequence[str],
    dois: Sequence[str],
    searches: Sequence[tuple[Service, str]],
    wanted: Wanted,
    environment: Mapping[str, str],
    on_message: OnMessage,
    on_progress: OnProgress,
) -> Iterator[Entry | Rejection]:
    with _fetcher(environment, on_message, on_progress) as fetcher:
        yield from fetcher.by_arxiv_id(ids)
        yield from fetcher.by_doi(dois)
        for day in wanted.days:
            yield from fetcher.daily(day)
        for searched, words in searches:
            yield from fetcher.search(searched, words, wanted.limit)


def _facts(
    service: Service,
    papers: Sequence[Paper],
    environment: Mapping[str, str],
    on_message: OnMessage,
    on_progress: OnProgress,
) -> Iterator[Entry | Rejection]:
    """What a service says of papers: those that it knows by an id, then those that have to be searched for."""
    from assistant.ingest.services.base import ARXIV, CROSSREF

    ids = {paper.id: global_ids((paper.id, *paper.aliases)) for paper in papers}
    known = {paper.id: _known(ids[paper.id], service is not CROSSREF, service is not ARXIV) for paper in papers}
    with _fetcher(environment, on_message, on_progress, needs_abstracts=False) as fetcher:
        if service is ARXIV:
            yield from fetcher.by_arxiv_id([id for id in known.values() if id])
        for number, paper in enumerate(papers):
            on_progress("asking", number, len(papers))
            id = known[paper.id]
            if id and service is not ARXIV:
                yield from fetcher.by_id(service, id)
            elif not id:
                title, near = normalise(paper.title), fetcher.by_title(service, paper.title)
                yield from (row for row in near if normalise(row.listing.title) == title)


def _known(ids: Sequence[str], takes_arxiv: bool, takes_doi: bool) -> str:
    """The id by which a service knows a paper; "" where it has to be searched for."""
    kinds = {identity(id).partition(":")[0]: id for id in ids}
    return (kinds.get("arxiv", "") if takes_arxiv else "") or (kinds.get("doi", "") if takes_doi else "")


@contextlib.contextmanager
def _fetcher(
    environment: Mapping[str, str], on_message: OnMessage, on_progress: OnProgress, *, needs_abstracts: bool = True
) -> Iterator["Fetcher"]:
    from assistant.ingest import ReadContext
    from assistant.ingest.services.client import Client
    from assistant.ingest.services.fetching import Fetcher

    with Client(cache_folder(environment) / "services", environment, on_message) as client:
        yield Fetcher(client, ReadContext(None, date.today(), needs_abstracts), on_progress)
