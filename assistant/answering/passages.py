"""A question and abstracts -> the passage of each paper to quote: the sentence that answers, and the one it leans on.

A conditional logit over the sentences of the evidence: what a cross-encoder says of each, how near its paper is, and
the part it plays in its abstract (a finding, an open question, an aim, what others did). Its numbers are in
passages.json, a table for each cross-encoder and one without; `python -m bench.passages` fits them on the dev half of
the marked sentences in evals/daily_papers.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answering import cues
from assistant.answering.reading import Reading, is_assertion
from assistant.domain import calibration
from assistant.domain.records import Evidence
from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index
from assistant.retrieval import idf

FILE = Path(__file__).with_name("passages.json")
COLUMNS = (
    "reader", "behind", "rank", "words", "finding", "gap", "aim", "earlier", "opening", "defining", "position",
    "figure", "reason", "affirming",
)  # fmt: skip
"""What is measured of a sentence: the cross-encoder's score (the lowest read, where it was not read); the paper's
score minus that of the first; 1 / rank of the paper; share of the question's words, by rarity; whether it states a
finding, an open question, an aim, what others did or hold; whether it opens the abstract of a question that is no
definition, and of one that is; its place in the abstract (0 first, 1 last); whether it has a figure, gives a reason, or
states a finding, where a figure, a reason, or yes or no is asked for."""

_LONGEST = 600
"""Characters of a passage of two sentences."""
_SUBJECT = r"(?:we|our \w+|results?|experiments?|findings?|evidence|analys[ei]s|it|which|this|these)(?: \w+){0,4}?"
_FINDING = re.compile(
    rf"\b{_SUBJECT} (?:find|found|show(?:s|ed|n|ing)?|demonstrat\w+|prov(?:e|es|ed|ing)\b|observ\w+|reveal\w*"
    r"|suggest\w*|indicat\w+|establish\w*|confirm\w*|discover\w*|conclud\w*|uncover\w*|identif\w+|achiev\w+|outperform\w*"
    r"|improv\w+|reduc\w+|surpass\w*|yield\w*|highlight\w*|attain\w*)|\b(?:findings?|surprisingly|in fact|notably)\b",
    re.IGNORECASE,
)
_GAP = re.compile(
    r"\b(?:not|un|little|poorly|yet to be|remains?|less) ?(?:well[- ])?(?:known|clear|understood|explored|studied|open"
    r"|elusive)\b|\bremains? (?:an? )?\w* ?(?:challeng\w+|question\w*|unresolved|limited)|\bopen (?:question|problem)s?"
    r"|\brais\w+ (?:\w+ )?(?:questions?|concerns?|doubts?)|\bquestions? (?:about|of|remains?)|\bwhether\b",
    re.IGNORECASE,
)
_AIM = re.compile(
    r"\b(?:we|this (?:paper|work|study|article)|in this (?:paper|work|study)|our (?:goal|aim|work)|goal|aim),?"
    r"(?: \w+){0,4}? (?:investigat\w+|explor\w+|stud(?:y|ies)\b|examin\w+|ask\b|aim\w*|seek\w*|analy[sz]e\w*"
    r"|consider\w*|address\w*|propos\w+|introduc\w+|present\w*|develop\w*|perform\w*|conduct\w*|revisit\w*|evaluat\w+|compar\w+"
    r"|focus\w*)|\bto (?:investigate|explore|examine|address|study|this end)\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:recent(?:ly)?|prior|previous|existing|common(?:ly)?|conventional|traditional|widely|often|typically|posits?"
    r"|have (?:demonstrated|shown)|has been shown|is believed|popular|important|crucial|key (?:challenge|problem))\b",
    re.IGNORECASE,
)
_SETTLES = re.compile(
    r"(?:[\w-]+,? ){0,5}?we (?:\w+ly )?(?:answer|settle|resolve|show|find|prove|demonstrate|establish|discover)\b",
    re.IGNORECASE,
)
"""How a sentence begins that answers the question which the one before it leaves open."""
_ASKS_FOR_DEFINITION = re.compile(
    r"^\s*(?:what(?:'s| is| are)\b(?!.*\b(?:happen|cause|effect|role|score|accuracy|share|rate|best|difference)\b)"
    r"|define|definition|meaning of|explain)|definition\??$|\bmeans?\?$|\bmean(?:t)? by\b|\bstands? for\b",
    re.IGNORECASE,
)
_ASKS_FOR_REASON = re.compile(
    r"\bwhy\b|\bhow come\b|\bwhat (?:\w+ )?(?:causes?|explains?|drives?|determines?|makes?|leads?)\b|\bcauses?\b"
    r"|\breasons?\b",
    re.IGNORECASE,
)
_ASKS_WHETHER = re.compile(
    r"(?:^|[,:;] *|\b(?:and|or) )(?:do|does|did|is|are|was|were|can|could|will|would|should|has|have|had|must)\b"
    r"[^?]*\?",
    re.IGNORECASE,
)
_LEANS = re.compile(
    r"(?:this|these|they|it|its|such|those|second(?:ly)?|third(?:ly)?|finally|moreover|furthermore|also|in particular"
    r"|specifically|for (?:example|instance)|(?:however|surprisingly|notably|instead|thus|hence|therefore),? (?:this"
    r"|these|it|they))\b(?! (?:paper|work|study|article|survey|report)\b)",
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
        text = span(abstract, *neighbours(abstract.sentences, place, of_paper, judge.joined_within))
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
    asks = _asks(question)
    places, rows = [], []
    for rank, item in enumerate(evidence):
        abstract = abstracts[item.paper.id]
        read = reading.scores.get(item.paper.id, {})
        nearness = (item.score - evidence[0].score, 1 / (1 + rank))
        for place, (sentence, terms) in enumerate(zip(abstract.sentences, abstract.terms, strict=True)):
            if is_assertion(sentence):
                share = idf.coverage(rarities, terms)
                role = _role(sentence, place, len(abstract.sentences), asks)
                places.append((item, place))
                rows.append([read.get(place, unread), *nearness, share, *role])
    return Candidates(tuple(places), np.array(rows, np.float64).reshape(len(rows), len(COLUMNS)))


def _settled(sentences: Sequence[str], place: int) -> tuple[int, int] | None:
    """Return the places to quote where the sentence at `place` leaves a question open and in the next one its
    authors settle it: both, or the second alone where both would be too long; None where that is not so."""
    if place + 1 >= len(sentences) or not _GAP.search(sentences[place]) or not _SETTLES.match(sentences[place + 1]):
        return None
    fits = len(sentences[place]) + len(sentences[place + 1]) <= _LONGEST
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
    beside = [place - 1] if place and _LEANS.match(sentences[place]) else []
    if not beside:
        near = [
            other for other in (place - 1, place + 1) if scores.get(other, -np.inf) >= scores[place] - joined_within
        ]
        beside = sorted(near, key=lambda other: -scores[other])[:1]
    fitting = [other for other in beside if len(sentences[place]) + len(sentences[other]) <= _LONGEST]
    return min([place, *fitting]), max([place, *fitting])


def span(abstract: Abstract, first: int, last: int) -> str:
    """Return the sentences from `first` to `last`, as they stand in the abstract."""
    text, sentences = abstract.paper.abstract, abstract.sentences
    start = end = 0
    for place, sentence in enumerate(sentences[: last + 1]):
        begin = text.find(sentence, end)
        start = begin if place == first else start
        end = begin + len(sentence)
    return text[start:end]


def _asks(question: str) -> tuple[bool, bool, bool, bool]:
    """Return whether a question asks for a definition, a figure, a reason, or yes or no; one of them at most."""
    definition = bool(_ASKS_FOR_DEFINITION.search(question))
    figure = not definition and cues.asks_for_figure(question)
    reason = not (definition or figure) and bool(_ASKS_FOR_REASON.search(question))
    whether = not (definition or figure or reason) and bool(_ASKS_WHETHER.search(question))
    return definition, figure, reason, whether


def _role(sentence: str, place: int, count: int, asks: tuple[bool, bool, bool, bool]) -> list[float]:
    """Return the columns from "finding" on."""
    definition, figure, reason, whether = asks
    finding = bool(_FINDING.search(sentence))
    return [
        float(finding and not definition),
        float(bool(_GAP.search(sentence))),
        float(bool(_AIM.search(sentence)) and not definition),
        float(bool(_EARLIER.search(sentence)) and not definition),
        float(not place and not definition),
        float(not place and definition),
        0.0 if definition else place / max(1, count - 1),
        float(figure and any(character.isdigit() for character in sentence)),
        float(reason and cues.gives_reason(sentence)),
        float(whether and finding),
    ]
