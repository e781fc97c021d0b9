"""Run `python -m bench.passages SUITE LIBRARY`: the conditional logits of `passages`, on marked sentences.

Writes passages.json for the local cross-encoder and without one, fitted to the dev half of SUITE/sentences.jsonl, with
the share of its questions whose first passage overlaps a marked sentence: fitted, and with each tenth left out in turn,
by its best sentence and as it is quoted. The test half is not read: `assistant eval run` measures on that.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answering import passages, reading
from assistant.answering.passages import Candidates
from assistant.domain import titles
from assistant.library import abstracts, chunks
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.onnx.local import local_embedder, local_reranker
from assistant.retrieval import questions
from assistant.retrieval.retriever import Context
from bench import calibrations, regression

_RIDGE = 3.0
_PAPERS = 8
_FOLDS = 10
_JOINED_WITHIN = 0.75
"""On the dev half, with a cross-encoder, the first passage then hits 0.746 of the time, and 0.676 without joining, at
284 characters instead of 227; joining always gives 0.817 at 382."""


@dataclass(frozen=True)
class MarkedQuestion:
    """One question with its candidates, read and unread, and which of them answer."""

    read: Candidates
    unread: Candidates
    """The same without a cross-encoder."""
    answers: NDArray[np.bool_]
    """Which candidates overlap a marked sentence."""


def main(suite: str, folder: str) -> None:
    lines = (Path(suite) / "sentences.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["split"] == "dev"]
    embedder, reranker = local_embedder(os.environ), local_reranker(os.environ)
    marked = []
    with LibrarySnapshot(Path(folder), embedder.fingerprint) as library:
        for row in rows:
            query, _ = questions.parse_question(library, embedder, row["question"], None)
            evidence, _ = questions.find_evidence(library, query, _PAPERS, None, Context())
            by_id = abstracts.read(library, [item.paper for item in evidence], embedder)
            read = reading.read(reranker, query, evidence, by_id, library.words)
            measured, unread = (
                passages.measure(query.text, evidence, by_id, library.words, scores)
                for scores in (read, reading.Reading())
            )
            answers = np.array([_answers(row, measured, place) for place in range(len(measured.places))], bool)
            marked.append(MarkedQuestion(measured, unread, answers))
            print(row["id"], bool(answers.any()), flush=True)
    for models in ({}, {"reranker": reranker.fingerprint}):
        groups = [((question.read if models else question.unread).columns, question.answers) for question in marked]
        weights = _fit(groups)
        held_out = []
        for fold in range(_FOLDS):
            others = _fit([group for number, group in enumerate(groups) if number % _FOLDS != fold])
            for number in range(fold, len(groups), _FOLDS):
                quoted = _passage_hit(marked[number], _judge(others), reads=bool(models))
                held_out.append((_hit([groups[number]], others), quoted))
        left_out, joined_left_out = np.mean(held_out, axis=0)
        joined = [_passage_hit(question, _judge(weights), reads=bool(models)) for question in marked]
        figures = {
            "hit": round(_hit(groups, weights), 3),
            "hit_left_out": round(float(left_out), 3),
            "hit_joined": round(float(np.mean(joined)), 3),
            "hit_joined_left_out": round(float(joined_left_out), 3),
        }
        constants: calibrations.Constants = {"weights": weights, "joined_within": _JOINED_WITHIN}
        print(models, dict(zip(passages.COLUMNS, weights, strict=True)), figures)
        calibrations.write(passages.FILE, "passages", models, constants, figures)


def _judge(weights: Sequence[float]) -> passages.Judge:
    return passages.Judge(np.array(weights), _JOINED_WITHIN)


def _passage_hit(question: MarkedQuestion, judge: passages.Judge, *, reads: bool) -> bool:
    """Whether a sentence of the first passage answers."""
    measured = question.read if reads else question.unread
    scores = measured.columns @ judge.weights
    item, place = measured.places[int(np.argmax(scores))]
    rows = {other: row for row, (paper, other) in enumerate(measured.places) if paper is item}
    by_place = {other: float(scores[row]) for other, row in rows.items()}
    first, last = passages.neighbours(chunks.sentences_of(item.paper), place, by_place, judge.joined_within)
    return any(question.answers[row] for other, row in rows.items() if first <= other <= last)


def _answers(row: dict[str, object], measured: Candidates, number: int) -> bool:
    """Whether a candidate holds half of a marked span, or lies within one."""
    item, place = measured.places[number]
    spans = [
        span
        for answer in row["answers"]  # type: ignore[attr-defined]
        if titles.normalise(answer["paper"]) == titles.normalise(item.paper.title)
        for span in answer["spans"]
    ]
    sentence = chunks.sentences_of(item.paper)[place]
    start = item.paper.abstract.find(sentence)
    end = start + len(sentence)
    return any(
        (start >= first and end <= last) or 2 * (min(end, last) - max(start, first)) >= last - first
        for first, last in spans
    )


def _fit(groups: Sequence[regression.Group]) -> list[float]:
    answered = [group for group in groups if group[1].any()]
    return [round(float(weight), 3) for weight in regression.conditional(answered, ridge=_RIDGE)]


def _hit(groups: Sequence[regression.Group], weights: Sequence[float]) -> float:
    return float(np.mean([answers[np.argmax(columns @ np.array(weights))] for columns, answers in groups]))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
