"""A question and its evidence -> how likely the library holds an answer, and which papers give it.

Two logistic regressions, fitted by bench/selection.py on the dev halves of the suites in evals/: one over questions (is
there an answer? each also asked with its gold papers taken away), one over the papers of the evidence (does this one
answer?).
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Evidence
from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index
from assistant.retrieval import idf
from assistant.retrieval.retriever import Query

ANSWER_THRESHOLD = 0.3
"""Probability of an answer from which on one is given. Of the questions of the fit more than half have none, and about
here the mean of the two error rates is lowest: left out of the fit, 8 % of those with an answer are abstained from, and
57 % of those without one answered, most of them near misses, which similarity cannot tell apart."""
_FURTHER_PAPER_THRESHOLD, _SEVERAL_PAPERS_THRESHOLD = 0.5, 0.2
"""Probability from which on a paper after the first is used: where one paper is asked for, and where several are."""
MAX_PAPERS = 5
"""Papers that an answer cites at most."""

_ASKS_FOR_SEVERAL = re.compile(
    r"\b(?:which (?:papers|works|studies|methods|approaches|models|agents)|papers|works|studies|what are"
    r"|who (?:does|do|has|else)|list|any(?:thing)?|others?|compare[ds]?|comparison|versus|vs|differ\w*|both|between"
    r"|rather than|or|two|several|each|all|agree\w*|ways|approaches|methods|how (?:can|to|do))\b",
    re.IGNORECASE,
)
PAPER_COLUMNS = ("whole", "best", "title", "words", "words_at_once", "behind", "rank", "lead", "above")
QUESTION_COLUMNS = ("best", "unknown")
_FULL_LIBRARY = 600
"""Papers from which on a word that none of them has is full evidence that the question is off topic; in a smaller
library that signal is scaled down."""
_PAPER_MODEL = (-3.96, (5.16, 2.83, -3.71, 2.21, -3.25, 2.57, 1.27, -3.72, 5.40))
_QUESTION_MODEL = (-3.01, (5.52, -1.17))
"""Intercept and weights, one a column."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is measured of a question and its evidence."""

    papers: NDArray[np.float64]
    """One row a paper, in the order of the evidence, with the columns of `PAPER_COLUMNS`: similarity of the question to
    the whole text, to the best sentence, to the title; share of the question's words, weighted by rarity, in the paper
    and in its best sentence; score minus that of the first paper; 1 / rank; lead of the first paper over the second;
    score minus the mean of ranks 2 to 6."""
    question: NDArray[np.float64]
    """The columns of `QUESTION_COLUMNS`: the highest similarity of a sentence, and the share of the question's words,
    by rarity, that no paper of the library has. The length of a question is left out on purpose: it predicts who wrote
    the question, not whether it has an answer."""


def features(
    query: Query, evidence: Sequence[Evidence], abstracts: Mapping[str, Abstract], words: BM25Index
) -> Features:
    """Return the measures; `abstracts` are those of the evidence by paper id, `words` those of the whole library."""
    rarities = idf.term_weights(query.text, words)
    weights = {term: weight for term, weight in rarities.items() if words.frequency(term)}
    scores = [item.score for item in evidence]
    lead = scores[0] - scores[1] if len(scores) > 1 else 0.0
    next_mean = sum(scores[1:6]) / len(scores[1:6]) if len(scores) > 1 else 0.0
    rows = []
    for rank, item in enumerate(evidence, 1):
        text_columns = _text_columns(query, abstracts[item.paper.id], weights, words)
        rows.append([*text_columns, item.score - scores[0], 1 / rank, lead, item.score - next_mean])
    papers = np.array(rows, np.float64).reshape(len(rows), len(PAPER_COLUMNS))
    unknown = 1.0 - idf.coverage(rarities, set(weights)) if rarities else 1.0
    columns = [PAPER_COLUMNS.index(name) for name in QUESTION_COLUMNS[:-1]]
    highest = papers[:, columns].max(axis=0) if len(rows) else np.zeros(len(columns))
    return Features(papers, np.append(highest, unknown * min(1.0, words.size / _FULL_LIBRARY)))


def confidence(features: Features) -> float:
    """Return the probability that the evidence holds an answer; 0 where there is no evidence."""
    return _logistic(_QUESTION_MODEL, features.question) if len(features.papers) else 0.0


def select(question: str, evidence: Sequence[Evidence], features: Features) -> list[Evidence]:
    """Return the papers that answer, likeliest first: always one, and others that are likely enough."""
    probabilities = [_logistic(_PAPER_MODEL, row) for row in features.papers]
    order = sorted(range(len(probabilities)), key=lambda place: -probabilities[place])[:MAX_PAPERS]
    threshold = _SEVERAL_PAPERS_THRESHOLD if _ASKS_FOR_SEVERAL.search(question) else _FURTHER_PAPER_THRESHOLD
    return [evidence[place] for rank, place in enumerate(order) if not rank or probabilities[place] >= threshold]


def is_assertion(sentence: str) -> bool:
    """Whether a sentence says something; a question does not, and so answers none."""
    return not sentence.rstrip("\"'”’)]} ").endswith("?")


def _text_columns(query: Query, abstract: Abstract, weights: dict[str, float], words: BM25Index) -> list[float]:
    """Return the first five columns of one paper."""
    assertions = [place for place, text in enumerate(abstract.sentences) if is_assertion(text)]
    similarities = [float(abstract.vectors[place] @ query.vector) for place in assertions]
    title = float(abstract.title @ query.vector)
    texts = [abstract.paper.title, *(abstract.sentences[place] for place in assertions)]
    terms = [set(words.terms(text)) for text in texts]
    in_paper, _, *in_sentences = [
        idf.coverage(weights, part) if weights else 0.0 for part in (set().union(*terms), *terms)
    ]
    whole = float(abstract.whole @ query.vector)
    # A title alone may repeat the question above an abstract that does not answer it: it is no best sentence.
    return [whole, max(similarities, default=0.0), title, in_paper, max(in_sentences, default=0.0)]


def _logistic(model: tuple[float, Sequence[float]], row: NDArray[np.float64]) -> float:
    """Return 1 / (1 + exp(-(intercept + weights . row)))."""
    intercept, weights = model
    return 1.0 / (1.0 + math.exp(-(intercept + float(np.asarray(weights) @ row))))
