"""What an endpoint may do wrong, on whichever path it is asked, and what asks it: a chat model and an embedder."""

import gzip
import traceback
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

import pytest
from support.endpoint import (
    Exchange,
    Server,
    Step,
    answers,
    chunk,
    drips,
    floods,
    hangs,
    informs,
    serve,
    streams,
)

from assistant.domain.errors import ModelError
from assistant.models.base import Message
from assistant.models.openai.chat import OpenAIModel
from assistant.models.openai.embeddings import OpenAIEmbedder

Case = TypeVar("Case")
Outcome = TypeVar("Outcome")
KEY = "sk-secret-0123456789abcdef"

Ask = Callable[[str, str, float], object]
"""(address, key, deadline in seconds) -> whatever the endpoint replied."""


def _chat(url: str, key: str, deadline: float) -> object:
    return OpenAIModel("m", key=key, base_url=url, silence=deadline).reply([Message("user", "Why?")])


def _embeddings(url: str, key: str, deadline: float) -> object:
    return OpenAIEmbedder("m", key=key, base_url=url, deadline=deadline).embed(["Why?"])


PATHS: dict[str, Ask] = {"chat": _chat, "embeddings": _embeddings}


def failure(
    ask: Ask, script: Step | list[Step], *, key: str = KEY, deadline: float = 5.0
) -> tuple[ModelError, list[str], Server]:
    """Return the error, the lines of its traceback, and the server that was asked."""
    with serve(script) as server, pytest.raises(ModelError) as caught:
        ask(server.url, key, deadline)
    return caught.value, traceback.format_exception(caught.value), server


def at_once(work: Callable[[Case], Outcome], cases: Iterable[Case]) -> list[Outcome]:
    """Return what the work makes of each case, all done at the same time: they mostly wait."""
    every = list(cases)
    with ThreadPoolExecutor(len(every)) as pool:
        return list(pool.map(work, every))


@cache
def _bomb() -> bytes:
    return gzip.compress(bytes(200_000_000), 1)


def _bombs(status: int) -> Step:
    return lambda exchange: answers(status, _bomb(), content_encoding="gzip")(exchange)


def _endless_head(exchange: Exchange) -> None:
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not exchange.wait(0):
        exchange.wfile.write(b"X-Filler: " + b"x" * 60_000 + b"\r\n")


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
LATE: dict[str, Step] = {
    "hangs": hangs,
    "drips its body": drips(b'{"data": [' + b" " * 999),
    "drips its head": drips(HEAD + b"X-Filler: " + b"x" * 999, head=b"HTTP/1.1 "),
    "drips an error": drips(b'{"error": {"message": "' + b"x" * 999, head=b"HTTP/1.1 401 No\r\n\r\n"),
    "stalls at once": streams(then="stall"),
    "stalls midway": streams(chunk(), then="stall"),
    "sends comments for ever": drips(b": wait\n\n" * 999),
    "informs for ever": informs,
}
"""Each takes for ever."""

FLOODS: dict[str, tuple[Step, str]] = {
    "of an error": (floods(401), "larger than"),
    "of a reply": (floods(200), "larger than"),
    "of a head": (_endless_head, "the connection failed"),
    "unpacked from an error": (_bombs(401), "compressed (gzip)"),
    "unpacked from a reply": (_bombs(200), "compressed (gzip)"),
}
