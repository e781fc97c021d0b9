"""An answer -> a chat completion, or the chunks of one: content, citations as annotations, usage."""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assistant.domain.costs import Cost
from assistant.serving.answer_text import AnswerText, Link

DONE = b"data: [DONE]\n\n"
ALIVE = b": working\n\n"
"""A comment, which clients skip; it shows proxies and people that something is done."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is the same in a whole reply."""

    model: str
    created: int
    """Seconds since 1970."""
    id: str

    def fields(self, kind: str) -> dict[str, Any]:
        """Return it as it begins an object of this kind."""
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def envelope(model: str, created: int) -> Envelope:
    """Return the envelope of a new reply."""
    return Envelope(model, created, f"chatcmpl-{secrets.token_hex(12)}")


def completion(about: Envelope, answer: AnswerText, cost: Cost, link: Link) -> dict[str, Any]:
    """Return a whole reply."""
    message = {
        "role": "assistant",
        "content": answer.text,
        "refusal": None,
        "annotations": annotations(answer, link),
    }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {**about.fields("chat.completion"), "choices": [choice], "usage": usage(cost)}


def first(about: Envelope, *, wants_usage: bool) -> bytes:
    """Return the event that says who speaks."""
    return _event(_chunk(about, {"role": "assistant", "content": ""}, wants_usage=wants_usage))


def rest(about: Envelope, answer: AnswerText, cost: Cost, link: Link, *, wants_usage: bool) -> Iterator[bytes]:
    """Yield the events of an answer, a line in each; then its citations, its end, and what it cost if that is
    wanted."""
    for line in re.findall(r"[^\n]*\n+|[^\n]+", answer.text):
        yield _event(_chunk(about, {"content": line}, wants_usage=wants_usage))
    if cited := annotations(answer, link):
        yield _event(_chunk(about, {"annotations": cited}, wants_usage=wants_usage))
    yield _event(_chunk(about, {}, "stop", wants_usage=wants_usage))
    if wants_usage:
        yield _event({**about.fields("chat.completion.chunk"), "choices": [], "usage": usage(cost)})
    yield DONE


def failure(error: Mapping[str, Any]) -> Iterator[bytes]:
    """Yield the events of an error that came after a reply had begun."""
    yield _event(error)
    yield DONE


def annotations(answer: AnswerText, link: Link) -> list[dict[str, Any]]:
    """Return where the text cites what; `start_index` and `end_index` count characters, the last of which is not part
    of it."""
    return [
        {
            "type": "url_citation",
            "url_citation": {
                "start_index": citation.start,
                "end_index": citation.end,
                "title": citation.paper.title,
                "url": link(citation.paper),
            },
        }
        for citation in answer.citations
    ]


def usage(cost: Cost) -> dict[str, Any]:
    """Return the tokens that models read and wrote for a question; 0 where none was asked."""
    return {
        "prompt_tokens": cost.input_tokens,
        "completion_tokens": cost.output_tokens,
        "total_tokens": cost.tokens,
        "prompt_tokens_details": {"cached_tokens": cost.cached_tokens or 0},
    }


def _chunk(
    about: Envelope, delta: Mapping[str, Any], finish: str | None = None, *, wants_usage: bool
) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    # Where usage is asked for, each chunk but the last has none of it.
    return {**about.fields("chat.completion.chunk"), "choices": [choice], **({"usage": None} if wants_usage else {})}


def _event(value: Mapping[str, Any]) -> bytes:
    return b"data: %b\n\n" % json.dumps(value).encode()
