"""A question and the papers that answer it -> an answer without a model: sentences quoted word for word."""

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answering import answerability, continuation, passages
from assistant.answering.answerer import Answerer, Draft, Inquiry, quote
from assistant.verification.claims import Statement

_SHORTEST_TERM = 3  # letters; a question has at least one term as long


@dataclass(frozen=True, slots=True)
class Extractive(Answerer):
    """Quotes the sentences that answer best."""

    def state(self, inquiry: Inquiry) -> Draft:
        """Quote one passage a paper, the likeliest to answer first; none where the evidence seems to hold no answer.

        A question that continues a conversation is answered by `continuation`.
        """
        if inquiry.context.named_papers or inquiry.context.latest:
            return continuation.draft(inquiry)
        return Draft(tuple(_quotes(inquiry)))


def _quotes(inquiry: Inquiry) -> Iterator[Statement]:
    words, text = inquiry.words, inquiry.query.text
    if not any(len(term) >= _SHORTEST_TERM for term in words.terms(text)):
        return  # "x" or "1" occurs somewhere, and asks nothing
    if not answerability.has_answer(inquiry.features):
        return
    selected = answerability.select(text, inquiry.evidence, inquiry.features)
    judge = passages.load(inquiry.reading.reader)
    ranked = passages.best(text, inquiry.evidence, inquiry.abstracts, words, inquiry.reading, judge)
    for place, passage in enumerate(ranked):
        if not place or passage.item in selected:
            yield quote(passage.item, passage.text)
