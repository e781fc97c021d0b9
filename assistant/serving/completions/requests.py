"""The JSON of a chat completion -> the question, what was said before it, and how the reply is to be sent."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.domain.errors import UsageError
from assistant.domain.limits import QUESTION_LIMIT, excess
from assistant.domain.sanitize import encodable
from assistant.serving.transcripts import Exchange, exchange

MODELS = ("assistant", "assistant-quotes")
"""The names under which the library is asked: with whatever model answers, and for quotes alone."""
_IGNORED = ("system", "developer", "tool", "function")
"""Roles of messages that are left aside: how the library answers is not for a front end to say."""


class RequestError(UsageError):
    """A request that is none, with the field that is at fault as `path` and a word for programs."""

    def __init__(self, what: str, field: str | None = None, code: str | None = None) -> None:
        super().__init__(what, path=field)
        self.code = code


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """What a client asks for."""

    model: str
    question: str
    earlier: tuple[Exchange, ...]
    is_streamed: bool = False
    wants_usage: bool = False
    """Whether the last event of a stream is to say how many tokens were used."""


def parse(body: bytes, turns: int) -> CompletionRequest:
    """Return what a request asks for, with at most `turns` questions before it; raises `RequestError`."""
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise RequestError("the body of the request is not JSON") from None
    if not isinstance(fields, dict):
        raise RequestError("the body of the request is not a JSON object")
    model = fields.get("model", MODELS[0])
    if model not in MODELS:
        what = f"there is no model {str(model)[:80]!r} here; ask {' or '.join(MODELS)}"
        raise RequestError(what, "model", "model_not_found")
    _refuse_what_is_not_done(fields)
    question, earlier = _conversation(_messages(fields))
    options = fields.get("stream_options")
    return CompletionRequest(
        str(model),
        question,
        earlier[-turns:] if turns else (),
        is_streamed=fields.get("stream") is True,
        wants_usage=isinstance(options, dict) and options.get("include_usage") is True,
    )


def _refuse_what_is_not_done(fields: Mapping[str, Any]) -> None:
    """Raise `RequestError` for what would be answered otherwise than the client expects; the rest is ignored."""
    if fields.get("n") not in (None, 1):
        raise RequestError("there is one answer to a question: leave out n", "n")
    form = fields.get("response_format")
    if isinstance(form, dict) and form.get("type") not in (None, "text"):
        raise RequestError("answers are text with citations: leave out response_format", "response_format")
    modalities = fields.get("modalities")
    if modalities is not None and modalities != ["text"]:
        raise RequestError("answers are text: leave out modalities", "modalities")


def _messages(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield (role, text) of each message that is part of the conversation."""
    messages = fields.get("messages")
    if not isinstance(messages, list) or not messages:
        raise RequestError("messages has to be a list with the question as its last", "messages")
    for number, message in enumerate(messages):
        place = f"messages[{number}]"
        role = message.get("role") if isinstance(message, dict) else None
        if role in _IGNORED:
            continue
        if role not in ("user", "assistant"):
            raise RequestError(f"{place} needs a role: user, assistant or system", f"{place}.role")
        yield role, _text(message.get("content"), f"{place}.content")


def _text(content: object, place: str) -> str:
    """Return the text of a message, which may be in parts."""
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise RequestError("the content of a message is a text, or a list of its parts", place)
    texts: list[str] = []
    for part in content:
        text = part.get("text") if isinstance(part, dict) else None
        if not isinstance(text, str):
            raise RequestError("only text can be read: leave out pictures, sounds and files", place)
        texts.append(text)
    return "\n".join(texts)


def _conversation(messages: Iterator[tuple[str, str]]) -> tuple[str, tuple[Exchange, ...]]:
    """Return the last question, and those before it with their answers."""
    exchanges: list[Exchange] = []
    question: str | None = None
    for role, text in messages:
        if role == "assistant":
            if question is not None:
                exchanges.append(exchange(question, text))
            question = None
        else:
            if question is not None:
                exchanges.append(exchange(question, ""))
            question = text
    if question is None or not question.strip():
        raise RequestError("the last message has to be a question of the user", "messages")
    if reason := excess(question, QUESTION_LIMIT):
        raise RequestError(f"the question {reason}", "messages")
    return encodable(question), tuple(exchanges)


def pairs(text: str, turns: int) -> tuple[Exchange, ...]:
    """Return the exchanges of a JSON list of [question, answer], the latest ones; none where it is no such list."""
    try:
        rows = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return ()
    if not isinstance(rows, list):
        return ()
    exchanges = [exchange(*row) for row in rows if _is_pair(row)]
    return tuple(exchanges[-turns:]) if turns else ()


def _is_pair(row: object) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(isinstance(text, str) for text in row)


def as_pairs(exchanges: Sequence[Exchange]) -> str:
    """Return what `pairs` reads."""
    return json.dumps([[one.question, one.answer] for one in exchanges])
