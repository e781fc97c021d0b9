"""A question, its evidence and a number of tokens -> the sentences that a model is shown, the likeliest first to enter.

With much room these are whole abstracts; with little, the few sentences that are likeliest to answer, each under the
title of its paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.answering import passages
from assistant.answering.reading import Reading
from assistant.domain.records import Evidence
from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index

LARGE, SMALL = 10_000, 800
"""Tokens of evidence for a model elsewhere, about 24 whole abstracts; and for one on this machine, which may read ten
tokens a second."""
MUCH = 4_000
"""Tokens of evidence from which on a model is taken to be a large one: it writes free text, and may look again."""
SMALLEST = 100
"""Tokens that hold one title and one sentence."""
USUAL_PAPERS, MOST_PAPERS = 8, 24
"""Papers that are evidence where nobody says how many: 0.92 and 0.97 of the gold papers of the questions in
evals/daily_papers are among so many."""
_BESIDE_EVIDENCE = 2_000
"""Tokens: 700 of instructions and examples, a question, and a reply that is sent back once with what failed of it."""
_CHARACTERS_PER_TOKEN = 4.0
"""Of English abstracts, rounded down: 4.3 with the tokenizer of Qwen2.5."""
LONGEST_SENTENCE = 1_500
"""Characters of a sentence that are shown; the longest of 614 abstracts has 700."""
_FURTHER_SENTENCE = 1.0
"""By how much, in log-odds, a sentence is worth less for each one of its paper that is shown: so 800 tokens hold 0.85
of the gold papers of 30 questions of daily_papers dev, and 0.76 without it; 8 whole abstracts hold 0.87."""
_PER_SENTENCE, _PER_PAPER = 5, 16
"""Tokens of the number before a sentence; of the number, the brackets and the date of a title."""


@dataclass(frozen=True, slots=True)
class PackedPaper:
    """A paper with the sentences of it that are shown."""

    item: Evidence
    sentences: tuple[str, ...]
    """In the order of the abstract."""


def room(context: int) -> int:
    """Return how many tokens of evidence a context of so many holds, beside instructions, question and reply.

    >>> room(8192), room(1024)
    (6192, 100)
    """
    return max(context - _BESIDE_EVIDENCE, SMALLEST)


def papers_within(tokens: int) -> int:
    """Return how many papers are worth retrieving for so many tokens of evidence.

    >>> papers_within(800), papers_within(5000), papers_within(10000)
    (8, 12, 24)
    """
    return min(max(USUAL_PAPERS, MOST_PAPERS * tokens // LARGE), MOST_PAPERS)


def pack(
    question: str,
    evidence: Sequence[Evidence],
    abstracts: Mapping[str, Abstract],
    words: BM25Index,
    reading: Reading,
    tokens: int,
) -> tuple[PackedPaper, ...]:
    """Return what is shown of the evidence within so many tokens: at least one sentence, if there is any.

    Papers come in the order of their likeliest sentences. What is not an assertion is shown only with a whole abstract.
    """
    scores = _scores(question, evidence, abstracts, words, reading)
    ranked = sorted(scores, key=lambda place: -scores[place])
    items = {item.paper.id: item for item in evidence}
    places = fill(ranked, {place: _cost(place, items, abstracts) for place in ranked}, tokens)
    return tuple(
        PackedPaper(items[id], tuple(abstracts[id].sentences[place] for place in sorted(shown)))
        for id, shown in places.items()
    )


def fill(
    ranked: Sequence[tuple[str, int]], costs: Mapping[tuple[str, int], tuple[int, int]], tokens: int
) -> dict[str, list[int]]:
    """Return {paper id: places of sentences} taken in order as long as they fit; always the first.

    A cost is the tokens of the sentence, and those of the title, which are spent once a paper.

    >>> fill([("a", 0), ("b", 1), ("a", 2)], {("a", 0): (5, 2), ("b", 1): (9, 2), ("a", 2): (5, 2)}, 12)
    {'a': [0, 2]}
    """
    places: dict[str, list[int]] = {}
    spent = 0
    for id, place in ranked:
        sentence, title = costs[id, place]
        cost = sentence + (0 if id in places else title)
        if not places or spent + cost <= tokens:
            spent += cost
            places.setdefault(id, []).append(place)
    return places


def tokens_of(text: str) -> int:
    """Return about how many tokens a text has, rather too many than too few.

    >>> tokens_of("Yeast makes dough rise.")
    6
    """
    return -int(-len(text) // _CHARACTERS_PER_TOKEN)


def _scores(
    question: str,
    evidence: Sequence[Evidence],
    abstracts: Mapping[str, Abstract],
    words: BM25Index,
    reading: Reading,
) -> dict[tuple[str, int], float]:
    """Return {(paper id, place): score} of every sentence; what is no assertion comes last of its paper."""
    candidates = passages.measure(question, evidence, abstracts, words, reading)
    measured = candidates.columns @ passages.load(reading.reader).weights
    pairs = zip(candidates.places, measured, strict=True)
    scores = spread({(item.paper.id, place): float(score) for (item, place), score in pairs})
    lowest = min(scores.values(), default=0.0)
    for rank, item in enumerate(evidence, 1):
        for place in range(len(abstracts[item.paper.id].sentences)):
            scores.setdefault((item.paper.id, place), lowest - rank)
    return scores


def spread(scores: Mapping[tuple[str, int], float]) -> dict[tuple[str, int], float]:
    """Return the scores with each further sentence of a paper behind the one before it by more than it was.

    >>> spread({("a", 0): 5.0, ("a", 1): 4.5, ("b", 0): 4.0, ("a", 2): 4.25})
    {('a', 0): 5.0, ('a', 1): 3.5, ('a', 2): 2.25, ('b', 0): 4.0}
    """
    further: dict[str, int] = {}
    lowered = {}
    for (id, place), score in sorted(scores.items(), key=lambda row: (row[0][0], -row[1])):
        lowered[id, place] = score - _FURTHER_SENTENCE * further.setdefault(id, 0)
        further[id] += 1
    return lowered


def _cost(place: tuple[str, int], items: Mapping[str, Evidence], abstracts: Mapping[str, Abstract]) -> tuple[int, int]:
    """Return the tokens of a sentence and of the title of its paper."""
    id, number = place
    sentence, title = abstracts[id].sentences[number], items[id].paper.title
    return tokens_of(sentence[:LONGEST_SENTENCE]) + _PER_SENTENCE, tokens_of(title) + _PER_PAPER
