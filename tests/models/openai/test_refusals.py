"""A model behind an endpoint that refuses, redirects or is busy: three requests at most, and what to do next."""

import pytest
from support.endpoint import Step, answers, refuses, says, serve, streams
from support.replies import ASKED, KEY, ask, failure, warm

from assistant.domain.errors import ModelError
from assistant.models.openai.chat import OpenAIModel

__all__ = ["warm"]


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("named", [["stream_options"], ["temperature"], ["stream_options", "temperature"]])
def test_what_a_server_does_not_know_is_left_out(status: int, named: list[str]) -> None:
    _, server = ask([*(refuses(status, f"Unknown field: {name}") for name in named), says("Yes.")])
    assert len(server.requests) == len(named) + 1
    assert not set(named) & server.requests[-1].body.keys()


def test_leaving_out_and_trying_again_are_three_requests_together() -> None:
    script = [refuses(500, "oops"), refuses(500, "oops"), refuses(400, "temperature"), says("Never.")]
    assert "status 400" in failure(script)[0]
    assert len(failure([refuses(500, "oops"), refuses(400, "temperature"), refuses(500, "oops")])[1].requests) == 3


def test_a_passing_failure_is_tried_again() -> None:
    reply, server = ask([refuses(503, "busy"), says("Yes.")])
    assert reply.text == "Yes."
    assert len(server.requests) == 2


LONGER = "a longer context where it is served"
EXCEEDS = "exceeds the available context size. try increasing the context size or enable context shift"
REFUSALS = [
    (refuses(401, f"Incorrect API key provided: {KEY}"), 1, "401: Incorrect API key provided: ***", "OPENAI_API_KEY"),
    (answers(401, f"<b>{KEY}</b>".encode(), "text/html"), 1, "401: <b>***</b>", "check OPENAI_API_KEY"),
    (refuses(401, "x" * 480 + KEY), 1, "401: xxx", "check OPENAI_API_KEY"),
    (refuses(403, "no access"), 1, "403: no access", "check OPENAI_API_KEY"),
    (refuses(404, "The model m does not exist"), 1, "404: The model m does not exist", "check --model and"),
    (refuses(400, "maximum context length is 4096 tokens"), 1, "400: maximum context", LONGER),
    (refuses(500, f"the request {EXCEEDS}"), 3, f"500: the request {EXCEEDS}", LONGER),
    (streams({"error": {"code": 400, "message": EXCEEDS}}), 1, f"({EXCEEDS})", LONGER),
    (refuses(413, "too large"), 1, "413: too large", "have it read less (-k, --evidence)"),
    (refuses(429, "slow down", retry_after="3600"), 1, "wait so many seconds: 3600", "wait and ask again"),
    (refuses(429, "You exceeded your current quota", "insufficient_quota"), 3, "current quota", "account's quota"),
    (refuses(500, "oops"), 3, "500: oops", "ask again later"),
    (answers(500, [1], retry_after_ms="1"), 3, "500", "ask again later"),
    (refuses(418, "\x1b[2Jteapot\n"), 1, "418: �[2Jteapot", "check OPENAI_BASE_URL"),
]


@pytest.mark.parametrize(("step", "requests", "told", "then"), REFUSALS)
def test_a_refusal_is_told_with_what_to_do_next(step: Step, requests: int, told: str, then: str) -> None:
    message, server = failure(step)
    assert told in message
    assert then in message
    assert len(server.requests) == requests


def test_a_password_in_the_address_is_not_quoted() -> None:
    with serve(refuses(401, "no hunter2/secret here")) as server:
        model = OpenAIModel("m", key=KEY, base_url=server.url.replace("http://", "http://me:hunter2%2Fsecret@"))
        with pytest.raises(ModelError) as caught:
            model.reply(ASKED)
    assert caught.value.what == f"the model m at {server.url} failed"
    assert caught.value.cause == "status 401: no *** here"


def test_a_short_wait_that_the_endpoint_asks_for_is_waited() -> None:
    reply, server = ask([refuses(429, "slow down", retry_after="0.05"), says("Yes.")])
    assert (reply.text, len(server.requests)) == ("Yes.", 2)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with serve(says("Stolen.")) as other:
        message, server = failure(answers(status, location=f"{other.url}/chat/completions?token=t"))
    assert f"status {status}" in message
    assert f"it redirects to {other.url}/chat/completions)" in message
    assert (len(server.requests), len(other.requests)) == (1, 0)
