"""Questions as people type them after another question: those that stand alone, and those that refer back."""

import functools
from datetime import datetime

import pytest

from assistant.answering.conversation import followups
from assistant.answering.conversation.turns import Reading, Turn
from assistant.domain.records import Answer, Claim, Finding, Paper
from assistant.library import bm25

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
    "why?",
    "How do they compare?",
    "Is that true for images as well?",
    "no, I meant offline RL",
    "on which datasets?",
    "Does the method scale?",
    "with diffusion policies?",
    "Anything similar for speech?",
    "which detectors did they try?",
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


def test_a_number_that_nothing_has_is_told() -> None:
    assert resolve("What does [9] say?").note == "nothing was cited as [9] so far"


def test_a_correction_drops_what_it_takes_back() -> None:
    assert (
        resolve("no, not reward but safety").text == "How can overoptimization be mitigated? no, not reward but safety"
    )
