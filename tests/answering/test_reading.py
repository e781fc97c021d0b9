"""A question and its evidence -> the sentences that a cross-encoder reads, and what its scores are used for."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support.libraries import HashedWords, made

from assistant.answering import answerability, passages, pipeline, reading
from assistant.answering.pipeline import Pipeline
from assistant.domain.errors import ModelError
from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.onnx.published import MS_MARCO

QUESTION = "How do we predict glaciers?"


class CountsLetters:
    """Scores a pair by the letters of its passage, and remembers it."""

    fingerprint = "letters/1"

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        self.pairs += pairs
        return np.array([len(passage) for _, passage in pairs], np.float32)


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Pipeline]:
    embedder = HashedWords()
    with LibrarySnapshot(made(tmp_path), embedder.fingerprint) as library:
        yield Pipeline(library, embedder)


def test_the_likeliest_sentences_are_read_behind_their_titles(asking: Pipeline) -> None:
    query, evidence, _ = pipeline.rank(asking, QUESTION, 8)
    by_id = abstracts.read(asking.library, [item.paper for item in evidence], asking.embedder)
    reranker, words = CountsLetters(), asking.library.words
    read = reading.read(reranker, query, evidence, by_id, words)
    assert len(reranker.pairs) == reading.MOST_PAIRS < sum(len(by_id[item.paper.id].sentences) for item in evidence)
    passages = {
        f"{abstract.paper.title}. {sentence}": (id, place)
        for id, abstract in by_id.items()
        for place, sentence in enumerate(abstract.sentences)
    }
    expected: dict[str, dict[int, float]] = {}
    for question, passage in reranker.pairs:
        id, place = passages[passage]
        expected.setdefault(id, {})[place] = len(passage)
        assert question == QUESTION
    assert read.scores == expected
    first = evidence[0].paper.id
    assert read.best(first) == max(expected[first].values())
    assert reading.Reading().best(first) == reading.Reading({first: {}}).best("no paper") < -10
    assert reading.read(None, query, evidence, by_id, words) == reading.Reading()


def test_what_settles_an_open_question_is_quoted_with_it() -> None:
    asks, settles = "Whether moss sleeps is not known.", "Here we show that it does, at noon."
    scores = {0: -9.0, 1: 0.0, 2: -9.0}
    assert passages.neighbours(["Moss is green.", asks, settles], 1, scores, 0.5) == (1, 2)
    assert passages.neighbours(["Moss is green.", asks, "Moss was wet."], 1, scores, 0.5) == (1, 1)
    assert passages.neighbours(["Moss is green.", asks, settles + " So" * 200], 1, scores, 0.5) == (2, 2)


class Fails:
    """A cross-encoder that gives no score; by its fingerprint it is one that thresholds were fitted to."""

    fingerprint = MS_MARCO.fingerprint

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        raise ModelError("the model failed")


@pytest.mark.parametrize("question", [QUESTION, "Which papers predict glaciers?"])
def test_a_cross_encoder_that_fails_costs_no_answer(asking: Pipeline, question: str) -> None:
    without = pipeline.ask(asking, question)
    answer = pipeline.ask(replace(asking, reranker=Fails()), question)
    assert (answer.status, answer.claims, answer.confidence) == (without.status, without.claims, without.confidence)
    assert answer.claims
    assert answer.notes == (*without.notes, "the reranker failed, and this is answered without it: the model failed")


def test_scores_of_another_cross_encoder_decide_nothing(asking: Pipeline) -> None:
    """The thresholds belong to the cross-encoder that they were fitted to; with another they are those without one."""
    reranker = CountsLetters()
    with_other = pipeline.ask(replace(asking, reranker=reranker), QUESTION)
    without = pipeline.ask(asking, QUESTION)
    assert (with_other.claims, with_other.confidence) == (without.claims, without.confidence)
    assert not answerability.load(asking.embedder.fingerprint, reranker.fingerprint).models
