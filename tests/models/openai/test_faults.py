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
from support.endpoint import Step, answers, chunk, encoded, repeats, says, serve, streams
from support.replies import ASKED, KEY, failure, warm

from assistant.domain.errors import ModelError
from assistant.models.openai.chat import OpenAIModel

__all__ = ["warm"]

STRANGE = "not a reply of an OpenAI-compatible endpoint"
HALF = [chunk("Half"), chunk(" a reply")]


def test_tokens_that_are_taken_slowly_do_not_outlast_the_deadline() -> None:
    clock = threading.Event()
    with serve(says(*["piece"] * 50)) as server, pytest.raises(ModelError, match=r"no whole reply within 0\.3"):
        OpenAIModel("m", key=KEY, base_url=server.url, deadline=0.3).reply(
            ASKED, lambda piece: _ignore(clock.wait(0.1))
        )


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
    "bad JSON": (streams(*HALF, b"data: {'a': 1}\n\n"), STRANGE),
    "bad UTF-8": (streams(*HALF, b'data: {"a": "\xff"}\n\n'), STRANGE),
    "a deep event": (streams(*HALF, b"data: " + b"[" * 100_000 + b"\n\n"), STRANGE),
    "a number without end": (streams(b'data: {"usage": ' + b"9" * 10_000 + b"}\n\n"), "limit"),
    "no end": (streams(*HALF), "the reply broke off"),
    "no end and no mark": (streams(*HALF, done=False), "the reply broke off"),
    "cut": (streams(*HALF, then="cut"), "the connection failed: peer closed"),
    "cut at once": (streams(then="cut"), "the connection failed: peer closed"),
    "an error event": (streams(*HALF, b'event: error\ndata: {"message": "out of memory"}\n\n'), "out of memory"),
    "an error midway": (streams(*HALF, {"error": {"message": f"out of memory {KEY}"}}), "out of memory ***"),
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
        model = OpenAIModel("m", key=KEY, base_url=server.url, deadline=0.3)
        if then == "cut":
            assert model.reply(ASKED).text == "Whole."
        else:
            with pytest.raises(ModelError):
                model.reply(ASKED)


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
        model = OpenAIModel("m", key=KEY, base_url=server.url.replace("http:", "https:"), deadline=0.5)
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


def _ignore(_: object) -> None:
    """Return nothing."""
