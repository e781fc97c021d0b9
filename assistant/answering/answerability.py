"""A question and its evidence -> how likely the library holds an answer, and which papers give it.

Two logistic regressions: one over questions (is there an answer?), one over the papers of the evidence (does this one
answer?). Their numbers are in calibration.json, a table for each set of models, and one by words alone for any other;
`python -m bench.selection` fits them on the dev halves of the suites in evals/, each question also asked with its gold
papers taken away.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answering.reading import Reading, is_assertion
from assistant.domain import calibration
from assistant.domain.records import Evidence
from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index
from assistant.retrieval import idf
from assistant.retrieval.retriever import Query

FILE = Path(__file__).with_name("calibration.json")
MAX_PAPERS = 5
"""Papers that an answer cites at most."""

_ASKS_FOR_SEVERAL = re.compile(
    r"\b(?:which (?:papers|works|studies|methods|approaches|models|agents)|papers|works|studies|what are"
    r"|who (?:does|do|has|else)|list|any(?:thing)?|others?|compare[ds]?|comparison|versus|vs|differ\w*|both|between"
    r"|rather than|or|two|several|each|all|agree\w*|ways|approaches|methods|how (?:can|to|do))\b",
    re.IGNORECASE,
)
PAPER_COLUMNS = ("whole", "reader", "words", "words_at_once", "whole_behind", "reader_behind", "rank")
QUESTION_COLUMNS = ("whole", "reader", "words", "unknown")
_FULL_LIBRARY = 200
"""Papers from which on a word that none of them has is full evidence that the question is off topic; in a smaller
library that signal is scaled down."""
Regression = tuple[float, ...]
"""Intercept, then one weight a column; 0 for a column that a calibration leaves out."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The fitted numbers. All thresholds are probabilities."""

    paper: Regression
    question: Regression
    answer_at: float
    """From which on an answer is given: at most 3 % of the questions with an answer, left out of the fit, lie below."""
    floor: float
    """Below which not even the closest papers are worth naming: 0.75 of that. Few questions with an answer lie there,
    and most that are foreign to the library."""
    further_paper_at: float
    """From which on a paper after the first is used, where one paper is asked for."""
    several_papers_at: float
    """The same where several are asked for."""
    models: frozenset[str]
    """Of "embedder" and "reranker" those that the numbers were fitted to; what they leave out decides nothing."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is measured of a question and its evidence."""

    papers: NDArray[np.float64]
    """One row a paper, in the order of the evidence, with the columns of `PAPER_COLUMNS`: cosine of the question with
    the paper, or the nearest passage of its full text; the cross-encoder's best score of a sentence (`Reading.best`);
    share of the question's words, weighted by rarity, in the paper and in its best sentence; the first two minus the
    highest of all papers; 1 / rank."""
    question: NDArray[np.float64]
    """The columns of `QUESTION_COLUMNS`: the highest of each of the first three over the papers, and the share of the
    question's words, by rarity, that no paper of the library has. The length of a question is left out on purpose: it
    predicts who wrote the question, not whether it has an answer."""
    judge: Judge


def load(embedder: str, reranker: str | None) -> Judge:
    """Return the numbers for the models with these fingerprints; raises `AssistantError`."""
    models = {"embedder": embedder} | ({"reranker": reranker} if reranker else {})
    table = calibration.load(FILE, models)
    return Judge(
        paper=table.numbers("paper"),
        question=table.numbers("question"),
        answer_at=table.number("answer_at"),
        floor=table.number("floor"),
        further_paper_at=table.number("further_paper_at"),
        several_papers_at=table.number("several_papers_at"),
        models=frozenset(table.models),
    )


def features(
    query: Query,
    evidence: Sequence[Evidence],
    abstracts: Mapping[str, Abstract],
    words: BM25Index,
    reading: Reading,
    judge: Judge,
) -> Features:
    """Return the measures; `abstracts` are those of the evidence by paper id, `words` those of the whole library."""
    weights = idf.term_weights(query.text, words)
    rows = []
    for rank, item in enumerate(evidence, 1):
        abstract = abstracts[item.paper.id]
        whole = abstract.nearness(query.vector)
        shares = _shares_of_words(abstract, weights, words)
        rows.append([whole, reading.best(item.paper.id), *shares, 0.0, 0.0, 1 / rank])
    papers = np.array(rows, np.float64).reshape(len(rows), len(PAPER_COLUMNS))
    highest = papers[:, :3].max(axis=0) if len(rows) else np.zeros(3)
    papers[:, PAPER_COLUMNS.index("whole_behind") : -1] = papers[:, :2] - highest[:2]
    known = {term for term in weights if words.frequency(term)}
    unknown = 1.0 - idf.coverage(weights, known) if weights else 1.0
    return Features(papers, np.append(highest, unknown * min(1.0, words.size / _FULL_LIBRARY)), judge)


def confidence(features: Features) -> float:
    """Return the probability that the evidence holds an answer; 0 where there is no evidence."""
    return _logistic(features.judge.question, features.question) if len(features.papers) else 0.0


def has_answer(features: Features) -> bool:
    """Whether an answer is likely enough to be given."""
    return confidence(features) >= features.judge.answer_at


def is_near(features: Features) -> bool:
    """Whether the question is near enough to the library for its closest papers to be worth naming."""
    return confidence(features) >= features.judge.floor


def select(question: str, evidence: Sequence[Evidence], features: Features) -> list[Evidence]:
    """Return the papers that answer, likeliest first: always one, and others that are likely enough."""
    judge = features.judge
    probabilities = [_logistic(judge.paper, row) for row in features.papers]
    order = sorted(range(len(probabilities)), key=lambda place: -probabilities[place])[:MAX_PAPERS]
    threshold = judge.several_papers_at if asks_for_several(question) else judge.further_paper_at
    return [evidence[place] for rank, place in enumerate(order) if not rank or probabilities[place] >= threshold]


def asks_for_several(question: str) -> bool:
    """Whether a question asks for several papers, by its words."""
    return _ASKS_FOR_SEVERAL.search(question) is not None


def _shares_of_words(abstract: Abstract, weights: dict[str, float], words: BM25Index) -> list[float]:
    """Return the share of the question's words, of {term: idf}, in the paper and in its best sentence.

    A title alone may repeat the question above an abstract that does not answer it: it is no best sentence.
    """
    title = set(words.terms(abstract.paper.title))
    sentences = [terms for text, terms in zip(abstract.sentences, abstract.terms, strict=True) if is_assertion(text)]
    at_once = max((idf.coverage(weights, terms) for terms in sentences), default=0.0)
    return [idf.coverage(weights, title.union(*sentences)), at_once]


def _logistic(regression: Regression, row: NDArray[np.float64]) -> float:
    """Return 1 / (1 + exp(-(intercept + weights . row)))."""
    intercept, *weights = regression
    return 1.0 / (1.0 + math.exp(-(intercept + float(np.asarray(weights) @ row))))
