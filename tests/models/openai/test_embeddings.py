import json
import socket
import traceback
from typing import Any

import numpy as np
import pytest
from support.embeddings_endpoint import Answer, Handler, Server, item, listed, server, vectors_of_lengths

from assistant.domain.errors import ModelError, UsageError
from assistant.models.base import Embedder
from assistant.models.openai.embeddings import OpenAIEmbedder

__all__ = ["server"]

KEY = "sk-secret-0123456789"


def replying(status: int, body: bytes, **headers: str) -> Answer:
    return lambda handler, request: handler.reply(status, body, **headers)


def embedder(server: Server, **settings: Any) -> OpenAIEmbedder:
    return OpenAIEmbedder("m", key=KEY, base_url=server.url, **settings)


def test_vectors_come_in_the_order_of_the_texts_with_length_one(server: Server) -> None:
    heard: list[int] = []
    texts = ["a" * (1 + place % 7) for place in range(70)]
    vectors = embedder(server).embed(texts, heard.append)
    rows = np.array([[len(text), 1.0] for text in texts])
    assert vectors == pytest.approx(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    assert vectors.dtype == np.float32
    assert heard == [32, 64, 70]
    assert [(asked["path"], asked["key"], asked["model"]) for asked in server.asked] == [
        ("/v1/embeddings", f"Bearer {KEY}", "m")
    ] * 3


def test_it_says_what_it_is(server: Server) -> None:
    port: Embedder = embedder(server)
    assert port.dimension == 2
    assert port.fingerprint == f"m@127.0.0.1:{server.server_address[1]}/v1/8000"
    assert port.embed([]).shape == (0, 2)
    assert len(server.asked) == 1
    assert KEY not in repr(port)


def test_texts_that_endpoints_refuse_are_made_sendable(server: Server) -> None:
    embedder(server, longest=5).embed(["", " \n", "\ud800", "long enough to cut"])
    assert server.asked[0]["input"] == [".", ".", "?", "long "]


def test_a_passing_failure_is_tried_again(server: Server) -> None:
    def once(handler: Handler, request: dict[str, Any]) -> None:
        server.answer = vectors_of_lengths
        handler.reply(503, b"{}", retry_after_ms="1")

    server.answer = once
    assert embedder(server).embed(["a"]).shape == (1, 2)
    assert len(server.asked) == 2


def test_a_lasting_failure_is_tried_three_times_in_all(server: Server) -> None:
    server.answer = replying(429, b'{"error": {"message": "too many"}}', retry_after_ms="1")
    with pytest.raises(ModelError, match=r"m at .* failed \(status 429.*too many"):
        embedder(server).embed(["a"])
    assert len(server.asked) == 3


def test_the_key_is_in_no_message(server: Server) -> None:
    server.answer = replying(401, json.dumps({"error": {"message": f"bad key {KEY}\x1b[31m"}}).encode())
    with pytest.raises(ModelError) as caught:
        embedder(server).embed(["a"])
    assert "bad key ***" in str(caught.value)
    assert not {KEY, "\x1b"} & set(str(caught.value).split())
    assert "\x1b" not in str(caught.value)


def test_no_redirect_is_followed(server: Server) -> None:
    server.answer = replying(302, b"", Location=f"{server.url}/elsewhere")
    with pytest.raises(ModelError, match="status 302"):
        embedder(server).embed(["a"])
    assert {asked["path"] for asked in server.asked} == {"/v1/embeddings"}


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
def test_a_reply_is_believed_only_where_it_is_one(server: Server, body: bytes) -> None:
    server.answer = replying(200, body)
    with pytest.raises(ModelError, match=r"m at .* failed \((the|a vector of the) reply"):
        embedder(server).embed(["a", "b"])


def test_a_reply_that_quotes_a_secret_is_not_quoted(server: Server) -> None:
    server.answer = replying(200, listed([item(0, [KEY])]))
    with pytest.raises(ModelError, match="not a list of 1 vectors: ValueError") as caught:
        embedder(server).embed(["a"])
    assert KEY not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("key", ["kéy-0123456789", "sk-a\nInjected: yes", "sk 0123456789"])
def test_a_key_that_no_header_can_hold_is_refused_without_showing_it(server: Server, key: str) -> None:
    with pytest.raises(ModelError, match="the key holds characters that no key has") as caught:
        OpenAIEmbedder("m", key=key, base_url=server.url).embed(["a"])
    assert key[:5] not in "".join(traceback.format_exception(caught.value))
    assert server.asked == []


def test_the_dimension_may_not_change(server: Server) -> None:
    with pytest.raises(ModelError, match="vectors of 2 numbers came where 3 were expected"):
        embedder(server, dimension=3).embed(["a"])


def test_a_reply_that_never_ends_is_left_at_the_deadline(server: Server) -> None:
    def endless(handler: Handler, request: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b" ")
        except OSError:
            return

    server.answer = endless
    with pytest.raises(ModelError, match=r"the reply took longer than 0\.3 seconds"):
        embedder(server, deadline=0.3).embed(["a"])


def test_silence_and_a_broken_connection_are_failures() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        with pytest.raises(ModelError, match="no answer in time"):
            OpenAIEmbedder("m", key="", base_url=url, deadline=0.15).embed(["a"])
    with pytest.raises(ModelError, match="the connection failed"):
        OpenAIEmbedder("m", key="", base_url=url).embed(["a"])


def test_an_answer_cut_off_is_a_failure(server: Server) -> None:
    def short(handler: Handler, request: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"data": [')

    server.answer = short
    with pytest.raises(ModelError, match="the connection failed"):
        embedder(server).embed(["a"])


@pytest.mark.parametrize("url", ["nowhere", "http://[::1", "ftp://127.0.0.1/v1", "http://host:port/v1", "https://"])
def test_an_address_that_is_none_is_refused_at_once(url: str) -> None:
    with pytest.raises(UsageError, match="is not the address of an endpoint"):
        OpenAIEmbedder("m", key=KEY, base_url=url)


PASSWORD = "hunter2/secret"


def test_a_password_in_the_address_is_shown_nowhere(server: Server) -> None:
    url = server.url.replace("http://", f"http://me:{PASSWORD.replace('/', '%2F')}@")
    port = OpenAIEmbedder("m", key=KEY, base_url=f"{url}?token=hunter2")
    assert repr(port) == f"OpenAIEmbedder('m', base_url='{server.url}')"
    assert port.fingerprint == embedder(server).fingerprint
    server.answer = replying(401, json.dumps({"error": {"message": f"no {PASSWORD}, {url}, {KEY}"}}).encode())
    with pytest.raises(ModelError, match=r"m at http://127.0.0.1:\d+/v1 failed \(status 401") as caught:
        port.embed(["a"])
    for secret in ("hunter2", KEY):
        assert secret not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("url", ["http://me:hunter2@[::1", "ftp://me:hunter2@127.0.0.1", "http://me:hunter2/x@host"])
def test_an_address_that_is_none_shows_no_password(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        OpenAIEmbedder("m", key=KEY, base_url=url)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))
