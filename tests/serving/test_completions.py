"""The endpoint for chat, asked by OpenAI's own client: shapes, citations, follow-ups and errors."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from support.serving import PATIENCE, QUESTION, Served, client, library, said, serve, user

import assistant
from assistant.models.base import Reply
from assistant.testing import ScriptedModel


def numbered(citations: Sequence[Any], text: str) -> list[str]:
    return [text[item.url_citation.start_index : item.url_citation.end_index] for item in citations]


def test_an_answer_cites_at_the_places_that_its_annotations_name(quoting: Served) -> None:
    done = client(quoting).chat.completions.create(model="assistant", messages=[user(QUESTION)])
    [choice] = done.choices
    text, cited = choice.message.content or "", choice.message.annotations or []
    assert (done.object, done.model, choice.finish_reason, choice.message.role) == (
        "chat.completion",
        "assistant",
        "stop",
        "assistant",
    )
    assert cited
    assert {item.type for item in cited} == {"url_citation"}
    assert numbered(cited, text) == [f"[{number}]" for number in range(1, len(cited) + 1)]
    for item in cited:
        assert item.url_citation.url.startswith(f"{quoting.url}/paper/id")
        page = httpx.get(item.url_citation.url)
        assert (page.status_code, item.url_citation.title in page.text) == (200, True)
    assert done.usage == openai.types.CompletionUsage.model_validate(
        {
            "prompt_tokens": 0,
            "completion_tokens": 0,
            "total_tokens": 0,
            "prompt_tokens_details": {"cached_tokens": 0},
        }
    )


def test_a_stream_says_the_same_in_chunks(quoting: Served) -> None:
    asked = client(quoting)
    whole = asked.chat.completions.create(model="assistant", messages=[user(QUESTION)]).choices[0].message
    stream = asked.chat.completions.create(
        model="assistant", messages=[user(QUESTION)], stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert {(chunk.object, chunk.id, chunk.created) for chunk in chunks} == {
        ("chat.completion.chunk", chunks[0].id, chunks[0].created)
    }
    assert chunks[0].choices[0].delta.role == "assistant"
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    [annotations] = [extra["annotations"] for delta in deltas if (extra := delta.model_extra)]
    assert annotations == [item.model_dump() for item in whole.annotations or []]
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"
    assert (chunks[-1].choices, chunks[-1].usage is not None) == ([], True)
    plain = httpx.post(
        f"{quoting.url}/v1/chat/completions", json={"messages": [user(QUESTION)], "stream": True}, timeout=PATIENCE
    )
    assert plain.headers["content-type"].startswith("text/event-stream")
    events = plain.text.removesuffix("\n\n").split("\n\n")
    assert events[-1] == "data: [DONE]"
    assert all("usage" not in json.loads(event.removeprefix("data: ")) for event in events[:-1])


def test_a_follow_up_is_understood_by_what_the_client_sends_of_the_turns_before(quoting: Served) -> None:
    asked = client(quoting)
    first = asked.chat.completions.create(model="assistant", messages=[user(QUESTION)]).choices[0].message
    turns = [{"role": "system", "content": "Talk like a pirate."}, user(QUESTION), said(first.content)]
    second = asked.chat.completions.create(model="assistant", messages=[*turns, user("Which one is [1] about?")])
    third = asked.chat.completions.create(model="assistant", messages=[*turns, user("What does [77] say?")])
    before = {item.url_citation.title for item in (first.annotations or [])[:1]}
    assert {item.url_citation.title for item in second.choices[0].message.annotations or []} == before
    assert "[77]" in (third.choices[0].message.content or "").replace("\\", "")


def test_models_are_listed_and_others_are_not_there(quoting: Served) -> None:
    asked = client(quoting)
    assert [model.id for model in asked.models.list()] == ["assistant", "assistant-quotes"]
    assert asked.models.retrieve("assistant-quotes").owned_by == "assistant"
    with pytest.raises(openai.NotFoundError, match="there is no model 'gpt-9' here"):
        asked.models.retrieve("gpt-9")
    with pytest.raises(openai.NotFoundError, match="ask assistant or assistant-quotes"):
        asked.chat.completions.create(model="gpt-9", messages=[user(QUESTION)])


FAULTS: list[tuple[Any, str]] = [
    (b"{", "is not JSON"),
    ([], "is not a JSON object"),
    ({"messages": []}, "messages has to be a list"),
    ({"messages": [{"role": "bard", "content": "x"}]}, "messages[0] needs a role"),
    ({"messages": [user("x"), said("y")]}, "the last message has to be a question"),
    ({"messages": [user(" ")]}, "the last message has to be a question"),
    ({"messages": [{"role": "user", "content": [{"type": "image_url"}]}]}, "only text can be read"),
    ({"messages": [user("x")], "n": 2}, "leave out n"),
    ({"messages": [user("x")], "response_format": {"type": "json_object"}}, "leave out response_format"),
    ({"messages": [user("x" * 10_001)]}, "the question is 10,001 characters long"),
]


@pytest.mark.parametrize(("body", "what"), FAULTS, ids=[what.replace(" ", "-") for _, what in FAULTS])
def test_what_is_no_question_is_refused_in_openais_shape(quoting: Served, body: Any, what: str) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    done = httpx.post(f"{quoting.url}/v1/chat/completions", content=content, timeout=PATIENCE)
    error = done.json()["error"]
    assert (done.status_code, error["type"], set(error)) == (
        400,
        "invalid_request_error",
        {"message", "type", "param", "code"},
    )
    assert what in error["message"]


def test_a_question_of_any_characters_after_any_history_is_answered(quoting: Served) -> None:
    history = [user("and " * 200_000), said("- ✗ *(" * 9_000), user("\ud800 \x00 [1]"), said("[" * 99_000)]
    text = json.dumps({"messages": [*history, user("\udfff moss \x1b[31m\u202e?")]})
    done = httpx.post(f"{quoting.url}/v1/chat/completions", content=text, timeout=PATIENCE)
    assert done.status_code == 200, done.text


def test_what_there_is_not_is_told_in_the_same_shape(quoting: Served) -> None:
    assert httpx.get(f"{quoting.url}/v1/embeddings").json()["error"]["code"] == "unknown_url"
    refused = httpx.get(f"{quoting.url}/v1/chat/completions")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST")


def test_a_model_is_asked_with_what_was_said_before_and_what_it_cost_is_told(folder: Path) -> None:
    replies = iter(["We measure moss. [1.1]", "How do we measure moss near rivers?", "Rivers change. [1.1]"])
    model = ScriptedModel(lambda _: Reply(next(replies), "scripted", input_tokens=900, output_tokens=9))
    with serve(library(folder, model)) as served:
        asked = client(served)
        first = asked.chat.completions.create(model="assistant", messages=[user("How do we measure moss?")])
        spent = len(model.requests)
        assert first.usage
        assert (first.usage.prompt_tokens, first.usage.completion_tokens) == (900 * spent, 9 * spent)
        quotes = asked.chat.completions.create(model="assistant-quotes", messages=[user("How do we measure moss?")])
        assert "no model" in (quotes.choices[0].message.content or "")
        assert len(model.requests) == spent
        turns = [user("How do we measure moss?"), said(first.choices[0].message.content), user("And near rivers?")]
        asked.chat.completions.create(model="assistant", messages=turns)
        assert "How do we measure moss?" in model.requests[spent][-1].text  # which is to be rewritten


def test_a_model_that_fails_is_told_with_what_to_do(folder: Path) -> None:
    model = ScriptedModel(lambda _: assistant.ModelError("the model is away", cure="start it"))
    with serve(library(folder, model)) as served:
        with pytest.raises(openai.InternalServerError, match="the model is away; start it") as failed:
            client(served).chat.completions.create(model="assistant", messages=[user(QUESTION)])
        assert failed.value.status_code == 502
        stream = client(served).chat.completions.create(model="assistant", messages=[user(QUESTION)], stream=True)
        with pytest.raises(openai.APIError, match="the model is away"):
            list(stream)
