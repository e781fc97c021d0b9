"""What is seen of an answer while it is made: the stages in words, drafts that replace each other, numbers for keys."""

import pytest

from assistant.cli.live import Progress, cite_by_number


def test_the_stages_of_an_answer_are_told_and_a_revision_replaces_the_draft() -> None:
    progress = Progress({})
    seen = [(progress.status(0.4), progress.draft)]
    for step in ("reading about 2,700 tokens", "", "Yes [Pab", "12].", "checking", "asking again", "No [P34cd]."):
        if step and step[0].islower():
            progress.on_stage(step)
        else:
            progress.on_token(step)
        seen.append((progress.status(1.0), progress.draft))
    assert seen == [
        ("searching… 0 s", ""),
        ("reading about 2,700 tokens… 1 s", ""),
        ("thinking… 1 s", ""),
        ("writing… 1 s", "Yes"),
        ("writing… 1 s", "Yes [1]."),
        ("checking… 1 s", "Yes [1]."),
        ("asking again… 1 s", "Yes [1]."),
        ("writing… 1 s", "No [1]."),
    ]


def test_thoughts_whose_beginning_was_in_the_prompt_are_gone_once_they_are_known_to_be_thoughts() -> None:
    progress = Progress({})
    for piece in ("Hm.\n", "</think>\n", "Yes."):
        progress.on_token(piece)
    assert progress.draft == "Yes."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("A [P1111, P2222]. B [P2222; P3333].", "A [2, 1]. B [1; 3]."),
        ('A [P1111: "words [x] of P9999"].', 'A [2: "words [x] of P9999"].'),
        ("P1111 is no citation [x].", "P1111 is no citation [x]."),
        ('A. B [P1111: "words', "A. B"),
        ("A [" + "x" * 400, "A [" + "x" * 400),
    ],
)
def test_keys_are_shown_as_numbers_that_papers_have_or_will_have(text: str, shown: str) -> None:
    assert cite_by_number(text, {"P2222": 1, "P4444": 0}) == shown
