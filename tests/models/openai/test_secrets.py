"""A key that an endpoint echoes in its reply: masked in the text, in its pieces, and in the model's name."""

import pytest
from support.endpoint import chunk, says, serve, streams
from support.faults import KEY
from support.growth import check_linear

from assistant.models.base import Message
from assistant.models.openai.chat import OpenAIModel
from assistant.models.openai.secrets import MaskedTokens, Secrets


@pytest.mark.parametrize("size", [1, 2, 5, 9, 100])
@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"Your key is {KEY}, keep it.", "Your key is ***, keep it."),
        (f"{KEY[:-4]}.", "***."),
        (f"Twice: {KEY}, {KEY}", "Twice: ***, ***"),
        ("A sk-sec and a secret-key are words.", "A sk-sec and a secret-key are words."),
    ],
)
def test_a_key_in_an_answer_is_neither_shown_nor_kept(text: str, shown: str, size: int) -> None:
    heard: list[str] = []
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    with serve(says(*pieces)) as server:
        reply = OpenAIModel("m", key=f"{KEY}\n", base_url=server.url).reply([Message("user", "Why?")], heard.append)
    assert reply.text == shown
    # The first two characters of a key are too common to be held back: they are shown where they come alone.
    assert "".join(heard).replace("sk***", "***").replace("s***", "***") == shown
    assert size < len(text) or "".join(heard) == shown


def test_a_key_in_the_model_s_name_is_masked() -> None:
    event = chunk("Yes.", "stop") | {"model": f"m {KEY} n"}
    with serve(streams(event)) as server:
        reply = OpenAIModel("m", key=KEY, base_url=server.url).reply([Message("user", "Why?")])
    assert reply.model == "m *** n"


def test_a_token_that_begins_no_key_is_passed_on_at_once() -> None:
    heard: list[str] = []
    tokens = MaskedTokens(Secrets(KEY), heard.append)
    tokens.put("Reward models")
    assert heard == ["Reward models"]
    tokens.put(" of sk-sec")
    assert heard == ["Reward models", " of "]
    tokens.put("ond rank")
    assert heard == ["Reward models", " of ", "sk-second rank"]


@pytest.mark.parametrize("key", ["placeholder", "not-needed", "local-embedding-server"])
def test_words_of_which_a_local_key_is_made_stay_in_an_answer(key: str) -> None:
    text = "An embedding of a placeholder is not-needed by the local-embedding of a server."
    assert Secrets(key).mask_reply(text) == text


def test_the_time_to_mask_grows_with_the_length() -> None:
    def work(length: int) -> None:
        tokens = MaskedTokens(Secrets(KEY), lambda token: None)
        for _ in range(length // len(KEY)):
            tokens.put(KEY)
        tokens.end()

    check_linear(work, 60_000)
