"""The doubles that ship: a scripted model keeps to its script, and a hashing embedder to its hashes."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from assistant.domain.errors import AssistantError, ModelError
from assistant.models.base import ChatModel, Embedder, Message, Reply
from assistant.testing import HashingEmbedder, ScriptedModel, ScriptExhausted

HELLO = [Message("system", "Be brief."), Message("user", "Hello?")]


def test_a_script_is_used_up_in_order_and_what_was_sent_is_kept() -> None:
    whole = Reply("Bye.", "other", cut=True, input_tokens=7)
    model: ChatModel = ScriptedModel(["Hello.", whole])
    assert [model.reply(HELLO), model.reply(HELLO[1:])] == [Reply("Hello.", "scripted"), whole]
    assert isinstance(model, ScriptedModel)
    assert model.requests == [tuple(HELLO), tuple(HELLO[1:])]


@pytest.mark.parametrize("text", ["Two words.", "", " \n", "  Padded\n\nlines \n", "[P1a2b]"])
def test_the_tokens_make_up_the_reply(text: str) -> None:
    tokens: list[str] = []
    assert ScriptedModel([text]).reply(HELLO, tokens.append).text == text
    assert "".join(tokens) == text
    assert len(tokens) == max(len(text.split()), bool(text))


def test_an_error_of_the_script_is_raised_and_counts_as_a_step() -> None:
    busy = ModelError("the model is busy", cure="wait")
    model = ScriptedModel([busy, "Hello."])
    with pytest.raises(ModelError) as caught:
        model.reply(HELLO)
    assert caught.value is busy
    assert model.reply(HELLO).text == "Hello."
    assert len(model.requests) == 2


def test_a_script_that_runs_out_fails_loudly_and_not_as_an_error_of_ours() -> None:
    model = ScriptedModel(["Hello."], name="m")
    model.reply(HELLO)
    with pytest.raises(ScriptExhausted, match=r"^the script of 'm' has 1 replies, and request 2 came: 'Hello\?'$"):
        model.reply(HELLO)
    assert issubclass(ScriptExhausted, AssertionError)
    assert not issubclass(ScriptExhausted, AssistantError)


def test_a_function_answers_any_number_of_requests_and_may_fail() -> None:
    def answer(messages: object) -> str | ModelError:
        return ModelError("too long") if len(str(messages)) > 1000 else "Fine."

    model = ScriptedModel(answer)
    assert [model.reply(HELLO).text for _ in range(3)] == ["Fine."] * 3
    with pytest.raises(ModelError, match="too long"):
        model.reply([Message("user", "x" * 1000)])


def test_a_lone_text_is_no_script() -> None:
    with pytest.raises(TypeError, match=r"write ScriptedModel\(\['Hello\.'\]\)"):
        ScriptedModel("Hello.")


def test_threads_get_each_step_once() -> None:
    script = [str(number) for number in range(200)]
    model = ScriptedModel(script)
    with ThreadPoolExecutor(8) as pool:
        texts = list(pool.map(lambda _: model.reply(HELLO).text, script))
    assert sorted(texts, key=int) == script


def test_the_hashing_embedder_ships_too() -> None:
    embedder: Embedder = HashingEmbedder(64)
    assert (embedder.fingerprint, embedder.embed(["moss"]).shape) == ("hashed-words/64", (1, 64))
