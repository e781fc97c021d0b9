"""The events of a streamed reply, whatever their shape -> the whole reply; where it is not whole, an error."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from assistant.domain.callbacks import OnToken
from assistant.domain.limits import REPLY_LIMIT
from assistant.domain.sanitize import one_line
from assistant.models.base import Reply
from assistant.models.openai.client import NOT_A_REPLY
from assistant.models.openai.secrets import MaskedTokens, Secrets

_CHARACTERS_PER_TOKEN = 8  # at most; English text has about 4
_WHOLE = frozenset({"stop", "eos_token", "stop_sequence", "end_turn"})
# Reasoning models think in the reply itself, between <think> and </think>; the prompts of some hold the opening mark,
# so that only the closing one comes back. Thoughts that were cut off before their end are all there is.
_THOUGHTS = re.compile(r"\s*<think>.*?(?:</think>|\Z)|.*?^[ \t]*</think>[ \t]*$", re.DOTALL | re.MULTILINE)


def read_reply(events: Iterable[Any], name: str, characters: int, on_token: OnToken, secrets: Secrets) -> Reply:
    """Return the reply, by the model `name` where the endpoint names none, to messages of so many `characters`.

    `on_token` gets each piece; a secret that the endpoint echoes is in none, nor in the reply. Raises `ValueError`
    where the reply is too long, empty, broken off or not one.
    """
    import httpx

    tokens = MaskedTokens(secrets, on_token)
    pieces: list[str] = []
    length, finish, usage, model, complaint = 0, "", None, "", ""
    try:
        for event in events:
            usage = _field(event, "usage") or usage
            model = _text(_field(event, "model")) or model
            complaint = _complaint(event) or complaint
            choice = _first(_field(event, "choices"))
            finish = _text(_field(choice, "finish_reason")) or finish
            piece = _text(_field(_field(choice, "delta") or _field(choice, "message"), "content"))
            length += len(piece)
            if length > REPLY_LIMIT:
                raise ValueError(f"the reply is longer than {REPLY_LIMIT:,} characters")
            if piece:
                pieces.append(piece)
                tokens.put(piece)
    except httpx.HTTPError:
        if not finish:  # all that may follow the end of a reply is its usage
            raise
    if not finish:
        raise ValueError(complaint or ("the reply broke off" if pieces else NOT_A_REPLY))
    tokens.end()
    text = _without_thoughts(secrets.mask_reply(valid("".join(pieces))))
    if not text:
        raise ValueError(f"the reply is empty (it ended for the reason: {finish})")
    read, written = _count(_field(usage, "prompt_tokens")), _count(_field(usage, "completion_tokens"))
    shortened = read is not None and read * _CHARACTERS_PER_TOKEN < characters
    return Reply(
        text, secrets.mask_reply(one_line(model))[:200] or name, finish not in _WHOLE, read, written, shortened
    )


def valid(text: str) -> str:
    """Return text that can be encoded: halves of a character that came apart are joined, lone ones replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _without_thoughts(text: str) -> str:
    thoughts = _THOUGHTS.match(text)
    return (text[thoughts.end() :] if thoughts else text).strip()


def _complaint(event: Any) -> str:
    """Return what an event says went wrong, in one of the ways servers say it."""
    error = _field(event, "error")
    return _text(_field(error, "message")) or _text(error) or _text(_field(event, "message") or _field(event, "detail"))


def _field(value: Any, name: str) -> Any:
    """Return a field of an object or of plain JSON; None where there is none: servers leave out what they like."""
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)


def _first(choices: Any) -> Any:
    return choices[0] if isinstance(choices, list) and choices else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None
