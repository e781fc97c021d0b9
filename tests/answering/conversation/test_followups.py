"""Questions as people type them after another question: those that stand alone, and those that refer back."""

import functools
from datetime import datetime

import pytest

from assistant.answering.conversation import followups
from assistant.answering.conversation.turns import Reading, Turn
from assistant.domain.answers import Answer
from assistant.domain.records import Claim, Evidence, Finding, Paper
from assistant.library import bm25
from assistant.retrieval import languages

FIRST = "How can reward overoptimization be mitigated?"
PAPERS = [Paper("a", "On Ensembles", ""), Paper("b", "On Constraints", ""), Paper("c", "On Weight Averages", "")]

ALONE = [
    "Which paper introduced LoRA?",
    "Are there open source LLMs?",
    "How do vision and language models attend to each other?",
    "Which methods improve both reasoning and efficiency?",
    "What are the two stages of DPO training?",
    "What is the first paper on attention?",
    "How does the last documented scaling law look?",
    "What is LoRA?",
    "Why do transformers need positional encodings?",
    "How much data does instruction tuning need?",
    "Are there any methods for few-step image generation?",
    "Is there a benchmark for long-context retrieval?",
    "How does the model size affect in-context learning?",
    "No-regret learning in games, who studies that topic?",
    "How do diffusion models keep their samples diverse?",
    "Is it possible to train without labels?",
    "If a network is quantised to four bits, does it lose accuracy?",
    "New question answering benchmarks for medicine?",
    "Unrelated tasks: does multi-task training hurt?",
    "When should a language model agent ask for help?",
]
REFERRING = [
    "Does it need labels?",
    "And for images?",
    "what about smaller models?",
    "How do they compare?",
    "Is that true for images as well?",
    "on which datasets?",
    "Does the method scale?",
    "with diffusion policies?",
    "Anything similar for speech?",
    "which detectors did they try?",
    "Which papers propose ways to speed it up?",
    "What methods are there to avoid this?",
]
NAMING = {
    "What does [2] say?": "b",
    "tell me more about the second one": "b",
    "the first one": "a",
    "and the last paper?": "c",
    "Compare [1] and [3].": "ac",
    "which paper says that?": "abc",
    "source?": "abc",
    "who showed this?": "abc",
    "What do they have in common, all of them?": "abc",
}


@functools.cache
def terms() -> followups.Terms:
    return bm25.build_index([("a", "b")], None).terms


def resolve(question: str, *, first: bool = False) -> Reading:
    findings = tuple(Finding(paper, paper.id, "supported", "quote") for paper in PAPERS)
    answer = Answer(FIRST, "answered", (Claim("x", "supported", "quote", findings),), ())
    turns = [Turn(1, datetime.min, FIRST, Reading(FIRST), answer)] if not first else []
    return followups.resolve(question, turns, dict(enumerate(PAPERS, 1)) if not first else {}, terms())


@pytest.mark.parametrize("question", ALONE)
def test_what_stands_alone_is_left_as_it_is(question: str) -> None:
    assert resolve(question) == Reading(question)


@pytest.mark.parametrize("question", REFERRING)
def test_what_refers_back_is_searched_with_what_it_continues(question: str) -> None:
    reading = resolve(question)
    assert (reading.how, reading.named, reading.papers) == ("rule", False, ("a", "b", "c"))
    assert reading.text == f"{FIRST} {question}"
    assert reading.other == f"On Ensembles On Constraints On Weight Averages {question}"


@pytest.mark.parametrize("question", NAMING)
def test_papers_are_named_by_number_and_place(question: str) -> None:
    reading = resolve(question)
    assert (reading.named, "".join(reading.papers)) == (True, NAMING[question])


@pytest.mark.parametrize("question", [*REFERRING, *NAMING])
def test_a_first_question_has_nothing_to_refer_to(question: str) -> None:
    assert resolve(question, first=True) == Reading(question)


def test_an_announced_subject_is_a_new_one() -> None:
    assert resolve("OK, different question: does it snow on Mars?") == Reading("does it snow on Mars?")


WANTS = {
    "Who else has worked on this?": (FIRST, "others", ""),
    "other studies?": (FIRST, "others", ""),
    "others on ferns?": ("papers on ferns", "others", ""),
    "why?": (f"{FIRST} why?", "why", "abc"),
    "is that true?": (FIRST, "doubt", "abc"),
    "tell me more": (FIRST, "more", "abc"),
    "more about the second one": (FIRST, "more", "b"),
    "compare the first two": (f"{FIRST} compare the first two", "compare", "ab"),
    "Which of them needs labels?": (f"{FIRST} Which of them needs labels?", "which", "abc"),
    "only from 2024": ("How can reward overoptimization be mitigated, in papers from 2024?", "narrow", ""),
    "no, I meant offline RL": (f"{FIRST} offline RL", "correction", ""),
    "no, not reward but safety": ("How can overoptimization be mitigated? safety", "correction", ""),
    "I meant reward hacking": ("reward hacking", "correction", ""),
    "when was the last one published?": ("when was the last one published?", "fact", "c"),
    "who wrote it?": ("who wrote it?", "fact", "abc"),
    "What does [9] say?": (f"{FIRST} What does [9] say?", "missing", "abc"),
    "the first four": (f"{FIRST} the first four", "missing", "abc"),
    "source?": (f"{FIRST} source?", "cite", "abc"),
}
"""Question -> how it is completed, what it wants, and the papers that it refers to."""


@pytest.mark.parametrize("question", WANTS)
def test_what_a_follow_up_wants_of_the_answer_before(question: str) -> None:
    reading = resolve(question)
    assert (reading.text, reading.intent, "".join(reading.papers)) == WANTS[question]


def test_what_a_list_was_asked_about_is_narrowed_and_what_stands_beside_it_is_another_list() -> None:
    asked = "Which papers study grokking?"
    evidence = tuple(Evidence(paper.id, paper, 1.0) for paper in PAPERS)
    turns = [Turn(1, datetime.min, asked, Reading(asked), Answer(asked, "answered", (), evidence, kind="list"))]
    readings = [
        followups.resolve(question, turns, dict(enumerate(PAPERS, 1)), terms())
        for question in (
            *("only from 2024", "only for robots", "and ferns?", "and what about ferns?", "what about the others?"),
            *("more", "And can it be sped up?"),
        )
    ]
    assert [(reading.text, reading.intent, "".join(reading.papers)) for reading in readings] == [
        ("papers on grokking from 2024", "narrow", ""),
        ("papers on grokking for robots", "narrow", "abc"),
        ("papers on ferns", "continue", ""),
        ("papers on ferns", "continue", ""),
        (asked, "others", ""),
        (asked, "others", ""),
        (f"{asked} And can it be sped up?", "continue", "abc"),
    ]


def test_another_language_is_told_and_not_guessed_at() -> None:
    note = "this seems to be German: what refers to earlier answers is understood in English only"
    assert resolve("Und warum ist das so?") == Reading("Und warum ist das so?", note=note)
    assert resolve("Und warum ist das so?", first=True) == Reading("Und warum ist das so?")


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Welche anderen Arbeiten gibt es dazu?", "German"),
        ("Et les autres ?", "French"),
        ("¿Y por qué ocurre?", "Spanish"),
        ("E gli altri?", "Italian"),
        ("Waarom is dat zo?", "Dutch"),
        ("и почему?", "Russian"),
        ("为什么", "Chinese"),
        ("de novo design?", None),
        ("Does it need α and β?", None),
        ("offline RL", None),
    ],
)
def test_languages_are_told_by_small_words_and_scripts(question: str, language: str | None) -> None:
    assert languages.foreign(question) == language


def test_words_that_name_nothing_are_not_searched_for_where_no_question_was_asked_of_papers() -> None:
    asked = "What is the newest paper?"
    newest = Answer(asked, "answered", (), (Evidence("a", PAPERS[0], 1.0),), kind="facts")
    fact = Turn(1, datetime.min, asked, Reading(asked), newest)
    reading = followups.resolve("and the one before?", [fact], {1: PAPERS[0]}, terms())
    assert (reading.text, reading.intent) == ("and the one before?", "missing")
    about = followups.resolve("what does it say about moss?", [fact], {1: PAPERS[0]}, terms())
    assert (about.intent, about.papers) == ("continue", ("a",))


def test_a_number_that_nothing_has_is_told() -> None:
    assert resolve("What does [9] say?").note == "nothing was cited as [9] so far"
    assert resolve("the first four").note == "the last answer cites 3 papers only"
