"""A question and the papers found for it -> how likely the library holds an answer, and which papers give it.

Two logistic regressions, fitted by bench/selection.py on the dev halves of the suites in evals/: one over questions (is
there an answer? each also asked with its gold papers taken away), one over the papers found (does this one answer?).
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
_ALSO, _ALSO_SEVERAL = 0.5, 0.2
"""Probability from which on a further paper is used: where one paper is asked for, and where several are."""
MAX_PAPERS = 5
"""Papers of an answer."""

_SEVERAL = re.compile(
    r"\b(?:which (?:papers|works|studies|methods|approaches|models|agents)|papers|works|studies|what are"
    r"|who (?:does|do|has|else)|list|any(?:thing)?|others?|compare[ds]?|comparison|versus|vs|differ\w*|both|between"
    r"|rather than|or|two|several|each|all|agree\w*|ways|approaches|methods|how (?:can|to|do))\b",
    re.IGNORECASE,
)
"""What seems to ask for more than one paper."""

PAPER = ("whole", "best", "title", "words", "words_at_once", "behind", "rank", "lead", "above")
QUESTION = ("best", "unknown")
_FULL = 600
"""Papers from which on it says something that none has a word; of fewer it says the less."""
_PAPER = (-3.96, (5.16, 2.83, -3.71, 2.21, -3.25, 2.57, 1.27, -3.72, 5.40))
_QUESTION = (-3.01, (5.52, -1.17))


@dataclass(frozen=True, slots=True)
class Features:
    """What is measured of a question and the papers found for it."""

    papers: NDArray[np.float64]
    """One row a paper, in the order found, with the columns of `PAPER`: similarity of the whole, of the best
    sentence, of the title; share of the question's words, weighted by rarity, in the paper and in its best sentence;
    score behind the first paper; 1 / rank; lead of the first paper over the second; score above the next ones."""
    question: NDArray[np.float64]
    """The columns of `QUESTION`: the highest similarity of a sentence, and the share of the question's words, by
    rarity, that no paper of the library has. The length of a question would look like a good sign, and is one only of
    who wrote the questions."""


def features(question: Query, evidence: Sequence[Evidence], held: Mapping[str, Abstract], words: BM25Index) -> Features:
    """Return the measures; `held` are the abstracts of the evidence by paper id."""
    every = idf.term_weights(question.text, words)
    weights = {term: weight for term, weight in every.items() if words.frequency(term)}
    scores = [item.score for item in evidence]
    lead = scores[0] - scores[1] if len(scores) > 1 else 0.0
    next_ones = sum(scores[1:6]) / len(scores[1:6]) if len(scores) > 1 else 0.0
    rows = []
    for rank, item in enumerate(evidence, 1):
        own = _own(question, held[item.paper.id], weights, words)
        rows.append([*own, item.score - scores[0], 1 / rank, lead, item.score - next_ones])
    papers = np.array(rows, np.float64).reshape(len(rows), len(PAPER))
    unknown = 1.0 - idf.coverage(every, set(weights)) if every else 1.0
    columns = [PAPER.index(name) for name in QUESTION[:-1]]
    tops = papers[:, columns].max(axis=0) if len(rows) else np.zeros(len(columns))
    return Features(papers, np.append(tops, unknown * min(1.0, words.size / _FULL)))


def confidence(seen: Features) -> float:
    """Return the probability that the papers found hold an answer."""
    return _logistic(_QUESTION, seen.question) if len(seen.papers) else 0.0


def select(question: str, evidence: Sequence[Evidence], seen: Features) -> list[Evidence]:
    """Return the papers that answer, likeliest first: always one, and others that are likely enough."""
    likely = [_logistic(_PAPER, row) for row in seen.papers]
    order = sorted(range(len(likely)), key=lambda place: -likely[place])
    least = _ALSO_SEVERAL if _SEVERAL.search(question) else _ALSO
    return [evidence[place] for rank, place in enumerate(order[:MAX_PAPERS]) if not rank or likely[place] >= least]


def is_assertion(sentence: str) -> bool:
    """Whether a sentence says something; a question, however near to the one asked, answers none."""
    return not sentence.rstrip("\"'”’)]} ").endswith("?")


def _own(question: Query, abstract: Abstract, weights: dict[str, float], words: BM25Index) -> list[float]:
    """Return the first five columns of one paper."""
    telling = [place for place, text in enumerate(abstract.sentences) if is_assertion(text)]
    similar = [float(abstract.vectors[place] @ question.vector) for place in telling]
    title = float(abstract.title @ question.vector)
    texts = [abstract.paper.title, *(abstract.sentences[place] for place in telling)]
    terms = [set(words.terms(text)) for text in texts]
    shares = [idf.coverage(weights, found) if weights else 0.0 for found in (set().union(*terms), *terms)]
    whole = float(abstract.whole @ question.vector)
    # Of the title alone: a title may well repeat the question above an abstract that does not answer it.
    return [whole, max(similar, default=0.0), title, shares[0], max(shares[2:], default=0.0)]


def _logistic(model: tuple[float, Sequence[float]], row: NDArray[np.float64]) -> float:
    intercept, weights = model
    return 1.0 / (1.0 + math.exp(-(intercept + float(np.asarray(weights) @ row))))
