"""The events of a streamed reply, whatever their shape -> the reply, or what of it came before it broke off."""

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from assistant.domain.callbacks import OnToken
from assistant.domain.limits import REPLY_LIMIT
from assistant.domain.sanitize import one_line, rejoin_surrogates
from assistant.models.base import Reply
from assistant.models.openai.client import NOT_A_REPLY
from assistant.models.openai.secrets import MaskedTokens, Secrets
from assistant.models.reply_fields import field, first
from assistant.models.thoughts import ThoughtFilter, without_thoughts

_CHARACTERS_PER_TOKEN = 8  # at most; English text has about 4
_WHOLE = frozenset({"stop", "eos_token", "stop_sequence", "end_turn"})
_THOUGHT_FIELDS = ("reasoning_content", "reasoning")  # of vLLM, llama.cpp and DeepSeek; of Ollama and OpenRouter
_LONGEST_QUOTE = 300  # characters
_LEAST_LOGPROB = -1_000  # below which the probability is 0 all the same, and an integer may be no float


class BrokenOff(ValueError):
    """The events ended before the reply did."""


class NoAnswer(ValueError):
    """The endpoint replied, with something else than an answer."""

    def __init__(self, cause: str, cure: str) -> None:
        super().__init__(cause)
        self.cure = cure


class ReplyReader:
    """Reads one reply; what has come of it can be had at any time."""

    def __init__(self, name: str, characters: int, secrets: Secrets) -> None:
        """`name` is the model's where the endpoint names none; `characters` is how many the messages have."""
        self._name = name
        self._characters = characters
        self._secrets = secrets
        self._pieces: list[str] = []
        self._length = 0
        self._refusal = ""
        self._tool = ""
        self._has_thought = False
        self._finish = ""
        self._usage: Any = None
        self._timings: Any = None
        self._model = ""
        self._complaint = ""
        self._alternatives: list[tuple[str, Mapping[str, float]]] = []

    @property
    def tokens(self) -> tuple[int | None, int | None] | None:
        """What the endpoint says that it read and wrote; None where it broke off before it had written anything."""
        return self._counts() if self._finish or self._has_thought or self._usage else None

    def read(self, events: Iterable[Any], on_token: OnToken, on_heard: Callable[[], None]) -> Reply:
        """Return the whole reply. `on_token` gets each piece of the answer, and "" for thoughts; a secret that the
        endpoint echoes is in none, nor in the reply. `on_heard` is called for each piece of either.

        Raises `BrokenOff`, `NoAnswer`, or `ValueError` where the reply is too long, empty or not one.
        """
        import httpx

        tokens, thoughts = MaskedTokens(self._secrets, on_token), ThoughtFilter()
        try:
            for event in events:
                delta = self._note(event)
                piece = _text(field(delta, "content"))
                self._length += len(piece)
                if self._length > REPLY_LIMIT:
                    raise ValueError(f"the reply is longer than {REPLY_LIMIT:,} characters")
                is_thought = any(_text(field(delta, name)) for name in _THOUGHT_FIELDS)
                if piece or is_thought:
                    on_heard()
                if piece:
                    self._pieces.append(piece)
                    tokens.put(thoughts.visible(piece))
                if is_thought or thoughts.is_thinking:
                    self._has_thought = True
                    on_token("")
        except httpx.HTTPError:
            if not self._finish:  # all that may follow the end of a reply is its usage
                raise
        tokens.put(thoughts.end())
        tokens.end()
        return self._whole()

    def _whole(self) -> Reply:
        """Return the reply once all events are read; raises what `read` does where it is none."""
        if not self._finish:
            no_end = "the endpoint ended it without a mark of its end" if self._pieces else NOT_A_REPLY
            raise BrokenOff(self._complaint or no_end)
        reply = self._reply()
        if not reply.text:
            raise self._no_answer()
        return reply

    def partial(self, cause: str) -> Reply | None:
        """Return what has come of a reply that broke off because of `cause`; None where nothing of an answer has."""
        cause = self._secrets.mask(one_line(cause))[:_LONGEST_QUOTE].rstrip(".")
        reply = self._reply("" if self._finish else cause)
        return reply if reply.text else None

    def _note(self, event: Any) -> Any:
        """Note what an event says beside the words of the reply; return its part of the message."""
        self._usage = field(event, "usage") or self._usage
        self._timings = field(event, "timings") or self._timings
        self._model = _text(field(event, "model")) or self._model
        self._complaint = _complaint(event) or self._complaint
        choice = first(field(event, "choices"))
        self._finish = _text(field(choice, "finish_reason")) or self._finish
        self._alternatives += _alternatives(field(choice, "logprobs"))
        delta = field(choice, "delta") or field(choice, "message")
        self._refusal = (self._refusal + _text(field(delta, "refusal")))[:_LONGEST_QUOTE]
        if call := first(field(delta, "tool_calls")):
            self._tool = self._tool or _text(field(field(call, "function"), "name")) or "one without a name"
        return delta

    def _reply(self, break_cause: str = "") -> Reply:
        text = without_thoughts(self._secrets.mask_reply(rejoin_surrogates("".join(tuple(self._pieces)))))
        read, written = self._counts()
        return Reply(
            text,
            self._secrets.mask_reply(one_line(self._model))[:200] or self._name,
            cut=bool(break_cause) or self._finish not in _WHOLE,
            input_tokens=read,
            output_tokens=written,
            shortened=read is not None and read * _CHARACTERS_PER_TOKEN < self._characters,
            break_cause=break_cause,
            alternatives=tuple(self._alternatives),
            cached_tokens=self._cached(),
        )

    def _counts(self) -> tuple[int | None, int | None]:
        return _count(field(self._usage, "prompt_tokens")), _count(field(self._usage, "completion_tokens"))

    def _cached(self) -> int | None:
        """Return the tokens of the prompt that the endpoint had kept: OpenAI, vLLM and llama.cpp tell them in one way,
        DeepSeek in another, and older versions of llama.cpp beside the usage."""
        details = field(self._usage, "prompt_tokens_details")
        counts = (
            _count(field(details, "cached_tokens")),
            _count(field(self._usage, "prompt_cache_hit_tokens")),
            _count(field(self._timings, "cache_n")),
        )
        return next((count for count in counts if count is not None), None)

    def _no_answer(self) -> ValueError:
        """Return what to raise for a reply without text."""
        if refusal := one_line(rejoin_surrogates(self._refusal)).strip():
            cause = f"the model refuses to answer: “{refusal}”"
            return NoAnswer(cause, "ask in other words, or choose another --model")
        if self._tool:
            tool = one_line(self._tool)[:100]
            cause = f"the model called a tool ({tool}) instead of answering; none was offered to it"
            return NoAnswer(cause, "ask again, or choose another --model")
        if self._finish == "content_filter":
            return NoAnswer("the reply is empty: a filter of the endpoint withheld it", "ask in other words")
        if self._has_thought:
            cause = f"the reply is empty: the model only thought (it ended for the reason: {self._finish})"
            return NoAnswer(cause, "let it write more (--max-tokens), or choose another --model")
        cause = f"the reply is empty (it ended for the reason: {self._finish})"
        # So do some servers of local models reply to what is longer than the context of a model.
        return NoAnswer(cause, "ask again, or have it read less (-k, --evidence)")


def _complaint(event: Any) -> str:
    """Return what an event says went wrong, in one of the ways servers say it."""
    error = field(event, "error")
    return _text(field(error, "message")) or _text(error) or _text(field(event, "message") or field(event, "detail"))


def _alternatives(logprobs: Any) -> list[tuple[str, Mapping[str, float]]]:
    """Return each token that an event tells odds of, with the probabilities of the likeliest ones in its place."""
    tokens = field(logprobs, "content")
    rows: list[tuple[str, Mapping[str, float]]] = []
    for token in tokens if isinstance(tokens, list) else ():
        others = field(token, "top_logprobs")
        odds: dict[str, float] = {}
        for other in others if isinstance(others, list) else ():
            logprob = field(other, "logprob")
            if isinstance(logprob, int | float) and logprob <= 0:
                odds[_text(field(other, "token"))] = math.exp(max(logprob, _LEAST_LOGPROB))
        rows.append((_text(field(token, "token")), odds))
    return rows


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None
