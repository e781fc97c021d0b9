"""A model behind an endpoint that behaves: what it is sent, and what is made of its reply."""

import pytest
from support.endpoint import answers, chunk, says, serve, streams, usage
from support.replies import ASKED, KEY, ask, failure, warm

from assistant.models.base import ChatModel, Message, Reply
from assistant.models.openai.chat import OpenAIModel

__all__ = ["warm"]


def test_a_reply_is_heard_in_pieces_and_returned_whole_with_its_tokens() -> None:
    heard: list[str] = []
    with serve(says("Hello", " [P1a2b]", ".", tokens=(900, 9))) as server:
        model: ChatModel = OpenAIModel("m", key=KEY, base_url=server.url)
        assert model.reply(ASKED, heard.append) == Reply("Hello [P1a2b].", "scripted", False, 900, 9)
    assert heard == ["Hello", " [P1a2b]", "."]


def test_the_request_holds_the_messages_and_little_else() -> None:
    _, server = ask(says("Yes."))
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body == {
        "model": "m",
        "messages": [{"role": "user", "content": "What is Frobnicate?"}],
        "temperature": 0,
        "max_tokens": 4096,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_a_model_shows_neither_key_nor_password() -> None:
    model = OpenAIModel("m", key=KEY, base_url="https://me:pass@host.example:8/v1?token=t")
    assert repr(model) == "OpenAIModel('m', base_url='https://host.example:8/v1')"


@pytest.mark.parametrize(
    ("finish", "cut"), [("stop", False), ("eos_token", False), ("length", True), ("content_filter", True)]
)
def test_a_reply_that_was_stopped_early_is_marked_as_cut(finish: str, cut: bool) -> None:
    assert ask(says("Half a", finish=finish))[0].cut is cut


def test_a_prompt_of_which_little_was_read_is_marked_as_shortened() -> None:
    with serve([says("Yes.", tokens=(900, 1)), says("Yes.", tokens=(100, 1)), says("Yes.", tokens=None)]) as server:
        model = OpenAIModel("m", key=KEY, base_url=server.url)
        assert [model.reply([Message("user", "x" * 4_000)]).shortened for _ in range(3)] == [False, True, False]


@pytest.mark.parametrize(
    "pieces",
    [
        ("<think>Hm.\n\nP1?</think>\n\nYes.",),
        ("\n<th", "ink>Hm.</thi", "nk> Yes."),
        ("Hm.\n</think>\n\nYes.",),
        ("Yes.",),
    ],
)
def test_thoughts_are_no_part_of_a_reply(pieces: tuple[str, ...]) -> None:
    assert ask(says(*pieces))[0].text == "Yes."


def test_words_about_thoughts_stay() -> None:
    text = "R1 thinks between <think> and </think> marks [P1a2b]."
    assert ask(says(text))[0].text == text


@pytest.mark.parametrize("thought", ["<think>Hm, hm", "<think>Hm.</think>"])
def test_thoughts_alone_are_no_reply(thought: str) -> None:
    assert "the reply is empty" in failure(says(thought, finish="length"))[0]


def test_reasoning_in_a_field_of_its_own_is_not_read() -> None:
    thinking = chunk() | {"choices": [{"index": 0, "delta": {"reasoning_content": "Hm."}, "finish_reason": None}]}
    assert ask(streams(thinking, chunk("Yes."), chunk(finish="stop")))[0].text == "Yes."
    assert "the reply is empty" in failure(streams(thinking, chunk(finish="stop")))[0]


def test_a_character_that_came_in_halves_is_joined_and_a_lone_half_replaced() -> None:
    assert ask(says("a \ud83d", "\ude00 b \ud800", " c"))[0].text == "a 😀 b � c"


def test_an_escape_that_came_in_pieces_is_returned_as_it_is_for_printing_cleans_it() -> None:
    assert ask(says("\x1b", "]0;owned\x07Yes."))[0].text == "\x1b]0;owned\x07Yes."


def test_what_cannot_be_encoded_is_sent_without_it() -> None:
    with serve(says("Yes.")) as server:
        OpenAIModel("m", key=KEY, base_url=server.url).reply([Message("user", "caf\udce9?")])
    assert server.requests[0].body["messages"][0]["content"] == "caf�?"


def test_a_model_name_from_outside_is_one_clean_line() -> None:
    assert ask(streams(chunk("Yes.", "stop") | {"model": "a\x1b[2J\nb" + "c" * 999}))[0].model.startswith("a�[2J bccc")
    assert ask(streams(chunk("Yes.", "stop") | {"model": ["x"]}))[0].model == "m"


def test_a_server_that_does_not_stream_is_understood() -> None:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Yes."}, "finish_reason": "stop"}
    counts = {"prompt_tokens": 8, "completion_tokens": 1}
    reply = ask(answers(200, {"model": "n", "choices": [choice], "usage": counts}))[0]
    assert reply == Reply("Yes.", "n", False, 8, 1)


def test_without_a_key_a_local_server_answers() -> None:
    assert ask(says("Yes."), key=" \n")[1].requests[0].headers["authorization"] == "Bearer none"


def test_usage_is_optional_and_may_be_nonsense() -> None:
    for last in (usage(1, 1) | {"usage": "many"}, usage(1, 1) | {"usage": {"prompt_tokens": True}}, chunk()):
        reply = ask(streams(chunk("Yes.", "stop"), last))[0]
        assert (reply.input_tokens, reply.output_tokens) == (None, None)
