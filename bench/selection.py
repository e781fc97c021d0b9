"""Run `python -m bench.selection dev|test SUITE LIBRARY ...`: when to answer, and from which papers.

On `dev` fits the regressions of `answerability`, with and without the embedder and the cross-encoder that are `local`
here, and writes a table of answering/calibration.json for each of the four. On `test` it measures what is in that file.
Each question that has an answer is also asked with its gold papers taken away (its removal twin), when it has none.
Prints, of questions left out of the fit by ten folds, the AUC against near misses and against twins, and how many of
these are answered where so many answers are withheld.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answering import answerability, pipeline, reading
from assistant.answering.answerability import PAPER_COLUMNS, QUESTION_COLUMNS, Features, Judge
from assistant.answering.pipeline import Pipeline
from assistant.app import tokens
from assistant.evaluation import suites
from assistant.evaluation.cases import Case
from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Reranker
from assistant.models.onnx.local import local_embedder, local_reranker
from bench import calibrations, regression

_FOLDS = 10
_RIDGE = 3.0
_WITHHELD = 0.03  # share of the answers that may be withheld: 8 %, less two standard errors of so few questions
_FLOOR = 0.75  # times the probability from which on an answer is given
_CURVE = (0.02, 0.04, 0.06, 0.08, 0.10, 0.15, 0.20)
_NEAR_MISS = 1.7  # how much a question without an answer weighs against a twin, of which there are three times as many
_OF_MODELS = {"whole": "embedder", "whole_behind": "embedder", "reader": "reranker", "reader_behind": "reranker"}
"""The columns that only a model fills."""
Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """One question, with the features of its evidence."""

    case: Case
    features: Features
    right: Rows
    """For each paper of the evidence: 1 where it is gold or acceptable."""
    several: bool
    """Whether it asks for several papers."""
    twin: bool
    """Asked of the library without its gold papers: then it has no answer."""

    @property
    def has_answer(self) -> bool:
        return self.case.answerable and not self.twin


class Remembering:
    """A reranker that scores each pair once: a question and its twin share most."""

    def __init__(self, reranker: Reranker) -> None:
        self._reranker = reranker
        self.fingerprint = reranker.fingerprint
        self._scores: dict[tuple[str, str], float] = {}

    def score(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        new = [pair for pair in pairs if pair not in self._scores]
        self._scores.update(zip(new, map(float, self._reranker.score(new)), strict=True))
        return np.array([self._scores[pair] for pair in pairs], np.float32)


def main(split: str, places: Sequence[str]) -> None:
    reranker = Remembering(local_reranker(os.environ))
    samples = [
        sample
        for suite, library in zip(places[::2], places[1::2], strict=True)
        for sample in ask(Path(suite), Path(library), split, reranker)
    ]
    embedder = local_embedder(os.environ).fingerprint
    by_words: dict[str, str] = {}
    for models in (
        by_words,
        {"reranker": reranker.fingerprint},
        {"embedder": embedder},
        {"embedder": embedder, "reranker": reranker.fingerprint},
    ):
        if split == "dev":
            fit(samples, models)
        judge = answerability.load(models.get("embedder", ""), models.get("reranker"))
        if split != "dev":
            chances = np.array([answerability.confidence(replace(s.features, judge=judge)) for s in samples])
            print(f"{models or 'generic'}: {figures(samples, chances, judge.answer_at)}\n{curve(samples, chances)}")


def ask(folder: Path, place: Path, split: str, reranker: Reranker) -> list[Sample]:
    """Ask every question of one split that is asked alone, and its twin."""
    cases = [case for case in suites.load(folder).cases if case.split == split and len(case.turns) == 1]
    embedder, samples = local_embedder(os.environ), []
    judge = answerability.load(embedder.fingerprint, reranker.fingerprint)
    with LibrarySnapshot(place, embedder.fingerprint) as library:
        asking = Pipeline(library, embedder, ordinary=tokens.ordinary(os.environ), reranker=reranker)
        ids = {paper.title: paper.id for paper in library.papers()}
        for case in cases:
            turn = case.turns[0]
            good = {ids.get(title) for title in (*turn.acceptable, *(title for group in turn.gold for title in group))}
            samples.append(_sample(asking, case, good, judge, twin=False))
            if case.answerable:
                rest = replace(asking, allowed=frozenset(id for id in library.ids if id not in good))
                samples.append(_sample(rest, case, good, judge, twin=True))
    return samples


def _sample(asking: Pipeline, case: Case, good: set[str | None], judge: Judge, *, twin: bool) -> Sample:
    question, words = case.turns[0].question, asking.library.words
    query, evidence, _ = pipeline.rank(asking, question, asking.limit)
    by_id = abstracts.read(asking.library, [item.paper for item in evidence], asking.embedder)
    read = reading.read(asking.reranker, query, evidence, by_id, words)
    features = answerability.features(query, evidence, by_id, words, read, judge)
    right = np.array([float(item.paper.id in good) for item in evidence])
    return Sample(case, features, right, answerability.asks_for_several(question), twin)


def fit(samples: Sequence[Sample], models: dict[str, str]) -> None:
    """Fit everything on what these models offer, print the figures, and write the table."""
    missing = {column for column, kind in _OF_MODELS.items() if kind not in models}
    number = {id: place for place, id in enumerate(dict.fromkeys(sample.case.id for sample in samples))}
    questions = _blank(np.array([sample.features.question for sample in samples]), QUESTION_COLUMNS, missing)
    labels = np.array([float(sample.has_answer) for sample in samples])
    owners = np.array([number[sample.case.id] for sample in samples])
    weights = np.array([1.0 if sample.case.answerable else _NEAR_MISS for sample in samples])
    chances = _left_out(questions, labels, owners, weights)
    plain = [sample for sample in samples if sample.case.answerable and not sample.twin]
    papers = _blank(np.concatenate([sample.features.papers for sample in plain]), PAPER_COLUMNS, missing)
    right = np.concatenate([sample.right for sample in plain])
    paper_owners = np.array([number[sample.case.id] for sample in plain for _ in sample.right])
    paper_chances = np.split(
        _left_out(papers, right, paper_owners, np.ones(len(right))),
        np.cumsum([len(sample.right) for sample in plain])[:-1],
    )
    answer_at = _threshold(chances[labels == 1], _WITHHELD)
    further, several = (_best_threshold(plain, paper_chances, several=several) for several in (False, True))
    constants = {
        "question": regression.logistic(questions, labels, weights, ridge=_RIDGE).round(3).tolist(),
        "paper": regression.logistic(papers, right, ridge=_RIDGE).round(3).tolist(),
        "answer_at": answer_at,
        "floor": round(_FLOOR * answer_at, 3),
        "further_paper_at": further,
        "several_papers_at": several,
    }
    found = figures(samples, chances, answer_at)
    print(f"{models or 'generic'}: {found}\n{curve(samples, chances)}")
    calibrations.write(answerability.FILE, "selection", models, constants, found)


def figures(samples: Sequence[Sample], chances: Rows, answer_at: float) -> dict[str, float]:
    """Return how well these probabilities tell questions with an answer from near misses and from twins."""
    answerable, misses, twins = _parts(samples, chances)
    return {
        "auc_near_misses": round(regression.auc(answerable, misses), 3),
        "auc_twins": round(regression.auc(answerable, twins), 3),
        "withheld": round(float((answerable < answer_at).mean()), 3),
        "near_misses_answered": round(float((misses >= answer_at).mean()), 3),
        "twins_answered": round(float((twins >= answer_at).mean()), 3),
        "with_an_answer_below_floor": round(float((answerable < _FLOOR * answer_at).mean()), 3),
        "without_an_answer_below_floor": round(float((misses < _FLOOR * answer_at).mean()), 3),
    }


def curve(samples: Sequence[Sample], chances: Rows) -> str:
    """Return a table: where so many answers are withheld, the share of near misses and of twins that is answered."""
    answerable, misses, twins = _parts(samples, chances)
    lines = ["| withheld | threshold | near misses answered | twins answered |", "|---|---|---|---|"]
    for share in _CURVE:
        least = _threshold(answerable, share)
        answered = [(part >= least).mean() for part in (misses, twins)]
        lines.append(f"| {share:.0%} | {least:.3f} | {answered[0]:.0%} | {answered[1]:.0%} |")
    return "\n".join(lines)


def _parts(samples: Sequence[Sample], chances: Rows) -> tuple[Rows, Rows, Rows]:
    """Return the probabilities of the questions with an answer, of those without one, and of the twins."""
    kinds = np.array([0 if sample.has_answer else 2 if sample.twin else 1 for sample in samples])
    return chances[kinds == 0], chances[kinds == 1], chances[kinds == 2]


def _threshold(chances: Rows, share: float) -> float:
    """Return the highest number of three digits that at most this share lies below."""
    return float(np.floor(np.quantile(chances, share, method="lower") * 1000) / 1000)


def _best_threshold(samples: Sequence[Sample], chances: Sequence[Rows], *, several: bool) -> float:
    """Return the probability from which on a further paper is to be cited for the highest mean F1 of the titles."""
    pairs = [pair for pair in zip(samples, chances, strict=True) if pair[0].several == several]
    grid = np.arange(0.05, 0.75, 0.05).round(2)
    return float(max(grid, key=lambda least: np.mean([_f1(sample, chance, least) for sample, chance in pairs])))


def _f1(sample: Sample, chances: Rows, least: float) -> float:
    order = np.argsort(-chances, kind="stable")[: answerability.MAX_PAPERS]
    cited = [place for rank, place in enumerate(order) if not rank or chances[place] >= least]
    hits, gold = float(sample.right[cited].sum()), len(sample.case.turns[0].gold)
    precision, recall = hits / len(cited), min(1.0, hits / gold)
    return 2 * precision * recall / (precision + recall) if hits else 0.0


def _blank(rows: Rows, columns: Sequence[str], missing: set[str]) -> Rows:
    return np.where([column in missing for column in columns], 0.0, rows)


def _left_out(rows: Rows, labels: Rows, owner: NDArray[np.int64], weights: Rows) -> Rows:
    """Return the probability of each row by a fit without its fold of questions."""
    folds = np.random.default_rng(0).integers(0, _FOLDS, owner.max() + 1)[owner]
    chances = np.zeros(len(rows))
    for fold in range(_FOLDS):
        rest = folds != fold
        model = regression.logistic(rows[rest], labels[rest], weights[rest], ridge=_RIDGE)
        chances[folds == fold] = 1 / (1 + np.exp(-(model[0] + rows[folds == fold] @ model[1:])))
    return chances


if __name__ == "__main__":
    if len(sys.argv) < 4 or len(sys.argv) % 2 or sys.argv[1] not in ("dev", "test"):
        sys.exit(__doc__)
    main(sys.argv[1], sys.argv[2:])
