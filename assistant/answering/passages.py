"""A question and abstracts -> the passage of each paper to quote: the sentence that answers, and the one it leans on.

A conditional logit over the sentences of the evidence: what a cross-encoder says of each, how near its paper is, and
the part it plays in its abstract (`roles`). Its numbers are in passages.json, a table for each cross-encoder and one
without; `python -m bench.passages` fits them on the dev half of the marked sentences in evals/daily_papers.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answering import roles
from assistant.answering.reading import Reading, is_assertion
from assistant.domain import calibration
from assistant.domain.records import Evidence
from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index
from assistant.retrieval import idf

FILE = Path(__file__).with_name("passages.json")
COLUMNS = ("reader", "behind", "rank", "words", *roles.COLUMNS)
"""What is measured of a sentence: the cross-encoder's score (the lowest read, where it was not read); the paper's
score minus that of the first; 1 / rank of the paper; share of the question's words, by rarity; its role."""

_LONGEST = 600
"""Characters of a passage of two sentences."""
_SETTLES = re.compile(
    r"(?:[\w-]+,? ){0,5}?we (?:\w+ly )?(?:answer|settle|resolve|show|find|prove|demonstrate|establish|discover)\b",
    re.IGNORECASE,
)
"""How a sentence begins that answers the question which the one before it leaves open."""
_LEANS = re.compile(
    r"(?:this|these|they|it|its|such|those|second(?:ly)?|third(?:ly)?|finally|moreover|furthermore|also|in particular"
    r"|specifically|for (?:example|instance)|(?:however|surprisingly|notably|instead|thus|hence|therefore),? (?:this"
    r"|these|it|they)|to (?:\w+ ){0,2}?(?:this|these|that|those|it|them)|the (?:latter|former|issues?|problems?))\b"
    r"(?! (?:of|paper|work|study|article|survey|report)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Judge:
    """The fitted numbers."""

    weights: NDArray[np.float64]
    """One for each of `COLUMNS`."""
    joined_within: float
    """By how much less likely, in log-odds, a neighbour of the best sentence may be and still be quoted with it."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One or two sentences of a paper, as they stand in its abstract."""

    item: Evidence
    text: str
    score: float
    """Log-odds against the other sentences of the evidence; only differences mean anything."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """The sentences of the evidence that say something, with what is measured of them."""

    places: tuple[tuple[Evidence, int], ...]
    """Paper, and place of the sentence in its abstract."""
    columns: NDArray[np.float64]
    """One row a sentence, with `COLUMNS`."""


def load(reranker: str | None) -> Judge:
    """Return the numbers for the cross-encoder with this fingerprint, or without one; raises `AssistantError`."""
    table = calibration.load(FILE, {"reranker": reranker} if reranker else {})
    return Judge(np.array(table.numbers("weights")), table.number("joined_within"))


def best(
    question: str,
    evidence: Sequence[Evidence],
    abstracts: Mapping[str, Abstract],
    words: BM25Index,
    reading: Reading,
    judge: Judge,
) -> list[Passage]:
    """Return the best passage of each paper that has one, best first."""
    candidates = measure(question, evidence, abstracts, words, reading)
    scores = candidates.columns @ judge.weights
    by_paper: dict[str, dict[int, float]] = {}
    items = {item.paper.id: item for item, _ in candidates.places}
    for (item, place), score in zip(candidates.places, scores, strict=True):
        by_paper.setdefault(item.paper.id, {})[place] = float(score)
    passages = []
    for id, of_paper in by_paper.items():
        place = max(of_paper, key=lambda place: of_paper[place])
        abstract = abstracts[id]
        stretch = abstract.stretch(place)
        start, around = stretch.start, abstract.sentences[stretch.start : stretch.stop]
        beside = {other - start: score for other, score in of_paper.items() if other in stretch}
        first, last = neighbours(around, place - start, beside, judge.joined_within)
        text = span(abstract, start + first, start + last)
        passages.append(Passage(items[id], text, of_paper[place]))
    return sorted(passages, key=lambda passage: -passage.score)


def measure(
    question: str,
    evidence: Sequence[Evidence],
    abstracts: Mapping[str, Abstract],
    words: BM25Index,
    reading: Reading,
) -> Candidates:
    """Return the sentences of the evidence that say something, measured. `abstracts` is by paper id."""
    rarities = idf.term_weights(question, words)
    unread = min((score for scores in reading.scores.values() for score in scores.values()), default=0.0)
    asks = roles.focus(question)
    places, rows = [], []
    for rank, item in enumerate(evidence):
        abstract = abstracts[item.paper.id]
        read = reading.scores.get(item.paper.id, {})
        nearness = (item.score - evidence[0].score, 1 / (1 + rank))
        for place, (sentence, terms) in enumerate(zip(abstract.sentences, abstract.terms, strict=True)):
            if is_assertion(sentence):
                share = idf.coverage(rarities, terms)
                places.append((item, place))
                stretch = abstract.stretch(place)
                around = abstract.sentences[stretch.start : stretch.stop]
                role = roles.role(around, place - stretch.start, asks)
                rows.append([read.get(place, unread), *nearness, share, *role])
    return Candidates(tuple(places), np.array(rows, np.float64).reshape(len(rows), len(COLUMNS)))


def _settled(sentences: Sequence[str], place: int) -> tuple[int, int] | None:
    """Return the places to quote where the sentence at `place` leaves a question open and in the next one its
    authors settle it: both, or the second alone where both would be too long; None where that is not so."""
    sentence, following = (*sentences[place : place + 2], "")[:2]
    if not roles.leaves_open(sentence) or not _SETTLES.match(following):
        return None
    fits = len(sentence) + len(following) <= _LONGEST
    return place + (not fits), place + 1


def neighbours(
    sentences: Sequence[str], place: int, scores: Mapping[int, float], joined_within: float
) -> tuple[int, int]:
    """Return the places of the first and the last sentence to quote: that at `place`, and at most one beside it.

    That is the one after it where that settles what it leaves open, the one before it where it leans on that ("This …",
    "Third, …"), else the one whose score is nearest to its own, if by no more than `joined_within`; `scores` is by
    place. What would be too long is not joined.
    """
    if pair := _settled(sentences, place):
        return pair
    beside = [place - 1] if place and leans(sentences[place]) else []
    if not beside:
        near = [
            other for other in (place - 1, place + 1) if scores.get(other, -np.inf) >= scores[place] - joined_within
        ]
        beside = sorted(near, key=lambda other: -scores[other])[:1]
    fitting = [other for other in beside if len(sentences[place]) + len(sentences[other]) <= _LONGEST]
    return min([place, *fitting]), max([place, *fitting])


def leans(sentence: str) -> bool:
    """Whether a sentence begins with what only the one before it explains: "This", "To address these", "Third"."""
    return bool(_LEANS.match(sentence))


def span(abstract: Abstract, first: int, last: int) -> str:
    """Return the sentences from `first` to `last`, which are of one text, as they stand there."""
    stretch = abstract.stretch(first)
    text = abstract.texts[abstract.stretches.index(stretch)]
    start = end = 0
    for place in range(stretch.start, last + 1):
        sentence = abstract.sentences[place]
        begin = text.find(sentence, end)
        start = begin if place == first else start
        end = begin + len(sentence)
    return text[start:end]
