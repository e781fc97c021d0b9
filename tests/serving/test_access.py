"""Who may ask a server: by which name, from which pages, with which token, and how much at once."""

import base64
import contextlib
import socket
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from support.serving import PATIENCE, Served, library, serve

import assistant
from assistant.domain.errors import UsageError
from assistant.serving.access import Access
from assistant.serving.limits import Limits
from assistant.testing import HashingEmbedder

BODY = {"messages": [{"role": "user", "content": "moss and granite"}]}


def test_a_name_that_is_not_ours_is_refused_for_it_may_have_been_led_here(quoting: Served) -> None:
    port = quoting.url.rpartition(":")[2]
    for host in ("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", "10.0.0.7", ""):
        assert httpx.get(f"{quoting.url}/v1/models", headers={"Host": host}).status_code in (400, 421)
    for host in (f"localhost:{port}", f"127.0.0.1:{port}", f"[::1]:{port}", "LocalHost"):
        assert httpx.get(f"{quoting.url}/v1/models", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/v1/chat/completions"])
def test_pages_of_other_sites_may_not_ask(quoting: Served, path: str) -> None:
    for origin in ("https://evil.example", "null", quoting.url.replace("http:", "https:") + "0"):
        done = httpx.post(f"{quoting.url}{path}", json=BODY, headers={"Origin": origin})
        assert (done.status_code, done.json()["error"]["code"]) == (403, "wrong_origin")
        assert "access-control-allow-origin" not in done.headers
    assert httpx.get(f"{quoting.url}/v1/models", headers={"Origin": quoting.url}).status_code == 200


def test_a_token_is_asked_for_as_bearer_or_as_the_password_of_a_browser(folder: Path) -> None:
    library = assistant.open_library(folder, embedder=HashingEmbedder(32), model="none", reranker="none")
    access = Access(token="open-sesame", origins=("https://chat.example",))
    with serve(library, access, Limits(body=2_000)) as served:
        right = base64.b64encode(b"anyone:open-sesame").decode()
        for authorization, status in (
            ("Bearer open-sesame", 200),
            (f"Basic {right}", 200),
            ("Bearer open-sesam", 401),
            ("Bearer", 401),
            ("Basic !", 401),
            ("Digest open-sesame", 401),
            ("", 401),
        ):
            done = httpx.get(f"{served.url}/v1/models", headers={"Authorization": authorization})
            assert done.status_code == status, authorization
        asked = httpx.get(served.url, headers={"Accept": "text/html"})
        assert (asked.status_code, asked.headers["www-authenticate"][:5]) == (401, "Basic")
        assert "www-authenticate" not in httpx.get(f"{served.url}/v1/models").headers
        assert httpx.get(f"{served.url}/health").json() == {"status": "ok", "questions": 0}
        token = {"Authorization": "Bearer open-sesame"}
        large = httpx.post(f"{served.url}/v1/chat/completions", content=b"x" * 2_001, headers=token)
        assert (large.status_code, large.json()["error"]["code"]) == (413, "request_too_large")
        endless = httpx.post(f"{served.url}/v1/chat/completions", content=iter([b"x" * 999] * 9), headers=token)
        assert endless.status_code == 413
        headers = "authorization, content-type, x-stainless-os, mcp-session-id"  # as OpenAI's and MCP's clients send
        asking = {
            "Origin": "https://chat.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": headers,
        }
        allowed = httpx.options(f"{served.url}/v1/chat/completions", headers=asking)
        assert (allowed.status_code, allowed.headers["access-control-allow-headers"]) == (200, headers)
        assert allowed.headers["access-control-allow-origin"] == "https://chat.example"
        strange = httpx.options(f"{served.url}/v1/models", headers={**asking, "Origin": "https://evil.example"})
        assert (strange.status_code, "access-control-allow-origin" in strange.headers) == (400, False)
        done = httpx.get(f"{served.url}/v1/models", headers={**token, "Origin": "https://chat.example"})
        assert (done.status_code, done.headers["access-control-allow-origin"]) == (200, "https://chat.example")


@pytest.mark.parametrize("piece", [b"", b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n"])
def test_a_head_that_never_comes_whole_is_not_waited_for(folder: Path, piece: bytes) -> None:
    with serve(library(folder), limits=Limits(upload=1)) as served:
        address = urlsplit(served.url)
        with socket.create_connection((address.hostname, address.port or 0), timeout=PATIENCE) as connection:
            connection.sendall(piece)
            assert connection.recv(100) == b""
        assert httpx.get(f"{served.url}/health").json()["status"] == "ok"


def test_a_body_that_has_not_come_whole_does_not_keep_a_server_from_ending(folder: Path) -> None:
    with serve(library(folder)) as served:
        address = urlsplit(served.url)
        connection = socket.create_connection((address.hostname, address.port or 0), timeout=PATIENCE)
        connection.sendall(b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n{")
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")  # it waits for the rest
    with connection:
        assert connection.recv(100) == b""


def test_a_head_without_end_is_refused(folder: Path) -> None:
    with serve(library(folder)) as served:
        address = urlsplit(served.url)
        with socket.create_connection((address.hostname, address.port or 0), timeout=PATIENCE) as connection:
            with contextlib.suppress(ConnectionError):  # it may hang up while this is sent
                connection.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 500_000)
            with contextlib.suppress(ConnectionError):
                assert connection.recv(100).startswith(b"HTTP/1.1 400 ")


def test_what_others_reach_needs_a_token() -> None:
    for host in ("127.0.0.1", "::1", "[::1]", "localhost"):
        Access(host).check()
    for host in ("0.0.0.0", "::", "192.168.1.2", "papers.example.org"):
        with pytest.raises(UsageError, match=f"to listen on {host} takes a token"):
            Access(host).check()
        Access(host, "secret").check()
    with pytest.raises(UsageError, match="visible ASCII"):
        Access("127.0.0.1", "two words").check()
