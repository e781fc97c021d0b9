"""Run `python -m bench.selection SUITE LIBRARY ...`: the regressions of `answerability`, on the dev halves of suites.

Prints the constants for answerability.py, and their AUC on questions left out, by ten folds.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant import app
from assistant.answering import answerability, pipeline
from assistant.answering.answerability import Features
from assistant.answering.pipeline import Pipeline
from assistant.evaluation import suites
from assistant.evaluation.suites import Case
from assistant.library import abstracts
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder
from assistant.models.onnx.local import local_embedder
from bench import regression

_FOLDS = 10
_RIDGE = 3.0
Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """One question of a dev half, with the features of its evidence."""

    case: Case
    features: Features
    right: Rows
    """For each paper of the evidence: 1 where it is gold or acceptable."""
    twin: bool = False
    """Asked of the library without its gold papers: then it has no answer."""


def main(places: Sequence[str]) -> None:
    embedder = local_embedder(os.environ)
    samples = [
        sample
        for suite, library in zip(places[::2], places[1::2], strict=True)
        for sample in _ask(Path(suite), Path(library), embedder)
    ]
    questions = np.array([sample.features.question for sample in samples])
    answerable = np.array([float(sample.case.answerable and not sample.twin) for sample in samples])
    numbers = {id: number for number, id in enumerate(dict.fromkeys(sample.case.id for sample in samples))}
    plain = [sample for sample in samples if not sample.twin]
    papers = np.concatenate([sample.features.papers for sample in plain])
    right = np.concatenate([sample.right for sample in plain])
    for name, rows, labels, owner in (
        ("_QUESTION_MODEL", questions, answerable, np.array([numbers[sample.case.id] for sample in samples])),
        ("_PAPER_MODEL", papers, right, np.array([numbers[sample.case.id] for sample in plain for _ in sample.right])),
    ):
        model = regression.logistic(rows, labels, ridge=_RIDGE)
        chance = _left_out(rows, labels, owner, len(numbers))
        area = regression.auc(chance[labels == 1], chance[labels == 0])
        print(f"{name} = ({model[0]:.2f}, ({', '.join(f'{weight:.2f}' for weight in model[1:])}))  # AUC {area:.3f}")


def _ask(folder: Path, place: Path, embedder: Embedder) -> list[Sample]:
    cases = [case for case in suites.load(folder).cases if case.split == "dev" and len(case.turns) == 1]
    samples = []
    with LibrarySnapshot(place, embedder.fingerprint) as library:
        asking = Pipeline(library, embedder, ordinary=app.ordinary())
        ids = {paper.title: paper.id for paper in library.papers()}
        for case in cases:
            turn = case.turns[0]
            good = {ids.get(title) for title in (*turn.acceptable, *(title for group in turn.gold for title in group))}
            samples.append(_sample(asking, case, good, twin=False))
            if case.answerable:
                left = frozenset(id for id in library.ids if id not in good)
                samples.append(_sample(replace(asking, allowed=left), case, good, twin=True))
    return samples


def _sample(asking: Pipeline, case: Case, good: set[str | None], *, twin: bool) -> Sample:
    query, evidence, _ = pipeline.rank(asking, case.turns[0].question, asking.limit)
    texts = abstracts.read(asking.library, [item.paper for item in evidence])
    right = np.array([float(item.paper.id in good) for item in evidence])
    return Sample(case, answerability.features(query, evidence, texts, asking.library.words), right, twin)


def _left_out(rows: Rows, labels: Rows, owner: NDArray[np.int64], questions: int) -> Rows:
    """Return the probability of each row by a fit without its fold of questions."""
    folds = np.random.default_rng(0).integers(0, _FOLDS, questions)[owner]
    chance = np.zeros(len(rows))
    for fold in range(_FOLDS):
        model = regression.logistic(rows[folds != fold], labels[folds != fold], ridge=_RIDGE)
        chance[folds == fold] = 1 / (1 + np.exp(-(model[0] + rows[folds == fold] @ model[1:])))
    return chance


if __name__ == "__main__":
    if len(sys.argv) < 3 or len(sys.argv) % 2 == 0:
        sys.exit(__doc__)
    main(sys.argv[1:])
