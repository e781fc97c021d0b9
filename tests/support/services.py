"""Answers by path -> a service of papers on this machine that gives them, and what it was asked."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from support import endpoint
from support.endpoint import Exchange, Server, Step

Answer = bytes | Step
NEWCOMER_TITLE = "A Newcomer among Violins"
_PAPER = {
    "DOI": "10.1234/newcomer",
    "title": [NEWCOMER_TITLE],
    "abstract": "<jats:p>A newcomer plays violins.</jats:p>",
    "author": [{"given": "Ada", "family": "Byron"}],
    "issued": {"date-parts": [[2024, 5, 2]]},
}
NEWCOMER = json.dumps({"status": "ok", "message-type": "work", "message": _PAPER}).encode()
"""What Crossref answers for 10.1234/newcomer."""


@dataclass(frozen=True)
class Question:
    """What one request asked."""

    path: str
    parameters: dict[str, str]
    headers: dict[str, str]


def asked(server: Server) -> list[Question]:
    """Every request, in order."""
    parts = [(urlsplit(request.path), request.headers) for request in server.requests]
    return [
        Question(part.path, {name: values[0] for name, values in parse_qs(part.query).items()}, headers)
        for part, headers in parts
    ]


@contextmanager
def serve(answers: Mapping[str, Answer]) -> Iterator[Server]:
    """Give the answer whose key a path and its query have in them, the first that fits; else status 404.

    Each answer has an ETag, and who names it is told that nothing changed.
    """

    def step(exchange: Exchange) -> None:
        answer = next((answer for key, answer in answers.items() if key in exchange.request_made.path), None)
        if answer is None:
            endpoint.answers(404, b"Resource not found.", "text/plain")(exchange)
        elif not isinstance(answer, bytes):
            answer(exchange)
        elif exchange.request_made.headers.get("if-none-match") == _etag(answer):
            exchange.send_response(304)
            exchange.end_headers()
        else:
            endpoint.answers(200, answer, "application/octet-stream", ETag=_etag(answer))(exchange)

    with endpoint.serve(step) as server:
        yield server


def environment(server: Server) -> dict[str, str]:
    """The variables that lead every service to this one."""
    base = server.url.removesuffix("/v1")
    return {
        "ASSISTANT_ARXIV_URL": f"{base}/arxiv",
        "ASSISTANT_CROSSREF_URL": f"{base}/crossref",
        "ASSISTANT_SEMANTIC_SCHOLAR_URL": f"{base}/scholar",
        "ASSISTANT_DAILY_PAPERS_URL": f"{base}/daily",
    }


def _etag(answer: bytes) -> str:
    return f'"{len(answer)}"'


@dataclass
class Clock:
    """A clock that only moves when somebody sleeps."""

    now: float = 1_000_000.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
