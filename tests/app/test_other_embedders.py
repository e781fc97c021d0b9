"""An embedder that no thresholds were fitted to -> answers by words, the same on any scale of cosines, and told so."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from support import libraries
from support.libraries import HashedWords

from assistant import open_library
from assistant.answering import answerability
from assistant.domain.answers import Answer
from assistant.library import writer
from assistant.models.base import Embedder
from assistant.models.onnx.published import BGE_SMALL, MS_MARCO
from assistant.verification.support import classifier

QUESTIONS = (*libraries.QUESTIONS, "Where do whales sing at night?", "How is copper smelted?")


class Shifted:
    """Another embedder's vectors with one component more, the same for all: each cosine c becomes (c + s) / (1 + s)."""

    def __init__(self, embedder: Embedder, shift: float) -> None:
        self._embedder = embedder
        self._shift = shift
        self.fingerprint = f"{embedder.fingerprint}/shifted-by-{shift}"
        self.dimension = embedder.dimension + 1

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        vectors = self._embedder.embed(texts, on_progress)
        constant = np.full((len(texts), 1), np.sqrt(self._shift), np.float32)
        return np.asarray(np.hstack((vectors, constant)) / np.sqrt(1 + self._shift), np.float32)

    embed_queries = embed


def ask(folder: Path, embedder: Embedder) -> tuple[list[Answer], list[str]]:
    """The answers to all questions, without what no two runs share, and what was told."""
    writer.add(folder, libraries.entries(0, libraries.MADE), embedder)
    told: list[str] = []
    with open_library(folder, embedder=embedder, model="none", reranker="none", on_message=told.append) as library:
        answers = [library.ask(question) for question in QUESTIONS]
        library.verify("Glaciers were weighed. [id7]")
    nothing = replace(answers[0].seconds, retrieve=0.0, generate=0.0, verify=0.0, total=0.0)
    return [
        replace(answer, seconds=nothing, evidence=tuple(replace(item, score=0.0) for item in answer.evidence))
        for answer in answers
    ], told


@pytest.mark.parametrize("shift", [1.0, 9.0])
def test_answers_are_the_same_on_any_scale_of_cosines(tmp_path: Path, shift: float) -> None:
    plain, told = ask(tmp_path / "plain", HashedWords(64))
    shifted, told_too = ask(tmp_path / "shifted", Shifted(HashedWords(64), shift))
    assert [answer.status for answer in plain] == ["answered"] * 4 + ["abstained"] * 2
    assert shifted == plain
    line = "no thresholds were fitted to the embedder {}: it ranks papers, and words decide what answers"
    assert told == [line.format("hashed-words/64")]
    assert told_too == [line.format(f"hashed-words/64/shifted-by-{shift}")]


def test_the_models_that_come_with_the_program_have_thresholds_of_their_own() -> None:
    for reranker, reads_sentences in ((MS_MARCO.fingerprint, True), (None, False), ("other/1", False)):
        judge = answerability.load(BGE_SMALL.fingerprint, reranker)
        assert judge.models == {"embedder", *(["reranker"] if reads_sentences else [])}
        for regression, columns in (
            (judge.paper, answerability.PAPER_COLUMNS),
            (judge.question, answerability.QUESTION_COLUMNS),
        ):
            assert len(regression) == 1 + len(columns)
            assert (regression[1 + columns.index("reader")] != 0) == reads_sentences
        assert 0 < judge.floor < judge.answer_at < 1
    assert not classifier.load(BGE_SMALL.fingerprint).is_generic
    assert classifier.load(f"{BGE_SMALL.fingerprint}/other").is_generic
