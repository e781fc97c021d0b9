"""What a front end says was said before -> the conversation that chat would have had, for a question to follow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from assistant.answering.conversation import followups
from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.domain.answers import Answer
from assistant.domain.limits import QUESTION_LIMIT
from assistant.domain.records import Paper
from assistant.domain.sanitize import encodable
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.keys import library_keys
from assistant.serving import answer_text

_ANSWER_LIMIT = 50_000  # characters of an earlier answer that are read


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question, and the text that answered it; both are a stranger's."""

    question: str
    answer: str


def exchange(question: str, answer: str) -> Exchange:
    """Return an exchange of two texts of any length and any characters, each as far as it is read."""
    return Exchange(encodable(question[:QUESTION_LIMIT]), encodable(answer[:_ANSWER_LIMIT]))


def conversation(exchanges: Sequence[Exchange], library: LibrarySnapshot, now: datetime) -> Conversation:
    """Return the turns that these exchanges were, each read after those before it; numbers of papers are the same."""
    whole = Conversation("", library.place, now)
    terms = library.words.terms
    for exchange in exchanges:
        reading = followups.resolve(exchange.question, whole.turns, whole.papers, terms, now.date())
        answer = answer_text.read(exchange.question, exchange.answer, lambda ids: _held(library, ids))
        whole = _with_turn(whole, exchange.question, reading, _keyed(answer, whole, library), library)
    return whole


def after(whole: Conversation, question: str, answer: Answer, library: LibrarySnapshot) -> Conversation:
    """Return a conversation with one question more, which was answered by itself."""
    return _with_turn(whole, question, Reading(question), answer, library)


def _with_turn(
    whole: Conversation, question: str, reading: Reading, answer: Answer, library: LibrarySnapshot
) -> Conversation:
    number = len(whole.recorded) + 1
    turn = Turn(number, whole.begun, question, reading, answer, library.size, library.fingerprint)
    return replace(whole, recorded=(*whole.recorded, turn))


def _held(library: LibrarySnapshot, ids: Sequence[str]) -> dict[str, Paper]:
    return {paper.id: paper for paper in library.papers(ids)}


def _keyed(answer: Answer, whole: Conversation, library: LibrarySnapshot) -> Answer:
    """Return an answer whose papers have the keys by which a model may cite them, the same in all of a conversation."""
    keys = library_keys(library, [item.paper.id for item in answer.evidence], whole.keys)
    evidence = tuple(replace(item, key=keys[item.paper.id]) for item in answer.evidence)
    claims = tuple(
        replace(
            claim,
            findings=tuple(
                replace(finding, key=keys.get(finding.paper.id, "")) for finding in claim.findings if finding.paper
            ),
        )
        for claim in answer.claims
    )
    return replace(answer, evidence=evidence, claims=claims)
