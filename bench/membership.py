"""Run `python -m bench.membership SUITE LIBRARY`: the regressions of `membership`, on the dev half of a suite's lists.

Each topic is fitted twice, once with the papers that belong or may belong taken away: then none of the others does.

Writes membership.json for the local cross-encoder and for words alone, with what they reach on the half that they were
fitted to: the mean over the lists of recall of the gold titles and of precision, for which acceptable titles count as
right.
"""

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answering import membership
from assistant.domain import titles
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.onnx.local import local_embedder, local_reranker
from assistant.retrieval import filters, forms, retriever
from bench import calibrations, regression

RECALL, PRECISION = 0.80, 0.75
"""What a list has to reach; the threshold is where the smaller of the two ratios is highest."""
_RIDGE = 1.0
_TWIN_SHARE = 0.3
"""How much a paper counts where those that belong are taken away. At 1 recall falls below what a list has to reach; at
0 nearly every such list has papers."""
_TODAY = date(2026, 11, 26)


@dataclass(frozen=True)
class Topic:
    """One list of the dev half, with the features of its candidates."""

    features: NDArray[np.float64]
    gold: NDArray[np.bool_]
    """Which candidates belong."""
    acceptable: NDArray[np.bool_]
    """Which may be listed and need not be."""
    total: int
    """How many papers of the library belong."""


def main(suite: str, folder: str) -> None:
    embedder, reranker = local_embedder(os.environ), local_reranker(os.environ)
    with LibrarySnapshot(Path(folder), embedder.fingerprint) as library:
        ids = {titles.normalise(paper.title): paper.id for paper in library.papers()}
        topics = []
        for line in (Path(suite) / "lists.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            form = forms.read(row["question"], _TODAY)
            if row["split"] != "dev" or not form.topic:
                continue
            allowed = filters.narrow(library, row["question"], None, _TODAY).allowed
            vector = embedder.embed_queries([form.topic])[0]
            candidates = retriever.retrieve(library, vector, form.topic, membership.CANDIDATES, allowed)
            papers = [item.paper for item in candidates]
            gold, acceptable = (
                {ids[titles.normalise(title)] for title in row[name]} for name in ("gold", "acceptable")
            )
            topics.append(
                Topic(
                    membership.features(form.topic, papers, library, reranker),
                    np.array([paper.id in gold for paper in papers], bool),
                    np.array([paper.id in acceptable for paper in papers], bool),
                    len(gold),
                )
            )
            print(form.topic, len(gold), flush=True)
    for models, columns in (({}, 2), ({"reranker": reranker.fingerprint}, len(membership.COLUMNS))):
        weights, threshold, recall, precision = fit(topics, columns)
        print(models, weights, threshold, recall, precision)
        constants: calibrations.Constants = {"weights": weights, "belongs_at": threshold}
        calibrations.write(membership.FILE, "membership", models, constants, {"recall": recall, "precision": precision})


def fit(topics: Sequence[Topic], columns: int) -> tuple[list[float], float, float, float]:
    """Return the weights over the first `columns`, the threshold, and the recall and precision that they reach."""
    twins = [twin(topic) for topic in topics]
    rows = np.concatenate([topic.features[:, :columns] for topic in (*topics, *twins)])
    gold = np.concatenate([topic.gold for topic in (*topics, *twins)])
    judged = ~np.concatenate([topic.acceptable for topic in (*topics, *twins)])
    shares = np.repeat([1.0, _TWIN_SHARE], [sum(map(_size, topics)), sum(map(_size, twins))])
    weights = regression.logistic(rows[judged], gold[judged].astype(float), shares[judged], _RIDGE)
    scores = [weights[0] + topic.features[:, :columns] @ weights[1:] for topic in topics]
    reached = []
    for threshold in np.unique(np.round(np.concatenate(scores), 2)):
        recall, precision = figures(topics, [score >= threshold for score in scores])
        reached.append((min(recall / RECALL, precision / PRECISION), float(threshold), recall, precision))
    _, threshold, recall, precision = max(reached)
    scores = [weights[0] + pair.features[:, :columns] @ weights[1:] for pair in twins]
    listed = sum(bool((score >= threshold).any()) for score in scores)
    print(f"{listed} of {len(twins)} lists without their papers are not empty")
    return [round(float(weight), 3) for weight in weights], threshold, round(recall, 3), round(precision, 3)


def _size(topic: Topic) -> int:
    return len(topic.features)


def twin(topic: Topic) -> Topic:
    """Return a topic without the papers that belong to it, or may; another one has the best score by words then."""
    others = ~(topic.gold | topic.acceptable)
    rows = topic.features[others].copy()
    if len(rows):
        rows[:, 0] /= max(float(rows[:, 0].max()), 1e-9)
    return Topic(rows, topic.gold[others], topic.acceptable[others], 0)


def figures(topics: Sequence[Topic], listed: Sequence[NDArray[np.bool_]]) -> tuple[float, float]:
    """Return the mean recall over the topics that papers belong to, and the mean precision over those with a list."""
    recalls, precisions = [], []
    for topic, mine in zip(topics, listed, strict=True):
        if topic.total:
            recalls.append(float((topic.gold & mine).sum() / topic.total))
        if mine.any() or topic.total:
            right = (topic.gold | topic.acceptable) & mine
            precisions.append(float(right.sum() / max(mine.sum(), 1)))
    return float(np.mean(recalls)), float(np.mean(precisions))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
