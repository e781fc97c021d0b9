"""An embedding model behind an endpoint: what it is sent, in which batches, and which replies are believed."""

import os
import signal
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from support.endpoint import Exchange, Server, answers, embeds, hangs, item, listed, refuses, serve

from assistant.domain.errors import ModelError
from assistant.models.base import Embedder
from assistant.models.openai.embeddings import OpenAIEmbedder

KEY = "sk-secret-0123456789"
UNTIMED = 1e6  # seconds; however slow the machine is, an answer comes in time


@pytest.fixture
def server() -> Iterator[Server]:
    """An endpoint that embeds."""
    with serve(embeds) as running:
        yield running


def embedder(server: Server, **settings: Any) -> OpenAIEmbedder:
    return OpenAIEmbedder("m", key=KEY, base_url=server.url, **settings)


def sizes(server: Server) -> list[int]:
    """How many texts were in each request."""
    return [len(request.body["input"]) for request in server.requests]


def lengths(texts: list[str]) -> Any:
    """What the endpoint makes of the texts."""
    rows = np.array([[len(text), 1.0] for text in texts])
    return pytest.approx(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def test_vectors_come_in_the_order_of_the_texts_with_length_one(server: Server) -> None:
    heard: list[int] = []
    texts = ["a" * (1 + place % 7) for place in range(70)]
    vectors = embedder(server, deadline=UNTIMED).embed(texts, heard.append)
    assert vectors == lengths(texts)
    assert vectors.dtype == np.float32
    assert heard == [32, 70]
    for request in server.requests:
        assert (request.path, request.headers["authorization"]) == ("/v1/embeddings", f"Bearer {KEY}")
        assert (request.body["model"], request.body["encoding_format"]) == ("m", "float")


def test_it_says_what_it_is(server: Server) -> None:
    port: Embedder = embedder(server)
    assert port.dimension == 2
    assert port.fingerprint == f"m@127.0.0.1:{server.server_address[1]}/v1/8000"
    assert port.embed([]).shape == (0, 2)
    assert len(server.requests) == 1
    assert KEY not in repr(port)


def test_texts_that_endpoints_refuse_are_made_sendable(server: Server) -> None:
    embedder(server, longest=5).embed(["", " \n", "\ud800", "long enough to cut"])
    assert server.requests[0].body["input"] == [".", ".", "?", "long "]


def test_a_passing_failure_is_tried_again() -> None:
    with serve([refuses(503, "busy"), embeds]) as server:
        assert embedder(server).embed(["a"]).shape == (1, 2)
    assert len(server.requests) == 2


def test_a_lasting_failure_is_tried_three_times_in_all() -> None:
    with serve(refuses(429, "too many")) as server, pytest.raises(ModelError) as caught:
        embedder(server).embed(["a"])
    assert caught.value.what == f"the embedding model m at {server.url} failed"
    assert caught.value.cause == "status 429: too many"
    assert len(server.requests) == 3


def test_what_an_endpoint_says_is_shown_without_escapes() -> None:
    with serve(refuses(401, "bad\x1b[31m")) as server, pytest.raises(ModelError) as caught:
        embedder(server).embed(["a"])
    assert caught.value.cause == "status 401: bad\ufffd[31m"


BAD = {
    "no JSON": b"<html>",
    "no object": b"[]",
    "no data": b"{}",
    "data of another kind": b'{"data": 3}',
    "deep": b'{"data":' + b"[" * 100_000,
    "too few": listed([item(0, [1, 2])]),
    "too many": listed([item(index, [1, 2]) for index in range(3)]),
    "one twice": listed([item(0, [1, 2]), item(0, [1, 2]), item(1, [1, 2])]),
    "wrong places": listed([item(1, [1, 2]), item(2, [1, 2])]),
    "no places": listed([{"embedding": [1, 2]}, {"embedding": [1, 2]}]),
    "two dimensions": listed([item(0, [1, 2]), item(1, [1, 2, 3])]),
    "no numbers": listed([item(0, []), item(1, [])]),
    "words": listed([item(0, ["a", "b"]), item(1, ["a", "b"])]),
    "text": listed([item(0, "AAAA"), item(1, "AAAA")]),
    "zero": listed([item(0, [1, 2]), item(1, [0, 0])]),
    "not a number": listed([item(0, [1, 2]), item(1, [float("nan"), 1])]),
    "endless": listed([item(0, [1, 2]), item(1, [float("inf"), 1])]),
    "overflow": listed([item(0, [1e200, 1e200]), item(1, [1e308, 1e308])]),
    "huge whole number": listed([item(0, [1, 2]), item(1, [10**400, 1])]),
}


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_a_reply_is_believed_only_where_it_is_one(body: bytes) -> None:
    with serve(answers(200, body)) as server, pytest.raises(ModelError) as caught:
        embedder(server).embed(["a", "b"])
    assert caught.value.cause.startswith(("the reply", "a vector of the reply"))


def test_a_reply_that_quotes_a_secret_is_not_quoted() -> None:
    with serve(answers(200, listed([item(0, [KEY])]))) as server, pytest.raises(ModelError) as caught:
        embedder(server).embed(["a"])
    assert caught.value.cause == "the reply is not a list of 1 vectors: ValueError"
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("mark", [b"[],", b"{},", b"1,", b"[", b'"",'], ids=bytes.decode)
def test_a_reply_of_many_small_values_is_not_read(mark: bytes) -> None:
    body = b'{"data": [' + mark * 200_000  # one vector has 16,384 numbers at most
    with serve(answers(200, body)) as server, pytest.raises(ModelError) as caught:
        embedder(server).embed(["a"])
    assert caught.value.cause == "the reply is not a list of 1 vectors"


def test_the_dimension_may_not_change(server: Server) -> None:
    with pytest.raises(ModelError, match="vectors of 2 numbers came where 3 were expected"):
        embedder(server, dimension=3).embed(["a"])


def test_an_answer_cut_off_is_a_failure() -> None:
    def short(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")

    with serve(short) as server, pytest.raises(ModelError, match="the connection failed"):
        embedder(server).embed(["a"])


def test_batches_grow_while_answers_come_in_time(server: Server) -> None:
    port = embedder(server, deadline=UNTIMED)
    port.embed(["a"] * 700)
    assert sorted(sizes(server)) == sorted([32, 128, 128, 128, 128, 156])
    port.embed(["a"] * 9_000)
    assert max(sizes(server)) == 2_048


def test_a_batch_holds_so_many_characters_at_most(server: Server) -> None:
    embedder(server, deadline=UNTIMED).embed(["b" * 8_000] * 13)
    assert sorted(sizes(server)) == [1, 12]


def test_four_requests_are_under_way_at_once_and_their_vectors_are_in_order() -> None:
    together = threading.Barrier(4, timeout=60)

    def meets(exchange: Exchange) -> None:
        together.wait()
        embeds(exchange)

    texts = ["a" * (1 + place % 50) for place in range(32 + 4 * 128)]
    heard: list[int] = []
    with serve([embeds, meets]) as server:
        vectors = embedder(server, deadline=UNTIMED).embed(texts, heard.append)
    assert vectors == lengths(texts)
    assert sizes(server) == [32, 128, 128, 128, 128]
    assert heard == [32, 160, 288, 416, 544]


def test_the_first_failure_ends_all_requests() -> None:
    together = threading.Barrier(4, timeout=60)

    def meets(exchange: Exchange) -> None:
        (refuses(401, "no more") if together.wait() == 0 else hangs)(exchange)

    before = set(threading.enumerate())
    with serve([embeds, meets]) as server:
        with pytest.raises(ModelError, match="no more"):
            embedder(server, deadline=UNTIMED).embed(["a"] * 2_000)
        for thread in set(threading.enumerate()) - before:
            if thread.name == "call":
                thread.join(60)
                assert not thread.is_alive()
    assert sizes(server) == [32, 128, 128, 128, 128]


def test_ctrl_c_ends_all_requests() -> None:
    together = threading.Barrier(4, timeout=60)

    def interrupts(exchange: Exchange) -> None:
        if together.wait() == 0:
            os.kill(os.getpid(), signal.SIGINT)
        exchange.wait()

    with serve([embeds, interrupts]) as server, pytest.raises(KeyboardInterrupt):
        embedder(server, deadline=UNTIMED).embed(["a"] * 2_000)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_a_batch_that_is_refused_is_sent_in_parts(status: int) -> None:
    def takes_ten(exchange: Exchange) -> None:
        (embeds if len(exchange.request_made.body["input"]) <= 10 else refuses(status, "too many inputs"))(exchange)

    texts = ["a" * (1 + place % 50) for place in range(100)]
    with serve(takes_ten) as server:
        port = embedder(server, deadline=UNTIMED)
        assert port.embed(texts) == lengths(texts)
        assert sorted(sizes(server)) == [4, *[8] * 12, 32]
        assert port.embed(texts) == lengths(texts)
        assert sizes(server).count(32) == 1  # refused once is enough


def test_what_is_refused_in_any_number_is_told() -> None:
    with serve(refuses(400, "no such model")) as server, pytest.raises(ModelError) as caught:
        embedder(server).embed(["a"] * 100)
    assert caught.value.cause == "status 400: no such model"
    assert sizes(server) == [32, 8, 2, 1]


def test_parts_of_a_refused_batch_have_its_deadline() -> None:
    with serve([refuses(413, "too large"), hangs]) as server, pytest.raises(ModelError, match=r"within 0\.5 seconds"):
        embedder(server, deadline=0.5).embed(["a"] * 32)
    assert len(server.requests) <= 2
