"""Messages and what an endpoint refused -> the fields of a request that it takes."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.domain.sanitize import rejoin_surrogates
from assistant.models.base import Message

_OPTIONAL = (
    "temperature",
    "stream_options",
    "max_tokens",
    "max_completion_tokens",
    "response_format",
    "logprobs",
    "top_logprobs",
)
# What servers call it where they refuse to hold a model to a form.
_FORMS = re.compile(
    r"json[_ ]?schema|\bgrammar|structured output|guided|json mode|failed to (?:generate|validate) json", re.IGNORECASE
)
_TOO_MANY = re.compile(r"too (?:large|long|many|high)|context|in the completion", re.IGNORECASE)
_ROLES = re.compile(r"\bsystem\b.*\brole|\brole.*\bsystem\b|\bsystem message|\broles? must alternate", re.I | re.DOTALL)
_ONLY_TWO = re.compile(r"only user and assistant|user/assistant/user", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How an endpoint wants to be asked, as far as it is known."""

    refused: frozenset[str] = frozenset({"max_completion_tokens"})
    """Optional fields that are left out."""
    has_system_role: bool = True
    """False where the system's text goes into the message of the user."""

    def fields(
        self,
        messages: Sequence[Message],
        schema: Mapping[str, object] | None = None,
        *,
        max_tokens: int,
        alternatives: int = 0,
    ) -> dict[str, Any]:
        """Return the fields of a request for a streamed reply, but for the model's name: `max_tokens` are the most of
        it, and so many `alternatives` are told in the place of each."""
        form = None if schema is None else _response_format(schema)
        odds = (True, alternatives) if alternatives else (None, None)
        values = (0, {"include_usage": True}, max_tokens, max_tokens, form, *odds)
        optional = {
            name: value
            for name, value in zip(_OPTIONAL, values, strict=True)
            if name not in self.refused and value is not None
        }
        parts = messages if self.has_system_role else _without_system(messages)
        turns = [{"role": message.role, "content": rejoin_surrogates(message.text)} for message in parts]
        return {"messages": turns, "stream": True, **optional}

    def after(self, complaint: str, messages: Sequence[Message]) -> "Dialect | None":
        """Return the dialect to try after the endpoint refused a request with a `complaint`; None where there is none.

        >>> complaint = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        >>> sorted(Dialect().after(complaint, []).fields([], max_tokens=99))
        ['max_completion_tokens', 'messages', 'stream', 'stream_options', 'temperature']
        """
        has_system = self.has_system_role and any(message.role == "system" for message in messages)
        if has_system and (_ROLES.search(complaint) or _ONLY_TWO.search(complaint)):
            return replace(self, has_system_role=False)
        names = set(re.findall(r"\w+", complaint)) & set(_OPTIONAL)
        if _FORMS.search(complaint):
            names.add("response_format")
        if names & {"logprobs", "top_logprobs"}:
            names |= {"logprobs", "top_logprobs"}  # one means nothing without the other
        if _TOO_MANY.search(complaint) and ("completion" in complaint or names & {"max_tokens"}):
            names |= {"max_tokens", "max_completion_tokens"}  # the prompt and so long a reply do not fit together
        elif "max_tokens" in names and "max_tokens" not in self.refused:
            other = self.refused - {"max_completion_tokens"}
            return replace(self, refused=other | (names - {"max_completion_tokens"}))
        if names <= self.refused:
            return None
        return replace(self, refused=self.refused | names)


class KnownDialect:
    """The dialect of one endpoint as far as it is known: all copies of a model share it, and are refused once."""

    def __init__(self) -> None:
        self.dialect = Dialect()


def _response_format(schema: Mapping[str, object]) -> dict[str, Any]:
    """Return what holds a reply to a JSON Schema: at OpenAI, llama.cpp, Ollama, LM Studio and vLLM alike."""
    return {"type": "json_schema", "json_schema": {"name": "reply", "strict": True, "schema": schema}}


def _without_system(messages: Sequence[Message]) -> list[Message]:
    """Return the messages with the system's text at the beginning of the first that is the user's."""
    system = "\n\n".join(message.text for message in messages if message.role == "system")
    others = [message for message in messages if message.role != "system"]
    if others and others[0].role == "user":
        return [replace(others[0], text=f"{system}\n\n{others[0].text}"), *others[1:]]
    return [Message("user", system), *others]
