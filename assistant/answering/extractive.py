"""A question and the papers that answer it -> an answer without a model: sentences quoted word for word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.answering import answerability, catalogue_facts, continuation, cues, passages
from assistant.answering.answerer import Answerer, Draft, Inquiry, quote
from assistant.retrieval import names
from assistant.verification.claims import Statement

_SHORTEST_TERM = 3  # letters; a question has at least one term as long
_FEW = 3  # papers that have a rare name at most
_MOST_WRITERS = 2  # quotes whose papers' authors are told where the question asks who
_ASKS_WHO = re.compile(
    r"\W*(?:(?:and|so|but)\s+)?(?:who|whose|by\s+whom|which\s+(?:authors?|researchers?|groups?|teams?|labs?))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Extractive(Answerer):
    """Quotes the sentences that answer best."""

    def state(self, inquiry: Inquiry) -> Draft:
        """Quote one passage a paper, the likeliest to answer first; none where the evidence seems to hold no answer.

        A question that continues a conversation is answered by `continuation`.
        """
        if inquiry.context.named_papers or inquiry.context.latest:
            draft = continuation.draft(inquiry)
        else:
            draft = Draft(() if inquiry.unknown_names else tuple(_quotes(inquiry)))
        return replace(draft, notes=tuple(_missing(inquiry, draft.statements))) if draft.statements else draft


def _missing(inquiry: Inquiry, statements: Sequence[Statement]) -> Iterator[str]:
    """Yield what the question asks for and the quotes do not tell: a number, or who it was."""
    question = (inquiry.context.latest or inquiry.query).text
    if cues.asks_for_figure(question) and not any(cues.has_number(statement.text) for statement in statements):
        yield "a number is asked for, and none of these quotes has one"
    if note := cues.ruled_out(question):
        yield note
    if _ASKS_WHO.match(question):
        cited = {mark.key for statement in statements[:_MOST_WRITERS] for mark in statement.citations}
        papers = [item.paper for item in inquiry.evidence if item.key in cited]
        yield "who: " + "; ".join(f"“{paper.title}”, {catalogue_facts.authors(paper)}" for paper in papers)


def _quotes(inquiry: Inquiry) -> Iterator[Statement]:
    words, text = inquiry.words, inquiry.query.text
    if not any(len(term) >= _SHORTEST_TERM for term in words.terms(text)):
        return  # "x" or "1" occurs somewhere, and asks nothing
    if not answerability.has_answer(inquiry.features):
        return
    selected = answerability.select(text, inquiry.evidence, inquiry.features)
    judge = passages.load(inquiry.reading.reader)
    ranked = passages.best(text, inquiry.evidence, inquiry.abstracts, words, inquiry.reading, judge)
    bearers = _bearers(inquiry)
    ranked = [passage for passage in ranked if not bearers or passage.item.paper.id in bearers]
    for place, passage in enumerate(ranked):
        if not place or passage.item in selected:
            yield quote(passage.item, passage.text)


def _bearers(inquiry: Inquiry) -> set[str]:
    """Return the ids of the papers that alone may be quoted, as a title has a rare name that the question asks for:
    those that have it; none where there is no such name."""
    words = inquiry.words
    rare = {
        term
        for name in names.marked(inquiry.query.text)
        for term in words.terms(name)
        if 0 < words.frequency(term) <= _FEW
    }
    titles = {term for item in inquiry.evidence for term in words.terms(item.paper.title)}
    texts = {item.paper.id: set(words.terms(f"{item.paper.title} {item.paper.abstract}")) for item in inquiry.evidence}
    return {id for id, terms in texts.items() if terms & rare & titles}
