"""A question that continues a conversation, and its evidence -> the sentences that answer it, none quoted before."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.answering import cues
from assistant.answering.answerer import Draft, Inquiry, quote
from assistant.answering.reading import is_assertion
from assistant.domain.records import Evidence
from assistant.library.abstracts import embed_sentences
from assistant.retrieval import idf

_NEW_WORDS, _LATEST, _WHOLE, _READER, _CITED, _RANK = 1.0, 0.5, 0.7, 0.2, 0.25, 0.2
"""Weights of a sentence's share of the words just typed, of its similarity to these and to the question completed, of
the cross-encoder's opinion of it, of being of a paper cited last, and of its paper's score."""
_NEXT, _BACKGROUND, _OPENING = 0.25, 0.15, 0.15
"""Added for a sentence that follows one quoted before, and taken from those in the first part of an abstract, which
tell what was known before. These nine are set on the dev half of evals/daily_papers, where the optimum is flat."""
_LOGITS = 3.0
"""How many logits of the cross-encoder make an opinion of 0.73; it is 1 / (1 + exp(-logit / this))."""
_LEAST_NEW_WORDS = 0.12
"""Share of the words just typed, by rarity, below which no paper answers."""
_MOST_UNKNOWN = 0.5
"""Share of the words just typed that no paper of the library has, above which none answers."""
_NEARLY = 0.85
"""Share of the best score from which on another paper is quoted as well."""
_MAX_PAPERS, _MAX_SENTENCES = 3, 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that was not quoted yet."""

    item: Evidence
    place: int
    score: float


def draft(inquiry: Inquiry) -> Draft:
    """Quote sentences of the papers that the question names, or else of those that have what was just typed.

    Nothing is quoted twice: where nothing new is left, that is said.
    """
    named = [item for item in inquiry.evidence if item.paper.id in inquiry.context.named_papers]
    evidence = named or list(inquiry.evidence)
    if again := [quote(item, text) for text in inquiry.context.repeated for item in named if _has(inquiry, item, text)]:
        return Draft(tuple(again))
    rows = _candidates(inquiry, evidence)
    if not rows:
        return Draft(text=_NOTHING_NEW) if evidence else Draft()
    speaking = _with_new_words(inquiry, evidence)
    rows = [row for row in rows if row.item.paper.id in speaking]
    if not rows:
        return Draft(text=_says_nothing(named) if named else "")
    chosen = _of_named(rows, named, inquiry) if named else list(_nearest(rows))
    if named:
        order = {id: place for place, id in enumerate(inquiry.context.cited)}
        chosen.sort(key=lambda row: (order.get(row.item.paper.id, len(order)), row.place))
    return Draft(tuple(quote(row.item, _sentence(inquiry, row)) for row in chosen))


_NOTHING_NEW = "Nothing is left to quote that was not quoted before."


def _has(inquiry: Inquiry, item: Evidence, sentence: str) -> bool:
    return any(sentence in text for text in inquiry.abstracts[item.paper.id].texts)


def _says_nothing(named: Sequence[Evidence]) -> str:
    titles = " and ".join(f"“{item.paper.title}”" for item in named[:_MAX_PAPERS])
    return f"No sentence of {titles} was found that answers."


def _candidates(inquiry: Inquiry, evidence: Sequence[Evidence]) -> list[Candidate]:
    """Return the sentences of some papers that may be quoted, best first."""
    context, words = inquiry.context, inquiry.words
    weights = _weights(inquiry)
    latest = context.latest if context.latest and (weights or context.doubts) else inquiry.query
    top = max((item.score for item in evidence), default=0.0)
    bonus = cues.bonus((context.latest or inquiry.query).text, wants_reason=context.wants_reason)
    embed_sentences(inquiry.abstracts[item.paper.id] for item in evidence)
    quoted = "\n".join(context.quoted)
    rows = []
    for item in evidence:
        abstract = inquiry.abstracts[item.paper.id]
        title = set(words.terms(item.paper.title))
        base = _CITED * (item.paper.id in context.cited) + _RANK * (item.score - top)
        for place, sentence in enumerate(abstract.sentences):
            if sentence in quoted or not is_assertion(sentence):
                continue
            vector = abstract.vectors[place]
            here = abstract.terms[place]
            new = (idf.coverage(weights, here) + idf.coverage(weights, title | here)) / 2 if weights else 0.0
            score = base + _NEW_WORDS * new + _LATEST * float(vector @ latest.vector)
            score += _WHOLE * float(vector @ inquiry.query.vector)
            score += _NEXT * (place > 0 and abstract.sentences[place - 1] in quoted)
            score -= _BACKGROUND * (place < _OPENING * len(abstract.sentences))
            score += _READER * _opinion(inquiry.reading.scores.get(item.paper.id, {}).get(place))
            rows.append(Candidate(item, place, score + bonus(sentence)))
    return sorted(rows, key=lambda row: -row.score)


def _opinion(logit: float | None) -> float:
    """Return what the cross-encoder thinks of a sentence, 0 to 1; 0 for one that it did not read."""
    return 0.0 if logit is None else 1.0 / (1.0 + math.exp(-logit / _LOGITS))


def _with_new_words(inquiry: Inquiry, evidence: Sequence[Evidence]) -> set[str]:
    """Return the ids of the papers that have enough of the words just typed; none where most are in no paper at all."""
    weights, words = _weights(inquiry), inquiry.words
    unknown = sum(weight for term, weight in weights.items() if not words.frequency(term))
    if unknown > _MOST_UNKNOWN * sum(weights.values()):
        return set()
    return {
        item.paper.id
        for item in evidence
        if not weights or idf.paper_share(weights, item.paper, words) >= _LEAST_NEW_WORDS
    }


def _weights(inquiry: Inquiry) -> dict[str, float]:
    words = inquiry.words
    return {term: idf.idf(words.frequency(term), words.size) for term in inquiry.context.new_terms}


def _of_named(rows: Sequence[Candidate], named: Sequence[Evidence], inquiry: Inquiry) -> list[Candidate]:
    """Return the best sentences of papers that are named: of each where they are compared or asked to say more, else
    the best of all."""
    context = inquiry.context
    if context.each:
        count = max(1, _MAX_SENTENCES // len(named))
        return [row for item in named for row in [row for row in rows if row.item is item][:count]]
    best = [row for row in rows if row.score >= _NEARLY * rows[0].score]
    return best[:2]


def _nearest(rows: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield the best sentence of each of the papers that answer nearly as well as the best."""
    first: dict[str, Candidate] = {}
    for row in rows:
        first.setdefault(row.item.paper.id, row)
    for row in list(first.values())[:_MAX_PAPERS]:
        if row.score >= _NEARLY * rows[0].score:
            yield row


def _sentence(inquiry: Inquiry, row: Candidate) -> str:
    return inquiry.abstracts[row.item.paper.id].sentences[row.place]
