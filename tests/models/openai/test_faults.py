"""A model behind an endpoint that hangs, drips, breaks off, floods or talks nonsense: an error, in bounds."""

import json
import resource
import socket
import threading
from typing import Any

import httpx
import openai
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.endpoint import Exchange, Step, answers, chunk, drips, encoded, repeats, says, serve, streams
from support.replies import ASKED, KEY, failure, warm

from assistant.domain.errors import ModelError
from assistant.models.base import Reply
from assistant.models.openai.chat import OpenAIModel

__all__ = ["warm"]

STRANGE = "not a reply of an OpenAI-compatible endpoint"
HALF = [chunk("Half"), chunk(" a reply")]


def test_tokens_that_are_taken_slowly_do_not_outlast_the_deadline() -> None:
    clock = threading.Event()
    with serve(streams(*[chunk("piece ")] * 50, then="stall")) as server:
        model = OpenAIModel("m", key=KEY, base_url=server.url, total=0.3)
        reply = model.reply(ASKED, lambda piece: _ignore(clock.wait(0.1)))
    assert reply.text.startswith("piece")
    assert (reply.cut, reply.break_cause) == (True, "no whole reply within 0.3 seconds")


def test_a_model_that_writes_slowly_is_not_late() -> None:
    """It takes longer than it may be silent."""
    with serve(drips(encoded(*[chunk("x")] * 8, chunk(finish="stop"), done=False), pause=0.001)) as server:
        reply = OpenAIModel("m", key=KEY, base_url=server.url, silence=1.0).reply(ASKED)
    assert reply == Reply("x" * 8, "scripted")


def test_thinking_is_no_silence() -> None:
    def thinks(exchange: Exchange) -> None:
        exchange.begin()
        for _ in range(4):
            exchange.send(encoded(_thought("Hm."), done=False))
            exchange.wait(0.2)
        exchange.send(encoded(chunk("Yes."), chunk(finish="stop")))
        exchange.end()

    heard: list[str] = []
    with serve(thinks) as server:
        reply = OpenAIModel("m", key=KEY, base_url=server.url, silence=0.5).reply(ASKED, heard.append)
    assert (reply.text, heard) == ("Yes.", ["", "", "", "", "Yes."])


@pytest.mark.parametrize(
    ("silence", "base_url", "seconds"),
    [
        (None, "http://127.0.0.1:8080/v1", (180.0, 120.0, 1_800.0)),
        (None, "https://host.example/v1", (120.0, 120.0, 1_800.0)),
        (7.5, "http://127.0.0.1:8080/v1", (7.5, 7.5, 1_800.0)),
        (900.0, "https://host.example/v1", (900.0, 900.0, 9_000.0)),
    ],
)
def test_a_model_on_this_machine_has_longer_to_read(
    silence: float | None, base_url: str, seconds: tuple[float, float, float]
) -> None:
    assert OpenAIModel("m", key=KEY, base_url=base_url, silence=silence).patience == seconds


BROKEN = {
    "bad JSON": (streams(*HALF, b"data: {'a': 1}\n\n"), STRANGE),
    "bad UTF-8": (streams(*HALF, b'data: {"a": "\xff"}\n\n'), STRANGE),
    "a deep event": (streams(*HALF, b"data: " + b"[" * 100_000 + b"\n\n"), STRANGE),
    "no end": (streams(*HALF), "without a mark of its end"),
    "no end and no mark": (streams(*HALF, done=False), "without a mark of its end"),
    "cut": (streams(*HALF, then="cut"), "the connection failed: peer closed"),
    "silent": (streams(*HALF, then="stall"), "no word of a reply for 0.5 seconds"),
    "an error event": (streams(*HALF, b'event: error\ndata: {"message": "out of memory"}\n\n'), "out of memory"),
    "an error midway": (streams(*HALF, {"error": {"message": f"out of memory {KEY}"}}), "out of memory ***"),
}


@pytest.mark.parametrize(("step", "cause"), BROKEN.values(), ids=BROKEN)
def test_what_came_before_a_break_is_kept_and_said_to_be_cut(step: Step, cause: str) -> None:
    with serve(step) as server:
        reply = OpenAIModel("m", key=KEY, base_url=server.url, silence=0.5).reply(ASKED)
    assert (reply.text, reply.cut) == ("Half a reply", True)
    assert cause in reply.break_cause
    assert len(server.requests) == 1


def test_what_the_listener_raises_is_its_own_and_ends_the_call() -> None:
    def closed(piece: str) -> None:
        raise BrokenPipeError(piece)

    with serve(streams(chunk("Hi"), then="stall")) as server, pytest.raises(BrokenPipeError, match="Hi"):
        OpenAIModel("m", key=KEY, base_url=server.url).reply(ASKED, closed)


NONSENSE = {
    "a page": (answers(200, b"<!DOCTYPE html>\n<html><p>Sign in", "text/html"), STRANGE),
    "nothing": (answers(200), STRANGE),
    "no content": (answers(200, b"", "text/event-stream"), STRANGE),
    "a list": (answers(200, [1, 2]), STRANGE),
    "half a document": (answers(200, b'{"choices": [{"mess'), STRANGE),
    "a deep document": (answers(200, b"[" * 100_000), STRANGE),
    "bytes": (answers(200, b"\xff\xfe\x00"), STRANGE),
    "an error": (answers(200, {"error": {"message": "model not loaded"}}), "model not loaded"),
    "an error in words": (answers(200, {"error": "model not loaded"}), "model not loaded"),
    "a detail": (answers(200, {"detail": "model not loaded"}), "model not loaded"),
    "choices null": (streams(chunk() | {"choices": None}), STRANGE),
    "choices empty": (streams(chunk() | {"choices": []}), STRANGE),
    "choices words": (streams(chunk() | {"choices": "abc"}), STRANGE),
    "choices of null": (streams(chunk() | {"choices": [None]}), STRANGE),
    "no delta": (streams(chunk() | {"choices": [{"finish_reason": "stop"}]}), "the reply is empty"),
    "content null": (streams(chunk(), chunk(finish="stop")), "the reply is empty"),
    "content blank": (says("", " \n"), "the reply is empty"),
    "content a list": (streams(chunk([{"text": "Hi"}]), chunk(finish="stop")), "the reply is empty"),
    "events of no shape": (streams([], "a", 1, None, {}), STRANGE),
    "not events": (streams(b"hello\n\n", b"data\n\n"), STRANGE),
    "a number without end": (streams(b'data: {"usage": ' + b"9" * 10_000 + b"}\n\n"), "limit"),
    "cut at once": (streams(then="cut"), "the connection failed: peer closed"),
    "compressed": (answers(200, b"\x1f\x8b", content_encoding="gzip"), "compressed (gzip)"),
    "a compressed error": (answers(400, b"\x1f\x8b", content_encoding="br"), "compressed (br)"),
}


@pytest.mark.parametrize(("step", "told"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_told_from_a_reply_and_asked_for_once(step: Step, told: str) -> None:
    message, server = failure(step)
    assert told in message
    assert len(server.requests) == 1


@pytest.mark.parametrize("then", ["cut", "stall"])
def test_what_breaks_after_the_end_of_a_reply_does_not_lose_it(then: Any) -> None:
    with serve(streams(chunk("Whole."), chunk(finish="stop"), then=then)) as server:
        model = OpenAIModel("m", key=KEY, base_url=server.url, silence=0.3)
        assert model.reply(ASKED) == Reply("Whole.", "scripted")


FLOODS = {
    "of text": (repeats(encoded(chunk("word " * 2_000), done=False)), "longer than 200,000 characters"),
    "of empty events": (repeats(encoded(chunk(), done=False) * 200), "larger than"),
    "in one event": (repeats(b"data: " + b"x" * 65_536), "larger than"),
    "of lines": (repeats(b"data: 1\n" * 8_192), "larger than"),
    "in a document": (repeats(b" " * 65_536, kind="application/json"), "larger than"),
}


@pytest.mark.parametrize(("step", "told"), FLOODS.values(), ids=FLOODS)
def test_a_flood_ends_in_bounds(step: Step, told: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    message, _ = failure(step, deadline=20, largest=1_500_000)
    assert told in message
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def test_nobody_at_the_address_is_told_within_seconds() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        model = OpenAIModel("m", key=KEY, base_url=f"http://127.0.0.1:{taken.getsockname()[1]}/v1")
        with pytest.raises(ModelError, match=r"the connection failed: .*refused.*check whether it is running"):
            model.reply(ASKED)


def test_a_server_without_encryption_is_told_from_one_with() -> None:
    with serve(says("Never.")) as server:
        model = OpenAIModel("m", key=KEY, base_url=server.url.replace("http:", "https:"), silence=0.5)
        with pytest.raises(ModelError, match="failed"):
            model.reply(ASKED)
    assert server.requests == []


@pytest.mark.parametrize("address", ["nonsense", "ftp://127.0.0.1/v1", "http://[::1", "http://127.0.0.1:99999/v1", ""])
def test_an_address_that_is_none_is_told(address: str) -> None:
    with pytest.raises(ModelError, match=r"check .*OPENAI_BASE_URL"):
        OpenAIModel("m", key=KEY, base_url=address, transport=httpx.MockTransport(_unreachable)).reply(ASKED)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["choices", "delta", "message", "content", "usage", "error", "model"]), inner)
    ),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(JSON, max_size=3), st.sampled_from(["text/event-stream", "application/json"]))
def test_whatever_the_endpoint_says_is_a_reply_or_a_model_error(events: list[Any], kind: str) -> None:
    body = encoded(*events) if "event" in kind else json.dumps(events[0] if events else None).encode()
    transport = httpx.MockTransport(lambda request: httpx.Response(200, headers={"Content-Type": kind}, content=body))
    with pytest.raises(ModelError):
        OpenAIModel("m", key=KEY, transport=transport).reply(ASKED)


def _unreachable(request: httpx.Request) -> httpx.Response:
    raise openai.OpenAIError("an address that should not have been used")


def _thought(text: str) -> dict[str, Any]:
    return chunk() | {"choices": [{"index": 0, "delta": {"reasoning_content": text}, "finish_reason": None}]}


def _ignore(_: object) -> None:
    """Return nothing."""
