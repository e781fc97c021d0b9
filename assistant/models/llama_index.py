"""A llama-index LLM -> a `ChatModel` of the assistant, within a silence and a length, whatever the LLM gives away."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, ChatResponse
from llama_index.core.llms import LLM

from assistant.domain.callbacks import OnToken
from assistant.domain.errors import ModelError
from assistant.domain.sanitize import one_line
from assistant.domain.settings import DEFAULT_TIMEOUT
from assistant.models.base import Message, Reply
from assistant.models.integrations import open_integration
from assistant.models.reply_fields import field, first

_FIRST_WORD = 600.0  # seconds; a model of this machine reads its prompt meanwhile
_TOTAL = 1_800.0  # seconds of one reply
# Where integrations tell tokens and the end of a reply: of OpenAI, Anthropic, Gemini, Ollama, in that order.
_USAGES = ("usage", "usage_metadata")
_READ = ("prompt_tokens", "input_tokens", "prompt_token_count", "prompt_eval_count")
_WRITTEN = ("completion_tokens", "output_tokens", "candidates_token_count", "eval_count")
_FINISHES = ("finish_reason", "stop_reason", "done_reason")
_CUT = frozenset({"length", "max_tokens"})
_THOUGHTS = ("thinking_delta", "reasoning_content")


class LlamaModel:
    """Any llama-index LLM as a chat model. How long its replies may be is set up in the LLM."""

    def __init__(self, llm: LLM, *, silence: float | None = None, total: float | None = None) -> None:
        """`silence` is how many seconds may pass without a word of the reply: by default 120, and 600 before the first;
        `total` is how many a reply may take in all: by default half an hour, or ten times `silence` if that is more."""
        self._llm = llm
        self.name = str(llm.metadata.model_name)
        between = DEFAULT_TIMEOUT if silence is None else silence
        first = _FIRST_WORD if silence is None else silence
        self.patience = (first, between, max(_TOTAL, 10 * between) if total is None else total)
        """Seconds in which the first word has to come, then the next, and the whole reply."""

    def reply(
        self,
        messages: Sequence[Message],
        on_token: OnToken | None = None,
        schema: Mapping[str, object] | None = None,
    ) -> Reply:
        """Return the reply, or what came of it before it broke off; raises `ModelError` where nothing came, for
        whatever the LLM raises.

        llama-index has no one way to ask all its LLMs for a form, so none is asked to keep to the `schema`.
        """
        from assistant.models.openai.deadline import BoundedCall, DeadlineExceeded, Silence
        from assistant.models.openai.secrets import Secrets
        from assistant.models.openai.stream import NoAnswer, ReplyReader

        silence = Silence(*self.patience)
        call: BoundedCall[Reply] = BoundedCall(silence, 0)
        reader = ReplyReader(self.name, sum(len(message.text) for message in messages), Secrets())
        over = threading.Event()

        def converse(put_token: OnToken) -> Reply:
            try:
                return reader.read(_events(self._llm, messages, over), put_token, silence.hear)
            except _LLMError as error:
                if reply := reader.partial(str(error)):
                    return reply
                raise self._failure(str(error)) from None
            except NoAnswer as error:
                raise self._failure(str(error), error.cure) from None
            except ValueError as error:  # too long, or empty
                raise self._failure(str(error)) from None

        try:
            return call.run(converse, on_token)
        except DeadlineExceeded as error:
            if reply := reader.partial(str(error)):
                return reply
            raise self._failure(str(error), "make it with a longer `silence`, or ask with fewer papers") from None
        finally:
            over.set()  # no LLM can be broken off, but its thread ends with the next piece

    def _failure(self, cause: str, cure: str = "check how the model was set up in llama-index") -> ModelError:
        return ModelError(f"the model {self.name} failed", cause=cause, cure=f"{cure}, or answer without a model")


def open_model(argument: str, silence: float | None = None) -> LlamaModel:
    """Return the model of `<integration>/<model>`; raises `UsageError` where the integration is not installed, or has
    no LLM that takes the name of a model alone. `silence` is as for `LlamaModel`."""
    return LlamaModel(open_integration("llms", argument, LLM, ("model", "model_name")), silence=silence)


class _LLMError(Exception):
    """What an LLM raised, told in one line: each of the many integrations raises its own."""


def _events(llm: LLM, messages: Sequence[Message], over: threading.Event) -> Iterator[Mapping[str, Any]]:
    """Yield the pieces of a reply in the shape of OpenAI's events; raises `_LLMError`."""
    length = 0  # characters of the reply so far, for LLMs that repeat them in each piece
    finish = ""
    try:
        for response in _responses(llm, [ChatMessage(role=item.role, content=item.text) for item in messages]):
            if over.is_set():
                return
            whole = response.message.content or ""
            piece = whole[length:] if response.delta is None else response.delta
            length += len(piece)
            finish = _finish(response) or finish
            thought = next((value for name in _THOUGHTS if (value := response.additional_kwargs.get(name))), None)
            delta = {"content": piece, "reasoning_content": thought}
            yield {"choices": [{"delta": delta}], "usage": _usage(response), "model": field(response.raw, "model")}
    except Exception as error:  # noqa: BLE001
        raise _LLMError(f"{type(error).__name__}: {one_line(str(error))[:300]}") from None
    yield {"choices": [{"delta": {}, "finish_reason": "length" if finish.lower() in _CUT else "stop"}]}


def _responses(llm: LLM, turns: list[ChatMessage]) -> Iterator[ChatResponse]:
    """Yield the pieces of a reply, or the whole one of an LLM that does not stream."""
    try:
        stream = llm.stream_chat(turns)
    except NotImplementedError:
        yield llm.chat(turns)
    else:
        yield from stream


def _usage(response: ChatResponse) -> Mapping[str, Any] | None:
    """Return the tokens that an integration tells, in OpenAI's words; None where it tells none."""
    raw = response.raw
    places = (*(field(raw, name) for name in _USAGES), raw, response.additional_kwargs)
    for place in places:
        read, written = (next((n for name in names if (n := field(place, name))), None) for names in (_READ, _WRITTEN))
        if read and written:
            return {
                "prompt_tokens": read,
                "completion_tokens": written,
                "prompt_tokens_details": field(place, "prompt_tokens_details"),
            }
    return None


def _finish(response: ChatResponse) -> str:
    """Return why a reply ended, where an integration tells it; "" elsewhere."""
    choice = first(field(response.raw, "choices"))
    reasons = (field(place, name) for place in (choice, response.raw) for name in _FINISHES)
    return next((reason for reason in reasons if isinstance(reason, str)), "")
