"""A question typed into a conversation -> a turn: understood in its context, answered, and on disk when returned."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from assistant.answering import pipeline
from assistant.answering.conversation import budget, followups, rewriting, transcript
from assistant.answering.conversation.archive import Archive
from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.answering.pipeline import Pipeline
from assistant.domain.errors import UsageError
from assistant.models.embedder import Embedder
from assistant.retrieval.retriever import Context, Query

_MORE = re.compile(
    r"\b(?:(?:tell|say|know|learn|hear|read|explain)\w*\s+(?:me\s+)?more|more\s+(?:details?|about|on\b)"
    r"|any(?:thing)?\s+(?:else|more)|what\s+else|further|in\s+(?:more\s+)?detail|elaborate|expand)\b",
    re.IGNORECASE,
)
"""What asks for things not said yet."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a conversation is held with."""

    archive: Archive | None
    """None where nothing is to be kept, as in an evaluation."""
    count: budget.Count
    limit: int = budget.TOKENS
    """Tokens of the conversation that the model is told at most."""
    now: Callable[[], datetime] = field(default=lambda: datetime.now().astimezone())
    read: Callable[[Reading], None] = field(default=lambda _: None)
    """Hears how a question was understood, before it is answered."""


def ask(session: Session, asking: Pipeline, conversation: Conversation, question: str) -> Conversation:
    """Return the conversation with one turn more. Raises `ModelError`, and `ArchiveError` where it cannot be kept."""
    return _taken(session, asking, conversation, question)


def retry(session: Session, asking: Pipeline, conversation: Conversation) -> Conversation:
    """Return the conversation with its last question asked again; raises `UsageError` where there is none."""
    last = _last(conversation)
    before = replace(conversation, undone=conversation.undone | {last.number})
    return _taken(session, asking, before, last.question, replaces=last.number)


def undo(session: Session, conversation: Conversation) -> Conversation:
    """Return the conversation without its last turn, which stays on disk; raises `UsageError` where there is none."""
    last = _last(conversation)
    if session.archive:
        session.archive.append(conversation, transcript.undo(last.number))
    return replace(conversation, undone=conversation.undone | {last.number})


def told(session: Session, conversation: Conversation) -> tuple[Turn, ...]:
    """Return the turns that a model is told when it rewrites the next question."""
    return budget.keep(conversation.turns, conversation.numbers, session.count, session.limit)


def context(conversation: Conversation, question: str, reading: Reading, embedder: Embedder) -> Context:
    """Return what the conversation so far means for the search and the answer."""
    if reading.how == "alone":
        return Context(keys=conversation.keys)
    texts = [text for text in (reading.other, question if reading.how == "rule" else "") if text]
    queries = {text: Query(text, vector) for text, vector in zip(texts, embedder.embed(texts), strict=True)}
    said = [claim.text for turn in conversation.turns for claim in turn.answer.claims]
    return Context(
        named_papers=frozenset(reading.papers if reading.named else ()),
        rephrasings=tuple(queries[text] for text in (reading.other,) if text),
        keys=conversation.keys,
        latest=queries.get(question),
        quoted_sentences=frozenset(said if _MORE.search(question) else ()),
    )


def _taken(
    session: Session, asking: Pipeline, conversation: Conversation, question: str, replaces: int | None = None
) -> Conversation:
    asking.library.refresh()
    turns, numbered = conversation.turns, conversation.papers
    reading = followups.resolve(question, turns, numbered, asking.library.words.terms)
    if reading.how != "alone" and asking.model is not None:
        reading = rewriting.rewrite(asking.model, question, reading, told(session, conversation), numbered)
    reading = _noted(reading, asking, conversation)
    session.read(reading)
    answer = pipeline.ask(
        replace(asking, context=context(conversation, question, reading, asking.embedder)), reading.text
    )
    taken = Turn(
        number=len(conversation.recorded) + 1,
        at=session.now(),
        question=question,
        reading=reading,
        answer=answer,
        papers=len(asking.library.ids),
        fingerprint=asking.library.fingerprint,
    )
    if session.archive:
        session.archive.append(conversation, transcript.turn(taken, transcript.known(conversation), replaces))
    return replace(conversation, recorded=(*conversation.recorded, taken))


def _noted(reading: Reading, asking: Pipeline, conversation: Conversation) -> Reading:
    """Add to a reading that the filter keeps a paper out which the question names."""
    out = [id for id in reading.papers if reading.named and asking.allowed is not None and id not in asking.allowed]
    if not out:
        return reading
    named = ", ".join(f"[{conversation.numbers[id]}]" for id in out if id in conversation.numbers)
    return replace(reading, note=f"{named} is outside of the filter, and is not read; /filter off lifts it")


def _last(conversation: Conversation) -> Turn:
    if not conversation.turns:
        raise UsageError("nothing was asked yet")
    return conversation.turns[-1]
