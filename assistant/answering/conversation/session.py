"""A question typed into a conversation -> a turn: understood in its context, answered, and on disk when returned."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from assistant.answering.conversation import followups, intents, rewriting, transcript
from assistant.answering.conversation.archive import Archive
from assistant.answering.conversation.rewriting import BY_RULE, HISTORY_TOKENS, CountTokens
from assistant.answering.conversation.turns import Conversation, Reading, Turn, TurnInterrupted
from assistant.answering.pipeline import Pipeline
from assistant.answering.pipeline import ask as answer_question
from assistant.domain.answers import Answer, Interrupted
from assistant.domain.errors import ArchiveError, UsageError
from assistant.domain.limits import require_question
from assistant.domain.sanitize import one_line
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder
from assistant.retrieval import forms
from assistant.retrieval.forms import Form
from assistant.retrieval.retriever import Context, Query


@dataclass(frozen=True, slots=True)
class Session:
    """What the turns of a conversation are taken with, beside the pipeline that answers."""

    archive: Archive | None
    """None where nothing is to be kept, as in an evaluation."""
    count: CountTokens
    limit: int = HISTORY_TOKENS
    """Tokens of the conversation that a model reads at most."""
    now: Callable[[], datetime] = field(default=lambda: datetime.now().astimezone())
    on_reading: Callable[[Reading], None] = field(default=lambda _: None)
    """Gets each question as it was understood, before it is answered."""
    on_unkept: Callable[[ArchiveError], None] = field(default=lambda _: None)
    """Gets why a turn could not be kept; it is shown all the same, and tried again with the next one."""


def ask(session: Session, pipeline: Pipeline, conversation: Conversation, question: str) -> Conversation:
    """Return the conversation with one turn more, which is among its `unkept` where it could not be kept, and the
    session was told. Raises `ModelError`; and `TurnInterrupted`, with the turn, where Ctrl-C ended its answer early."""
    return _take_turn(session, pipeline, conversation, question)


def retry(session: Session, pipeline: Pipeline, conversation: Conversation) -> Conversation:
    """Return the conversation with its last question asked again; raises `UsageError` where there is none."""
    last = _last(conversation)
    before = replace(conversation, undone=conversation.undone | {last.number})
    return _take_turn(session, pipeline, before, last.question, replaces=last.number)


def undo(session: Session, conversation: Conversation) -> Conversation:
    """Return the conversation without its last turn, which stays on disk; raises `UsageError` where there is none."""
    last = _last(conversation)
    conversation = _kept(session, conversation, transcript.undo_line(last.number))
    return replace(conversation, undone=conversation.undone | {last.number})


def history(session: Session, conversation: Conversation) -> tuple[Turn, ...]:
    """Return the turns that a model reads when it rewrites the next question."""
    return rewriting.latest_turns(conversation.turns, conversation.numbers, session.count, session.limit)


def context(
    conversation: Conversation, question: str, reading: Reading, embedder: Embedder, terms: followups.Terms
) -> Context:
    """Return what the conversation so far means for the search and the answer."""
    if reading.how == "alone":
        return Context(keys=conversation.keys)
    latest = _latest_words(conversation, question, reading)
    texts = [text for text in dict.fromkeys((reading.other, latest)) if text]
    queries = {text: Query(text, vector) for text, vector in zip(texts, embedder.embed_queries(texts), strict=True)}
    others = reading.intent == "others"
    new_terms = followups.new_terms(question, conversation.turns, terms) if latest == question else frozenset()
    claims = [claim.text for turn in conversation.turns for claim in turn.answer.claims]
    return Context(
        named_papers=frozenset(reading.papers if reading.named else ()),
        cited=reading.papers,
        rephrasings=tuple(queries[text] for text in (reading.other,) if text),
        keys=conversation.keys,
        latest=queries.get(latest),
        quoted=frozenset(claims),
        repeated=_last_claims(conversation) if reading.intent in ("again", "cite") else (),
        new_terms=new_terms,
        shown=frozenset(paper.id for turn in conversation.turns for paper in turn.shown) if others else frozenset(),
        each=reading.intent == "compare" or (not new_terms and reading.intent not in ("why", "doubt")),
        doubts=reading.intent == "doubt",
        wants_reason=reading.intent == "why" or question.lower().startswith(("why", "but why", "and why", "how come")),
    )


def _latest_words(conversation: Conversation, question: str, reading: Reading) -> str:
    """Return the words that say what is asked for now; what is doubted is what was said last."""
    if reading.how != "rule" or reading.intent in BY_RULE:
        return ""
    if reading.intent == "doubt":
        return next(iter(_last_claims(conversation)), "")
    return question


def _last_claims(conversation: Conversation) -> tuple[str, ...]:
    """Return what the last answer that says anything says."""
    said = (turn.answer.claims for turn in reversed(conversation.turns) if turn.answer.claims)
    return tuple(claim.text for claim in next(said, ()))


def changes(conversation: Conversation, library: LibrarySnapshot) -> list[str]:
    """Return a sentence for each change of the library since the last turn that matters to what was said."""
    if not conversation.turns:
        return []
    last, size = conversation.turns[-1], library.size
    sentences = []
    if conversation.library != library.place:
        sentences.append(f"this is the library {library.place}; the conversation began with {conversation.library}")
    if last.library_size != size:
        sentences.append(f"the library has {size:,} papers now; at the last turn it had {last.library_size:,}")
    if last.fingerprint != library.fingerprint:
        sentences.append(
            f"its vectors are of {library.fingerprint} now; at the last turn they were of {last.fingerprint}"
        )
    cited = conversation.papers
    present = {paper.id: paper for paper in library.papers([paper.id for paper in cited.values()])}
    for number, paper in cited.items():
        current = present.get(paper.id)
        if current is None:
            sentences.append(f"[{number}] {one_line(paper.title)} is no longer in the library; it is shown as it was")
        elif (current.title, current.abstract) != (paper.title, paper.abstract):
            sentences.append(f"[{number}] {one_line(paper.title)} has another text now; it is shown as it was")
    return sentences


def _take_turn(
    session: Session, pipeline: Pipeline, conversation: Conversation, question: str, replaces: int | None = None
) -> Conversation:
    require_question(question)
    with pipeline.account.tally() as tally:
        reading, answer, is_interrupted = _understood(session, pipeline, conversation, question)
    turn = Turn(
        number=len(conversation.recorded) + 1,
        at=session.now(),
        question=question,
        reading=reading,
        answer=replace(answer, cost=tally.cost),
        library_size=pipeline.library.size,
        fingerprint=pipeline.library.fingerprint,
    )
    if session.archive:
        line = transcript.turn_line(turn, transcript.papers_by_id(conversation), replaces)
        conversation = _kept(session, conversation, line)
    conversation = replace(conversation, recorded=(*conversation.recorded, turn))
    if is_interrupted:
        raise TurnInterrupted(conversation)
    return conversation


def _understood(
    session: Session, pipeline: Pipeline, conversation: Conversation, question: str
) -> tuple[Reading, Answer, bool]:
    """Return how a question is understood, its answer, whose seconds are also those of understanding it, and whether
    Ctrl-C ended it early."""
    began = time.perf_counter()
    pipeline.library.refresh()
    cited = conversation.papers
    terms = pipeline.library.words.terms
    reading = followups.resolve(question, conversation.turns, cited, terms, pipeline.today)
    rule = rewriting.by_rule(question, reading, conversation.turns, terms) if pipeline.model else None
    if pipeline.model and rule:
        reading = rewriting.rewrite(pipeline.model, question, rule, history(session, conversation), cited)
    reading = _noted(reading, pipeline, conversation)
    session.on_reading(reading)
    understood = time.perf_counter() - began
    try:
        answer, is_interrupted = _answer(pipeline, conversation, question, reading), False
    except Interrupted as interruption:
        answer, is_interrupted = interruption.answer, True
    total = replace(answer.seconds, total=answer.seconds.total + understood)
    return reading, replace(answer, seconds=total), is_interrupted


def _answer(pipeline: Pipeline, conversation: Conversation, question: str, reading: Reading) -> Answer:
    """Answer a question as it was read; raises `ModelError`."""
    if reading.intent == "missing":
        return Answer(question, "abstained", (), (), text=f"{reading.note[:1].upper()}{reading.note[1:]}.")
    terms = pipeline.library.words.terms
    in_context = replace(
        pipeline,
        allowed=_allowed(pipeline, reading),
        context=context(conversation, question, reading, pipeline.embedder, terms),
    )
    return answer_question(in_context, reading.text, _form(question, reading, conversation, pipeline))


def _form(question: str, reading: Reading, conversation: Conversation, pipeline: Pipeline) -> Form:
    """Return what kind of question it is by its own words, or by those of the question that it goes on with."""
    if reading.intent == "fact":
        return forms.read(question, pipeline.today)
    if reading.named or reading.intent == "which":
        return forms.PROSE
    if reading.how == "rule" and reading.other:  # completed by what was said before, which may have been a list
        form = forms.read(question, pipeline.today)
        label = f"on “{reading.text}”"
        return replace(form, topic=reading.text, label=label) if form.kind == "list" else forms.PROSE
    form = forms.read(reading.text, pipeline.today)
    if reading.intent == "narrow" and reading.papers:
        return replace(form, topic=intents.read(question).words)
    if reading.intent == "others" and form.kind == "prose":
        return replace(forms.on(reading.text.rstrip("?. ")), label=f"on “{reading.text}”")
    return form


def _allowed(pipeline: Pipeline, reading: Reading) -> frozenset[str] | None:
    """Return the ids of the papers that may be found: where some of those shown are asked for, only these."""
    allowed = pipeline.allowed
    if reading.intent not in ("which", "narrow", "others") or not reading.papers:
        return allowed
    return frozenset(id for id in reading.papers if allowed is None or id in allowed)


def _kept(session: Session, conversation: Conversation, line: str) -> Conversation:
    """Return the conversation with a line more on disk, or among its `unkept` where the disk refuses."""
    if session.archive is None:
        return conversation
    try:
        return session.archive.append(conversation, line)
    except ArchiveError as error:
        session.on_unkept(error)
        return replace(conversation, unkept=(*conversation.unkept, line))


def _noted(reading: Reading, pipeline: Pipeline, conversation: Conversation) -> Reading:
    """Add to a reading that the filter keeps a paper out which the question names."""
    allowed = pipeline.allowed
    outside = [id for id in reading.papers if reading.named and allowed is not None and id not in allowed]
    if not outside:
        return reading
    marks = ", ".join(f"[{conversation.numbers[id]}]" for id in outside if id in conversation.numbers)
    return replace(reading, note=f"{marks} is outside of the filter, and is not read; /filter off lifts it")


def _last(conversation: Conversation) -> Turn:
    if not conversation.turns:
        raise UsageError("nothing was asked yet")
    return conversation.turns[-1]
