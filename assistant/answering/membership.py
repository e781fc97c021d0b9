"""A topic and the papers nearest to it -> those that belong to it.

A logistic regression over what words and a cross-encoder say of each paper. Its numbers are in membership.json, a table
for each cross-encoder and one by words alone; `python -m bench.membership` fits them on the dev half of the lists in
evals/daily_papers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.domain import calibration
from assistant.domain.records import Evidence, Paper
from assistant.library import chunks
from assistant.library.bm25 import BM25Index
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Reranker
from assistant.retrieval import idf

FILE = Path(__file__).with_name("membership.json")
CANDIDATES = 60
"""Papers nearest to a topic, of which those that belong are picked; the cross-encoder reads them in about a second."""
LIMITS = (CANDIDATES, 2 * CANDIDATES, 3 * CANDIDATES)
"""How many of the papers nearest to a topic are looked at, one number after the other while `goes_on`."""
_LAST = 20
"""Of the candidates, those by which it is told whether more may belong."""
_SHARE_OF_LAST = 0.5
"""Share of these that belong where more may. At 0.25 three lists on the dev half of evals/daily_papers grow, none
of them by a paper that belongs."""
_SENTENCES = 2
"""Sentences of a paper that are read with the topic, behind its title: those with most of its words."""
COLUMNS = ("words", "coverage", "reader")


@dataclass(frozen=True, slots=True)
class Judge:
    """The fitted numbers."""

    weights: tuple[float, ...]
    """Intercept, then one weight for each of `COLUMNS`, those by words alone for the first two."""
    belongs_at: float
    """The score, in log-odds, from which on a paper belongs."""


def load(reranker: Reranker | None) -> Judge:
    """Return the numbers for a cross-encoder, or for words alone; raises `AssistantError`."""
    table = calibration.load(FILE, {"reranker": reranker.fingerprint} if reranker else {})
    return Judge(table.numbers("weights"), table.number("belongs_at"))


def select(
    topic: str, candidates: Sequence[Evidence], library: LibrarySnapshot, reranker: Reranker | None
) -> list[Evidence]:
    """Return the candidates that belong to a topic, likeliest first. Raises `ModelError`."""
    judge = load(reranker)
    intercept, *weights = judge.weights
    reads = len(weights) > 2  # a cross-encoder that nothing was fitted for is not asked
    columns = features(topic, [item.paper for item in candidates], library, reranker if reads else None)
    scores = intercept + columns[:, : len(weights)] @ np.array(weights)
    order = np.argsort(-scores, kind="stable")
    return [candidates[place] for place in order if scores[place] >= judge.belongs_at]


def goes_on(candidates: Sequence[Evidence], members: Sequence[Evidence]) -> bool:
    """Whether so many of the last candidates (nearest first) are among `members` that papers behind them may belong."""
    ids = {item.paper.id for item in members}
    last = candidates[-_LAST:]
    return bool(last) and sum(item.paper.id in ids for item in last) >= _SHARE_OF_LAST * len(last)


def features(
    topic: str, papers: Sequence[Paper], library: LibrarySnapshot, reranker: Reranker | None
) -> NDArray[np.float64]:
    """Return one row a paper, with `COLUMNS`: its BM25 score as a share of the best one of the library; the share of
    the topic's words, weighted by rarity, that it has; the cross-encoder's score of its title and of the sentences with
    most of these words. Raises `ModelError`."""
    words = library.words
    hits = library.word_search.scores(topic, 1) | library.word_search.scores(
        topic, len(papers), [paper.id for paper in papers]
    )
    highest = max(hits.values(), default=1.0)
    weights = idf.term_weights(topic, words)
    by_words = [[hits.get(paper.id, 0.0) / highest, idf.paper_share(weights, paper, words)] for paper in papers]
    if reranker is None or not papers:
        read = np.zeros(len(papers))
    else:
        read = np.asarray(reranker.score([(topic, _extract(paper, weights, words)) for paper in papers]), np.float64)
    return np.column_stack((np.array(by_words).reshape(len(papers), 2), read))


def _extract(paper: Paper, weights: dict[str, float], words: BM25Index) -> str:
    """Return a paper's title and the sentences with most of some words, that with most first."""
    sentences = chunks.sentences_of(paper)
    shares = idf.shares(weights, sentences, words)
    best = sorted(range(len(sentences)), key=lambda place: -shares[place])[:_SENTENCES]
    return " ".join((f"{paper.title}.", *(sentences[place] for place in best)))
