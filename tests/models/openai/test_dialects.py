"""A model behind an endpoint that wants to be asked in its own way, or replies with something else than an answer."""

import math
from typing import Any

import pytest
from support.endpoint import Step, chunk, refuses, says, serve, streams
from support.replies import ASKED, KEY, ask, failure, warm

from assistant.models.base import Message
from assistant.models.openai.chat import OpenAIModel

__all__ = ["warm"]

RENAMED = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
TOO_LONG = (
    "This model's maximum context length is 4096 tokens. However, you requested 6796 tokens (2700 in the messages, "
    "4096 in the completion). Please reduce the length of the messages or completion."
)
TOO_LARGE = (
    "'max_tokens' or 'max_completion_tokens' is too large: 4096. This model's maximum context length is 4096 tokens "
    "and your request has 2700 input tokens"
)
NO_SYSTEM = [
    refuses(400, "System role not supported"),
    refuses(400, "Only user and assistant roles are supported!"),
    refuses(400, "Conversation roles must alternate user/assistant/user/assistant/..."),
    refuses(500, "Jinja Exception: System role not supported"),
]
TURNS = [Message("system", "Be brief."), Message("user", "Why?")]


def lengths(body: dict[str, Any]) -> dict[str, int]:
    return {name: body[name] for name in ("max_tokens", "max_completion_tokens") if name in body}


@pytest.mark.parametrize(
    ("complaint", "sent"),
    [
        (RENAMED, {"max_completion_tokens": 99}),
        ("Unknown field: max_tokens", {"max_completion_tokens": 99}),
        (TOO_LONG, {}),
        (TOO_LARGE, {}),
    ],
)
def test_the_length_of_a_reply_is_asked_for_under_the_name_that_the_endpoint_takes(
    complaint: str, sent: dict[str, int]
) -> None:
    reply, server = ask([refuses(400, complaint), says("Yes.")], max_tokens=99)
    assert reply.text == "Yes."
    assert [lengths(request.body) for request in server.requests] == [{"max_tokens": 99}, sent]


def test_an_endpoint_that_refuses_everything_is_asked_for_nothing_and_not_refused_again() -> None:
    script = [
        refuses(400, RENAMED),
        refuses(400, "'temperature' does not support 0 with this model."),
        refuses(400, "Unknown field: max_completion_tokens"),
        refuses(422, "stream_options: extra fields not permitted"),
        says("Yes."),
    ]
    with serve(script) as server:
        model = OpenAIModel("m", key=KEY, base_url=server.url)
        assert [model.reply(ASKED).text for _ in range(2)] == ["Yes.", "Yes."]
    bare = {"model": "m", "messages": [{"role": "user", "content": "What is Frobnicate?"}], "stream": True}
    assert [request.body for request in server.requests[4:]] == [bare, bare]


@pytest.mark.parametrize("refusal", NO_SYSTEM)
def test_a_model_without_a_system_role_is_told_by_the_user(refusal: Step) -> None:
    def step(number: int) -> Step:
        return refusal if number == 0 else says("Because.")

    def script(exchange: Any) -> None:
        has_system = exchange.request_made.body["messages"][0]["role"] == "system"
        step(0 if has_system else 1)(exchange)

    with serve(script) as server:
        assert OpenAIModel("m", key=KEY, base_url=server.url).reply(TURNS).text == "Because."
    assert server.requests[-1].body["messages"] == [{"role": "user", "content": "Be brief.\n\nWhy?"}]


@pytest.mark.parametrize(
    "complaint",
    [
        "This response_format type is unavailable now",
        "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        "failed to parse grammar",
        "Failed to generate JSON. Please adjust your prompt.",
    ],
)
def test_a_form_is_asked_for_and_left_out_where_it_is_refused(complaint: str) -> None:
    schema = {"type": "object", "properties": {"1": {"enum": ["yes", "no"]}}}
    with serve([says('{"1": "yes"}'), refuses(400, complaint), says("1: yes")]) as server:
        model = OpenAIModel("m", key=KEY, base_url=server.url)
        assert [model.reply(ASKED, schema=schema).text for _ in range(3)] == ['{"1": "yes"}', "1: yes", "1: yes"]
    form = {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}}
    assert [request.body.get("response_format") for request in server.requests] == [form, form, None, None]


def odds(token: str, **others: float) -> dict[str, Any]:
    tops = [{"token": word, "logprob": math.log(share)} for word, share in others.items()]
    choice = {"index": 0, "delta": {"content": token}, "finish_reason": None}
    return chunk() | {"choices": [choice | {"logprobs": {"content": [{"token": token, "top_logprobs": tops}]}}]}


def test_the_likeliest_tokens_are_told_until_an_endpoint_refuses_to() -> None:
    script = [
        streams(odds("yes", yes=0.75, no=0.25), odds("!"), chunk(finish="stop")),
        refuses(400, "logprobs are not supported with reasoning models"),
        says("yes!"),
    ]
    with serve(script) as server:
        model = OpenAIModel("m", key=KEY, base_url=server.url).with_alternatives(4)
        first, second, third = (model.reply(ASKED) for _ in range(3))
    assert [(token, {k: round(v, 6) for k, v in tops.items()}) for token, tops in first.alternatives] == [
        ("yes", {"yes": 0.75, "no": 0.25}),
        ("!", {}),
    ]
    assert (second.text, second.alternatives, third.alternatives) == ("yes!", (), ())
    sent = [(request.body.get("logprobs"), request.body.get("top_logprobs")) for request in server.requests]
    assert sent == [(True, 4), (True, 4), (None, None), (None, None)]


def test_what_one_copy_of_a_model_learns_of_its_endpoint_all_others_know() -> None:
    script = [refuses(400, "logprobs are not supported"), refuses(400, "no json_schema here"), says("yes")]
    with serve(script) as server:
        model = OpenAIModel("m", key=KEY, base_url=server.url)
        model.with_alternatives(4).reply(ASKED, schema={"type": "object"})
        model.until(lambda: False).with_alternatives(8).reply(ASKED, schema={"type": "object"})
    left_out = {"logprobs", "top_logprobs", "response_format"}
    assert [sorted(left_out - request.body.keys()) for request in server.requests] == [
        [], ["logprobs", "top_logprobs"], sorted(left_out), sorted(left_out),
    ]  # fmt: skip


def delta(finish: str | None = None, **fields: object) -> dict[str, Any]:
    return chunk() | {"choices": [{"index": 0, "delta": fields, "finish_reason": finish}]}


CALL = {"index": 0, "function": {"name": "web_search\x1b", "arguments": "{}"}}


@pytest.mark.parametrize(
    ("step", "cause"),
    [
        (streams(delta(refusal="I cannot "), delta("stop", refusal="say.")), "refuses to answer: “I cannot say.”"),
        (streams(delta(tool_calls=[CALL]), delta("tool_calls")), "the model called a tool (web_search�) instead"),
        (streams(delta("content_filter")), "a filter of the endpoint withheld it"),
        (streams(delta(reasoning="Hm."), delta("length")), "the model only thought (it ended for the reason: length)"),
        (says("<think>Hm.", finish="length"), "the model only thought (it ended for the reason: length)"),
    ],
)
def test_what_is_no_answer_is_told_in_words(step: Step, cause: str) -> None:
    assert cause in failure(step)[0]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thoughts_are_heard_as_nothing_and_never_shown(field: str) -> None:
    heard: list[str] = []
    events = [delta(**{field: "Hm."}), chunk("<thi"), chunk("nk>P1?"), chunk("</think>"), chunk(" Yes."), chunk("!")]
    with serve(streams(*events, chunk(finish="stop"))) as server:
        reply = OpenAIModel("m", key=KEY, base_url=server.url).reply(ASKED, heard.append)
    assert reply.text == "Yes.!"
    assert [piece for piece in heard if piece] == [" Yes.", "!"]
