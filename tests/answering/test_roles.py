"""A question and a sentence -> what the sentence plays in its abstract, read off its words."""

import pytest

from assistant.answering import roles

OPENING = "Moss grows on granite."


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("How does moss grow?", "We find that moss grows by night.", {"finding"}),
        ("Does moss grow by night?", "We find that moss grows by night.", {"finding", "affirming"}),
        ("How does moss grow?", "It is not known where moss grows.", {"gap"}),
        ("How many walls have moss?", "On 12 walls it grows.", {"figure"}),
        ("Why does moss die?", "It dies because walls dry.", {"reason"}),
    ],
)
def test_a_sentence_plays_the_parts_that_its_words_tell(question: str, sentence: str, expected: set[str]) -> None:
    numbers = dict(zip(roles.COLUMNS, roles.role([OPENING, sentence], 1, roles.focus(question)), strict=True))
    assert numbers.pop("position") == 1.0
    assert {name for name, number in numbers.items() if number} == expected


def test_the_first_sentence_opens_an_abstract_or_defines_its_subject() -> None:
    for question, name in (("How does moss grow?", "opening"), ("What is moss?", "defining")):
        numbers = dict(zip(roles.COLUMNS, roles.role([OPENING], 0, roles.focus(question)), strict=True))
        assert {name for name, number in numbers.items() if number} == {name}
