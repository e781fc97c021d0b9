"""Released prompts: their wording is pinned, their fields are filled once, whatever the values hold."""

import itertools
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.answering import prompts
from assistant.domain.errors import AssistantError
from assistant.models.base import Message

RELEASED = {
    "condense.v2": "9c6bf0c13c34594be532ac90d0dfd7a386ce7a088e228548535a0ed4990079fe",
    "condense.v1": "b612d622b178e8f0cfba7cbde8df626ca7114ec32e55428e071b1da1ed98e62e",
    "answer.v2": "a59cac0871f5cf756f901df012a853c84dc0c072dc3d1b371b5a7b4da0e982aa",
    "check.v1": "69e97d24326a032238b6227ee00c94c68a6850cb0e3fccd85b5357ba2f3b93b8",
    "check_one.v1": "649b557c0eb107de4c80a180650f46732ff2598d9a98d49df3332260a04d40fc",
    "revise.v2": "0833692a2a2a8638cad2484fec65fc1478283b1679ffb535d316971fa336bc83",
    "statements.v2": "490479dd09d428b4dcbbc2f7aa8fa115e8667ec89aeb002d68012c0bb9fc18f0",
    "sufficient.v1": "25dc4bea6bc54363e1be3ea95ec01a2eeab3f6f3dac05bcded44d9fa37c5e636",
    "summary.v1": "63d27f5adce8d46d7971c6e7b51ce90bfb19db1c9038bcd4d2732231c880c656",
    "theme.v1": "9eab1352032f91266f9bffddc4559d799eeb2a767fd51c5a25162737bacca178",
}
HOSTILE = [
    "$question",
    "${keys}",
    "$$",
    "$n^2$",
    "{x}",
    "{0}",
    "[1]",
    "=== fence ===",
    "%s",
    "\\1",
    "a\r\n+++\nb",
    "\ud800",
]


def test_every_prompt_is_released_and_its_wording_never_changes() -> None:
    names = sorted(path.stem for path in prompts.home().glob("*.md"))
    assert {name: prompts.load(name).sha256 for name in names} == RELEASED


@pytest.mark.parametrize("name", ["answer.v2"])
def test_the_abstention_is_one_sentence_everywhere(name: str) -> None:
    assert prompts.load(name).abstain == "The library does not hold the answer."


@pytest.mark.parametrize("name", RELEASED)
@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_arrives_as_it_is(name: str, value: str) -> None:
    prompt = prompts.load(name)
    filled = prompt.fill(**dict.fromkeys(prompt.fields, value))
    assert filled.count(value) >= len(prompt.fields)


@given(st.text(), st.text())
def test_values_are_filled_in_one_pass(history: str, question: str) -> None:
    prompt = prompts.load("condense.v1")
    pieces = re.split(r"\$(?:history|question|fence)", prompt.text)
    values = {"history": history, "question": question, "fence": "$question"}
    names = re.findall(r"\$(history|question|fence)", prompt.text)
    expected = "".join(piece + values.get(name, "") for piece, name in zip(pieces, [*names, ""], strict=True))
    assert prompt.fill(**values) == expected


@pytest.mark.parametrize("values", [{}, {"findings": "x", "more": "z"}])
def test_missing_and_unknown_values_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(AssistantError, match=r"revise\.v2: the prompt needs \['fence', 'findings'\], was given"):
        prompts.load("revise.v2").fill(**values)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Hello.", "no front matter"),
        ('+++\nfields = ["a"]\nabstain = "No."\n+++\n$b No.', r"declares the fields \['a'\] and uses \['b'\]"),
        ('+++\nfields = []\nabstain = "No."\n+++\nYes.', "the abstention sentence"),
        ('+++\nfields = ["a"]\n+++\nMind $a.\n+++\n$a', "its instructions have fields"),
    ],
)
def test_a_prompt_that_breaks_the_form_is_not_loaded(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "p.v1.md").write_text(text)
    with pytest.raises(AssistantError, match=why):
        prompts.load("p.v1", tmp_path)


def test_instructions_are_a_message_of_the_system_and_the_same_for_every_question(tmp_path: Path) -> None:
    text = 'Answer, or write "No."\n+++\nQuestion: $question\n'
    (tmp_path / "p.v2.md").write_text(f'+++\nfields = ["question"]\nabstain = "No."\n+++\n{text}')
    prompt = prompts.load("p.v2", tmp_path)
    assert prompt.messages(question="+++\n$question") == [
        Message("system", 'Answer, or write "No."'),
        Message("user", "Question: +++\n$question\n"),
    ]


@pytest.mark.parametrize("name", sorted(RELEASED.keys() - {"revise.v2"}))  # which follows what the model has read
def test_what_is_the_same_for_every_question_is_sent_first(name: str) -> None:
    """So that an endpoint which keeps what it has read of a prompt reads it once."""
    prompt = prompts.load(name)
    one, another = (prompt.messages(**{field: f"{word} {field}" for field in prompt.fields}) for word in ("1", "2"))
    assert one[:-1] == another[:-1]
    pairs = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one[-1].text, another[-1].text, strict=False))
    beginning = "".join(character for character, _ in pairs)
    assert beginning == re.split(r"\$", prompt.text)[0]
    assert len(one) > 1 or beginning.strip()


def test_a_missing_prompt_says_that_the_installation_is_not_complete(tmp_path: Path) -> None:
    with pytest.raises(AssistantError, match="install it again"):
        prompts.load("none.v1", tmp_path)
