"""A model's rewriting of a follow-up beside the reading by rule: which one is taken, in any language, and why."""

from datetime import datetime

import pytest

from assistant.answering.conversation import followups, rewriting
from assistant.answering.conversation.turns import Reading, Turn
from assistant.domain.answers import Answer
from assistant.domain.records import Claim, Finding, Paper
from assistant.testing import ScriptedModel

PAPER = Paper("p1", "Warm Ovens Make Sourdough Rise", "")


def terms(text: str) -> list[str]:
    return [
        word for word in text.casefold().strip("?").split() if word not in {"how", "does", "the", "is", "and", "in"}
    ]


def turn(question: str) -> Turn:
    claim = Claim(
        "Sourdough rises in a warm oven.", "supported", "quote", (Finding(PAPER, "p1", "supported", "quote"),)
    )
    return Turn(1, datetime.min, question, Reading(question), Answer(question, "answered", (claim,), ()))


def read(first: str, question: str, reply: str) -> tuple[Reading, int]:
    """Return the reading of a question after a first one, and how often the model was asked."""
    turns, cited, model = (turn(first),), {1: PAPER}, ScriptedModel([reply])
    reading = followups.resolve(question, turns, cited, terms)
    rule = rewriting.by_rule(question, reading, turns, terms)
    return (rewriting.rewrite(model, question, rule, turns, cited) if rule else reading), len(model.requests)


ENGLISH, GERMAN = "How does sourdough rise?", "Wie geht Sauerteig auf?"
SPANISH, FRENCH = "¿Cómo sube la masa madre?", "Comment le levain lève-t-il ?"


@pytest.mark.parametrize(
    ("first", "question", "reply"),
    [
        (ENGLISH, "And in winter?", "How does sourdough rise in winter?"),
        (GERMAN, "Und im Winter?", "Wie geht Sauerteig im Winter auf?"),
        (SPANISH, "¿Y en invierno?", "¿Cómo sube la masa madre en invierno?"),
        (FRENCH, "Et en hiver ?", "Rewritten: Comment le levain lève-t-il en hiver ?"),
        (ENGLISH, "Does steam matter?", "Does steam matter when sourdough rises?"),
        (ENGLISH, "Do warm stone ovens speed it up?", "Do warm stone ovens speed up how sourdough rises?"),
    ],
)
def test_a_rewriting_that_keeps_the_subject_is_taken(first: str, question: str, reply: str) -> None:
    reading, _ = read(first, question, reply)
    assert (reading.text, reading.how, reading.note) == (reply.removeprefix("Rewritten: "), "model", "")


@pytest.mark.parametrize(
    ("first", "question", "reply", "why"),
    [
        (
            ENGLISH,
            "And in winter?",
            "Does winter matter?",
            "wrote what leaves out what the question is about: “Does wi",
        ),
        (GERMAN, "Und im Winter?", "Wie wird der Winter?", "wrote what leaves out what the question is about: “Wie"),
        (SPANISH, "¿Y en invierno?", "¿Cómo sube la masa madre?", "wrote what leaves out what is asked: “¿Cómo sube"),
        (FRENCH, "Et en hiver ?", "Le levain lève moins en hiver.", "wrote what answers rather than asks: “Le levain"),
        (
            ENGLISH,
            "And in winter?",
            "How does sourdough rise in winter near glaciers of Norway?",
            "wrote what brings words that nobody said: near, glaciers, norway: “How",
        ),
        (
            GERMAN,
            "Und im Winter?",
            "Und im Winter?",
            "wrote what leaves out what the question is about: “Und im Winter?”",
        ),
        (
            GERMAN,
            "Und mit weniger Sauerteig?",
            "Und mit weniger Sauerteig?",
            "wrote what adds nothing of what was said before: “Und mit",
        ),
        (
            ENGLISH,
            "And with less sourdough?",
            "What with less sourdough?",
            "wrote what adds nothing of what was said before: “What",
        ),
        (ENGLISH, "And in winter?", "  ", "wrote no question"),
    ],
)
def test_a_rewriting_at_fault_leaves_the_rule_and_is_named(first: str, question: str, reply: str, why: str) -> None:
    reading, _ = read(first, question, reply)
    assert (reading.text, reading.how) == (f"{first} {question}", "rule")
    assert reading.note.startswith(f"the follow-up was completed by rule, for the model {why}")


@pytest.mark.parametrize(
    ("first", "question"),
    [
        (GERMAN, "Andere Frage: Warum schimmelt Brot?"),
        (ENGLISH, "Another question: why does bread mould?"),
        (ENGLISH, "Why do rye loaves from stone ovens stay fresh?"),
        (ENGLISH, "Others?"),
        (ENGLISH, "Thanks!"),
    ],
)
def test_what_the_rule_says_all_of_is_not_rewritten_or_stays_as_it_is(first: str, question: str) -> None:
    reading, requests = read(first, question, question)
    assert reading.how == "alone" or requests == 0


def test_a_new_subject_that_the_model_repeats_is_read_without_the_words_that_announce_it() -> None:
    question = "Andere Frage: Warum schimmelt das Brot?"
    reading, requests = read(GERMAN, question, question)
    assert (reading.text, reading.how, reading.note, requests) == ("Warum schimmelt das Brot?", "alone", "", 1)


def test_the_first_question_is_rewritten_by_nobody() -> None:
    assert rewriting.by_rule(GERMAN, Reading(GERMAN), (), terms) is None
