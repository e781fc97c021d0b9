"""Questions answered by quotes alone: what they do not tell is said, and a name that no paper has is not answered."""

from dataclasses import replace

import pytest
from support.kitchen import PAPERS, RENNET, YEAST

from assistant.answering import pipeline
from assistant.answering.pipeline import Pipeline

NO_NUMBER = "a number is asked for, and none of these quotes has one"
MISSING: dict[str, tuple[str, tuple[str, ...]]] = {
    "How many bakers weigh flour?": ("Bakers weigh flour.", (NO_NUMBER,)),
    "How many minutes does curd need to form?": ("Curd forms within 40 minutes at 32 degrees.", ()),
    "Who says that older milk needs more rennet?": (
        "Older milk needs more rennet.",
        (f"who: “{RENNET}”, no authors are recorded",),
    ),
    "Which bakers don't weigh flour?": (
        "Bakers weigh flour.",
        ("“don't” was not checked: what was found has the other words of the question",),
    ),
}


@pytest.mark.parametrize("question", MISSING)
def test_what_is_asked_for_and_not_quoted_is_told(kitchen: Pipeline, question: str) -> None:
    answer = pipeline.ask(replace(kitchen, model=None), question)
    sentence, notes = MISSING[question]
    assert (answer.status, sentence in answer.claims[0].text, answer.notes) == ("answered", True, notes)


def test_a_name_that_no_paper_has_is_told_and_not_answered_beside_it(kitchen: Pipeline) -> None:
    base = replace(kitchen, model=None, ordinary={"yeast", "dough"}.__contains__)
    answer = pipeline.ask(base, "How does Zaitsev make dough rise with yeast?")
    assert (answer.status, answer.claims, answer.notes) == (
        "abstained",
        (),
        ("no title or abstract in the library has “Zaitsev”",),
    )
    assert answer.evidence[0].paper.title == YEAST
    known = pipeline.ask(base, "How does Yeast make dough rise?")
    assert (known.status, known.notes) == ("answered", ())
    assert known.claims[0].text in PAPERS[YEAST]
