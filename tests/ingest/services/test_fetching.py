"""Searches and days of papers over several pages, and what is arXiv's own language."""

import json
from datetime import date
from pathlib import Path

import pytest
from support import endpoint, services
from support.endpoint import Exchange, Server
from support.pages import TODAY

from assistant.domain.records import Entry
from assistant.ingest import ReadContext
from assistant.ingest.services.base import ARXIV, SEMANTIC_SCHOLAR
from assistant.ingest.services.client import Client
from assistant.ingest.services.fetching import Fetcher

DAY = date(2026, 3, 6)
FEED = b'<feed xmlns="http://www.w3.org/2005/Atom"></feed>'


def fetcher(server: Server, folder: Path, messages: list[str]) -> Fetcher:
    client = Client(folder, services.environment(server), messages.append)
    return Fetcher(client, ReadContext(None, TODAY, needs_abstracts=False))


def day(begin: int, count: int) -> bytes:
    """Papers of a day by number."""
    papers = [{"id": f"2603.{number:05}", "title": f"T{number}", "summary": "S."} for number in range(begin, count)]
    return json.dumps([{"paper": paper, "publishedAt": "2026-03-06T00:00:00.000Z"} for paper in papers]).encode()


@pytest.mark.parametrize(("second", "count"), [(day(100, 130), 130), (day(0, 100), 100), (b"[]", 100)])
def test_a_day_of_more_than_a_hundred_papers_comes_whole(second: bytes, count: int, tmp_path: Path) -> None:
    with services.serve({"p=1": second, "/daily": day(0, 100)}) as server:
        rows = list(fetcher(server, tmp_path, []).daily(DAY))
    assert [row.id for row in rows if isinstance(row, Entry)] == [f"2603.{number:05}" for number in range(count)]


def test_a_search_keeps_what_came_before_the_service_gives_no_more(tmp_path: Path) -> None:
    def step(exchange: Exchange) -> None:
        if "offset=200" in exchange.request_made.path:
            return endpoint.answers(400, b"not available", "text/plain")(exchange)
        start = 100 * ("offset=100" in exchange.request_made.path)
        papers = [{"paperId": f"{number}", "title": f"T{number}"} for number in range(start, start + 100)]
        return endpoint.answers(200, {"data": papers})(exchange)

    messages: list[str] = []
    with services.serve({"/scholar": step}) as server:
        rows = list(fetcher(server, tmp_path, messages).search(SEMANTIC_SCHOLAR, "trees", 2_000))
    assert [row.listing.title for row in rows if isinstance(row, Entry)] == [f"T{number}" for number in range(200)]
    assert messages == ["semantic-scholar gives no more than the first 200 papers of a search"]


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("Mexico: inequality", "all:mexico AND all:inequality"),
        ("overall:good", "all:overall AND all:good"),
        ("ti:trees AND au:ash", "ti:trees AND au:ash"),
        ("(cat:cs.LG)", "(cat:cs.LG)"),
    ],
)
def test_only_a_field_of_arxiv_makes_a_query_its_own_language(words: str, query: str, tmp_path: Path) -> None:
    with services.serve({"/arxiv": FEED}) as server:
        list(fetcher(server, tmp_path, []).search(ARXIV, words, 1))
        assert services.asked(server)[0].parameters["search_query"] == query
