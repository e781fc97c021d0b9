"""A script -> the same replies and failures from an endpoint and from a llama-index LLM."""

import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import pytest
from pydantic import PrivateAttr
from support.endpoint import Exchange, chunk, encoded, refuses, serve, usage
from support.replies import warm

from assistant.domain.errors import ModelError
from assistant.domain.limits import REPLY_LIMIT
from assistant.models.base import ChatModel, Message, Reply
from assistant.models.openai.chat import OpenAIModel

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # llama-index's dependencies deprecate one another
    from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata

    from assistant.models.llama_index import LlamaModel

__all__ = ["warm"]
ASKED = [Message("system", "Be brief."), Message("user", "What is Frobnicate?")]
SILENCE = 1.5  # seconds


@dataclass(frozen=True)
class Script:
    """What a model writes, and how it ends: "stop", "length", or it breaks, or says nothing more."""

    pieces: Sequence[str]
    end: str = "stop"
    tokens: tuple[int, int] | None = (900, 9)
    over: Event = field(default_factory=Event)


class Scripted(CustomLLM):  # type: ignore[misc]  # llama-index is not typed here
    """An LLM that keeps to a script."""

    _script: Script = PrivateAttr()
    _prompts: list[str] = PrivateAttr(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="scripted")

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        raise NotImplementedError

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        self._prompts.append(prompt)
        return self._pieces()

    def _pieces(self) -> CompletionResponseGen:
        script, text = self._script, ""
        for piece in script.pieces:
            text += piece
            yield CompletionResponse(text=text, delta=piece)
        if script.end == "break":
            raise ConnectionError("the line went dead")
        if script.end == "stall":
            script.over.wait(60)
            return
        counts = usage(*script.tokens)["usage"] if script.tokens else None
        raw = {"choices": [{"finish_reason": script.end}], "usage": counts}
        yield CompletionResponse(text=text, delta="", raw=raw)


@contextmanager
def llama(script: Script) -> Iterator[ChatModel]:
    llm = Scripted()
    llm._script = script
    try:
        yield LlamaModel(llm, silence=SILENCE)
    finally:
        script.over.set()


@contextmanager
def endpoint(script: Script) -> Iterator[ChatModel]:
    def step(exchange: Exchange) -> None:
        if script.end == "break" and not script.pieces:
            refuses(400, "the line went dead")(exchange)
            return
        exchange.begin()
        exchange.send(encoded(*map(chunk, script.pieces), done=False) if script.pieces else b"")
        if script.end == "stall":
            exchange.wait()
        elif script.end != "break":
            last = [usage(*script.tokens)] if script.tokens else []
            exchange.send(encoded(chunk(finish=script.end), *last))
            exchange.end()

    with serve(step) as server:
        yield OpenAIModel("m", key="", base_url=server.url, silence=SILENCE)


Make = Callable[[Script], Any]
both = pytest.mark.parametrize("make", [endpoint, llama])


@both
@pytest.mark.parametrize(
    ("script", "heard", "reply"),
    [
        (Script(["Hi", " [P1a2b]", "."]), ["Hi", " [P1a2b]", "."], Reply("Hi [P1a2b].", "scripted", False, 900, 9)),
        (Script(["Half a"], "length"), ["Half a"], Reply("Half a", "scripted", True, 900, 9)),
        (Script(["Yes."], tokens=None), ["Yes."], Reply("Yes.", "scripted")),
        (Script(["<think>Hm.", "</think>\n\n", "Yes."]), ["", "Yes."], Reply("Yes.", "scripted", False, 900, 9)),
        (Script(["a \ud83d", "\ude00"]), ["a \ud83d", "\ude00"], Reply("a 😀", "scripted", False, 900, 9)),
    ],
    ids=["whole", "cut", "uncounted", "thoughts", "halves"],
)  # fmt: skip
def test_a_reply_is_heard_in_pieces_and_returned_with_what_is_known_of_it(
    make: Make, script: Script, heard: list[str], reply: Reply
) -> None:
    pieces: list[str] = []
    with make(script) as model:
        assert model.reply(ASKED, pieces.append, {"type": "object"}) == reply
    assert [piece for piece in pieces if piece.strip() or not piece][: len(heard)] == heard


@both
@pytest.mark.parametrize(
    ("end", "cause"),
    [("break", r"line went dead|connection failed"), ("stall", rf"no word of a reply for {SILENCE:g} seconds")],
)
def test_what_came_before_a_break_or_a_silence_is_kept(make: Make, end: str, cause: str) -> None:
    with make(Script(["Yes [P1a2b]. ", "And"], end)) as model:
        reply = model.reply(ASKED)
    assert (reply.text, reply.cut, reply.input_tokens) == ("Yes [P1a2b]. And", True, None)
    assert re.search(cause, reply.break_cause)


@both
@pytest.mark.parametrize(
    ("script", "cause"),
    [
        (Script([], "break"), "the line went dead"),
        (Script([], "stall"), rf"no word of a reply for {SILENCE:g} seconds"),
        (Script([]), "the reply is empty"),
        (Script(["<think>Hm, hm"], "length"), "the model only thought"),
        (Script(["x" * 100_000] * (REPLY_LIMIT // 100_000 + 1)), "the reply is longer than 200,000 characters"),
    ],
    ids=["break", "silence", "empty", "thoughts", "flood"],
)
def test_where_nothing_of_an_answer_came_the_failure_says_why_and_what_to_do(
    make: Make, script: Script, cause: str
) -> None:
    with make(script) as model, pytest.raises(ModelError, match=cause) as caught:
        model.reply(ASKED)
    assert "or answer without a model" in caught.value.cure


@both
def test_what_a_listener_raises_is_no_failure_of_the_model(make: Make) -> None:
    def listen(piece: str) -> None:
        raise KeyboardInterrupt

    with make(Script(["Yes."])) as model, pytest.raises(KeyboardInterrupt):
        model.reply(ASKED, listen)


@pytest.mark.parametrize(
    "raw",
    [
        {"usage": {"input_tokens": 900, "output_tokens": 9}, "stop_reason": "max_tokens"},
        {"usage_metadata": {"prompt_token_count": 900, "candidates_token_count": 9}, "finish_reason": "MAX_TOKENS"},
        {"prompt_eval_count": 900, "eval_count": 9, "done_reason": "length", "model": "scripted"},
    ],
    ids=["Anthropic", "Gemini", "Ollama"],
)
def test_other_integrations_tell_tokens_and_cuts_in_their_own_words(raw: dict[str, Any]) -> None:
    class Other(Scripted):
        def _pieces(self) -> CompletionResponseGen:
            yield CompletionResponse(text="Yes.", raw=raw)  # and the whole text rather than a piece of it

    assert LlamaModel(Other()).reply(ASKED) == Reply("Yes.", "scripted", True, 900, 9)


def test_an_llm_that_does_not_stream_is_asked_for_a_whole_reply() -> None:
    class Whole(Scripted):
        def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
            return CompletionResponse(text=f"You said: {prompt}")

        def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
            raise NotImplementedError

    assert LlamaModel(Whole()).reply(ASKED).text.startswith("You said: system: Be brief.\nuser: What is Frobnicate?")
