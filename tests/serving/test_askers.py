"""Several who ask the endpoint for chat at once, and those who leave before they are answered."""

import contextlib
import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import httpx
import openai
import pytest
from support import endpoint
from support.endpoint import Exchange
from support.serving import PATIENCE, QUESTION, client, library, serve, user

import assistant
from assistant.domain.callbacks import OnToken
from assistant.models.base import Message, Reply
from assistant.serving.limits import Limits
from assistant.testing import HashingEmbedder


class Slow:
    """A model that writes once the test says so, and counts who asks at the same time."""

    name = "slow"

    def __init__(self, together: int) -> None:
        self.all_here, self.go = Event(), Event()
        self._together = together
        self._asking: list[int] = []

    def reply(
        self, messages: Sequence[Message], on_token: OnToken | None = None, schema: Mapping[str, object] | None = None
    ) -> Reply:
        self._asking.append(1)
        if len(self._asking) == self._together:
            self.all_here.set()
        assert self.go.wait(PATIENCE)
        return Reply("The library does not hold the answer.", self.name)


@pytest.fixture
def slow() -> Iterator[Slow]:
    model = Slow(3)
    yield model
    model.go.set()


def test_several_wait_for_the_model_at_once_while_others_use_the_library_and_too_many_are_told_when(
    folder: Path, slow: Slow
) -> None:
    with serve(library(folder, slow), limits=Limits(askers=4, waiting=0)) as served, ThreadPoolExecutor(4) as pool:
        asked = client(served)

        def ask(model: str) -> Any:
            return asked.chat.completions.create(model=model, messages=[user(QUESTION)])

        waiting = [pool.submit(ask, "assistant") for _ in range(3)]
        assert slow.all_here.wait(PATIENCE)
        assert ask("assistant-quotes").choices[0].message.content  # by the one library, which is free meanwhile
        waiting.append(pool.submit(ask, "assistant"))
        while served.desk.count < 4:
            pass
        with pytest.raises(openai.RateLimitError) as refused:
            ask("assistant")
        assert refused.value.response.headers["retry-after"] == "5"
        assert refused.value.code == "rate_limit_exceeded"
        slow.go.set()
        assert all(future.result(PATIENCE).choices for future in waiting)


@pytest.mark.parametrize("is_streamed", [False, True])
def test_who_leaves_is_waited_for_no_longer_and_the_model_is_told(folder: Path, is_streamed: bool) -> None:
    begun, left = Event(), Event()

    def step(exchange: Exchange) -> None:
        begun.set()
        try:
            exchange.begin()
            while not exchange.wait(0.01):
                exchange.send(b": thinking\n\n")
        except OSError:
            left.set()  # the connection was closed before a word came

    with endpoint.serve(step) as remote:
        environment = {"OPENAI_BASE_URL": remote.url, "OPENAI_API_KEY": "k"}
        opened = assistant.open_library(
            folder, embedder=HashingEmbedder(32), model="m", reranker="none", environment=environment
        )
        body = {"messages": [user(QUESTION)], "stream": is_streamed}
        with serve(opened) as served, served.client() as leaving:
            with (
                leaving.stream("POST", "/v1/chat/completions", json=body, timeout=PATIENCE)
                if is_streamed
                else (_abandoned(leaving, body, begun))
            ):
                assert begun.wait(PATIENCE)
            leaving.close()
            assert left.wait(PATIENCE)
            while served.desk.count:
                pass


def _abandoned(client: httpx.Client, body: dict[str, Any], begun: Event) -> Any:
    """Send a request and leave before it is answered."""
    parts = urlsplit(str(client.base_url))
    connection = socket.create_connection((parts.hostname, parts.port))
    content = json.dumps(body).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(content)}\r\n\r\n"
    connection.sendall(head.encode() + content)
    return contextlib.closing(connection)
