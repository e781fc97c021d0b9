"""Every fault of an endpoint on both paths: an error within the deadline, in bounded memory, without the key."""

import base64
import contextlib
import errno
import html
import itertools
import json
import logging
import re
import resource
import socket
import threading
from urllib.parse import quote

import pytest
from support.endpoint import Step, answers, refuses, serve
from support.faults import FLOODS, KEY, LATE, PATHS, Ask, at_once, failure

from assistant.domain.errors import ModelError
from assistant.models.openai import deadline

both = pytest.mark.parametrize("ask", PATHS.values(), ids=PATHS)


@pytest.fixture(autouse=True, scope="module")
def warm() -> None:
    """The client loads much of itself at the first request, which is not the endpoint's time."""
    for ask in PATHS.values():
        failure(ask, refuses(401, "Warm."))


def is_late(ask: Ask, step: Step) -> bool:
    """Whether the failure is that of a deadline, after one request."""
    error, _, server = failure(ask, step, deadline=0.3)
    says_so = re.match(r"(no whole reply within|no word of a reply for) 0\.3 seconds", error.cause)
    return says_so is not None and len(server.requests) <= 1  # none where the time is over before: a busy machine


def test_the_deadline_holds_whatever_the_endpoint_does() -> None:
    before = set(threading.enumerate())
    cases = list(itertools.product(PATHS, LATE))
    late = at_once(lambda case: is_late(PATHS[case[0]], LATE[case[1]]), cases)
    assert dict(zip(cases, late, strict=True)) == dict.fromkeys(cases, True)
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()


@both
def test_the_deadline_holds_where_the_endpoint_asks_to_wait(ask: Ask) -> None:
    """The client sleeps on; it asks nothing more when it wakes."""
    assert is_late(ask, refuses(429, "slow down", retry_after="30"))


def test_nothing_that_has_arrived_is_read_once_a_call_is_over() -> None:
    """An endpoint that announces a reply for ever would else keep its reader busy, and wait for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname(), timeout=30)
        theirs, _ = server.accept()
        with ours, theirs:
            theirs.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                while True:
                    theirs.send(b"HTTP/1.1 103 Early Hints\r\n\r\n" * 1_000)
            assert ours.recv(1) == b"H"
            deadline.break_off(ours)
            assert ours.recv(65_536) == b""
            ours.close()
            # It waits for room, and is told at once that there will be none.
            assert theirs.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.EPIPE


def test_what_was_answered_before_the_deadline_is_told() -> None:
    slow = refuses(429, "slow down", retry_after="59")
    for error, _, server in at_once(lambda ask: failure(ask, slow, deadline=2), PATHS.values()):
        assert len(server.requests) == 1
        assert re.match(r"no .* 2 seconds, after an answer of status 429$", error.cause)


@both
@pytest.mark.parametrize(("step", "cause"), FLOODS.values(), ids=FLOODS)
def test_a_flood_ends_in_bounded_memory(ask: Ask, step: Step, cause: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    error, _, _ = failure(ask, step, deadline=60)
    assert cause in error.cause
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


@both
def test_a_redirect_is_not_followed(ask: Ask) -> None:
    with serve(answers(200)) as other:
        error, _, server = failure(ask, answers(302, location=f"{other.url}/{KEY}"))
    assert error.cause.endswith(f"it redirects to {other.url}/***")
    assert (len(server.requests), other.requests) == (1, [])


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


PAIR = base64_of(f"me:{KEY}:x")
ECHOES = {
    "whole": (KEY, "***"),
    "quoted": (repr(f"Bearer {KEY}\n".encode()), r"b'Bearer ***\n'"),
    "without its end": (KEY[:-4], "***"),
    "without its beginning": (KEY[4:], "***"),
    "a part": (f"{KEY[6:16]}...", "***"),
    "less than a part": (KEY[-7:], KEY[-7:]),
    "as base64": (base64_of(KEY), "***="),
    # Seven bytes are nine letters and a part of the next; of 26 the 35th letter holds the last bits, and two of ":": 0.
    "as base64 of the header": (base64_of(f"Bearer {KEY}"), "QmVhcmVyIH***"),
    "as base64 of a pair": (PAIR, f"bWU6***{PAIR[4 + 35 :]}"),
    "all of it percent-encoded": ("".join(f"%{ord(letter):02X}" for letter in KEY), "***"),
    "as hexadecimal": (KEY.encode().hex(), "***"),
    "as JSON": (json.dumps({"key": KEY}), '{"key": "***"}'),
}


@both
@pytest.mark.parametrize(("echo", "shown"), ECHOES.values(), ids=ECHOES)
def test_the_key_is_masked_in_every_form(ask: Ask, echo: str, shown: str) -> None:
    error, lines, server = failure(ask, refuses(401, f"Incorrect API key: {echo}"), key=f" {KEY}\r\n")
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert error.cause == f"status 401: Incorrect API key: {shown}"
    assert not runs(KEY, 8) & runs("".join([*lines, str(error), repr(error)]), 8)


@both
def test_what_is_special_in_a_key_is_masked_however_it_is_escaped(ask: Ask) -> None:
    key = """sk-'a"/b+c%&d0123\\x"""
    echoes = [repr(key)[1:-1], json.dumps(key)[1:-1], quote(key, safe=""), html.escape(key)]
    for echo in echoes:
        assert failure(ask, refuses(401, f"no {echo}!"), key=key)[0].cause == "status 401: no ***!"


def runs(text: str, length: int) -> set[str]:
    return {text[start : start + length] for start in range(len(text) - length + 1)}


@both
@pytest.mark.parametrize("key", ["kéy-0123456789", "sk-a\nInjected: yes", "sk 0123456789", "sk-0123456789\r\n\tx"])
def test_a_key_that_no_header_can_hold_is_refused_before_anything_is_sent(ask: Ask, key: str) -> None:
    error, lines, server = failure(ask, answers(200), key=key)
    assert error.cause == "the key holds characters that no key has"
    assert key[:5] not in "".join(lines)
    assert server.requests == []


@both
def test_the_log_of_the_client_shows_no_key(ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    """Level DEBUG for all is more than OPENAI_LOG=debug sets."""
    password = "hunter2-in-the-address"
    before = set(logging.getLogger("httpx").filters)  # of calls whose client still sleeps
    with caplog.at_level(logging.DEBUG), serve(answers(302, location=f"/elsewhere?key={KEY}")) as server:
        url = server.url.replace("//", f"//me:{password}@")
        with pytest.raises(Exception, match="status 302"):
            ask(url, KEY, 5.0)
    assert {record.name.partition(".")[0] for record in caplog.records} >= {"openai", "httpx", "httpcore"}
    assert "'location'" in caplog.text
    for secret in (KEY, password, base64_of(f"me:{password}")):
        assert not runs(secret, 8) & runs(caplog.text, 8)
    assert set(logging.getLogger("httpx").filters) <= before


HOSTS = (
    "0.0.0.0", "127.1", "127.0.0.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost", "LocalHost.", "[::1]",
    "[::]", "[::ffff:127.0.0.1]", "x.localhost", "x.localhost.",
)  # fmt: skip


@both
def test_this_machine_is_asked_without_a_proxy(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(refuses(401, "proxy")) as proxy, serve(refuses(401, "asked directly")) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        urls = [server.url.replace("127.0.0.1", host) for host in HOSTS]  # it listens on one of these addresses only
        assert at_once(lambda url: error_of(ask, url), urls) == ["failed"] * len(urls)
    assert proxy.requests == []
    assert server.requests


def error_of(ask: Ask, url: str) -> str:
    """The last word of what a model at an address did."""
    with pytest.raises(ModelError) as caught:
        ask(url, KEY, 5.0)
    return caught.value.what.rpartition(" ")[2]


@both
def test_another_machine_is_asked_by_the_proxy(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(refuses(401, "by the proxy")) as proxy:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        with pytest.raises(Exception, match="by the proxy"):
            ask("http://host.example/v1", KEY, 5.0)
    assert len(proxy.requests) == 1


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "nonsense", "http://[::1"])
def test_a_proxy_that_cannot_be_used_is_told(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", proxy)
    assert at_once(lambda ask: error_of(ask, "http://host.example/v1"), PATHS.values()) == ["failed"] * 2
