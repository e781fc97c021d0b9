"""/since, /until, /filter, /in, /model and /context: what the next questions are asked of, and with what."""

from dataclasses import replace
from datetime import date

from assistant.answering.conversation import rewriting, session
from assistant.app.filters import paper_filter, parse_day
from assistant.cli import console
from assistant.cli.commands.chat import state
from assistant.cli.commands.chat.state import Chat
from assistant.domain.sanitize import one_line
from assistant.retrieval.filters import Filter

_LIFTS = ("--clear", "off")


def since(chat: Chat, text: str) -> Chat:
    """Let only papers from a date on be found; nothing or "--clear" lifts that."""
    return _narrow(chat, replace(chat.filter, since=_day(text, last=False)))


def until(chat: Chat, text: str) -> Chat:
    """Let only papers up to a date be found; nothing or "--clear" lifts that."""
    return _narrow(chat, replace(chat.filter, until=_day(text, last=True)))


def source(chat: Chat, text: str) -> Chat:
    """Let only papers of a source be found; "--clear" lifts every filter, nothing shows which there are."""
    if not text:
        _tell(chat)
        return chat
    return _narrow(chat, Filter() if text in _LIFTS else replace(chat.filter, source=text))


def tag(chat: Chat, text: str) -> Chat:
    """Let only papers with a tag be found; nothing or "--clear" lifts that."""
    return _narrow(chat, replace(chat.filter, tags=() if text in ("", *_LIFTS) else (text,)))


def model(chat: Chat, name: str) -> Chat:
    """Have another model answer, or none; nothing shows which one does."""
    if name:
        chat = replace(chat, pipeline=chat.answering(chat.pipeline, name))
    answering = chat.pipeline.model
    console.tell(f"answers: {one_line(answering.name) if answering else 'quotes, no model'}")
    return chat


def context(chat: Chat, _: str) -> Chat:
    """Show which turns a model is told when it completes the next question."""
    conversation = chat.conversation
    numbers = {turn.number for turn in session.history(chat.session, conversation)}
    total = 0
    for turn in conversation.turns:
        size = rewriting.turn_tokens(turn, conversation.numbers, chat.session.count)
        total += size if turn.number in numbers else 0
        mark, style = ("kept", "") if turn.number in numbers else ("dropped", "dim")
        console.lines(console.plain(f"{turn.number:3}. {mark:8}{size:5} tokens  {one_line(turn.question)}", style))
    console.lines(console.plain(f"{total:,} of {chat.session.limit:,} tokens", "dim"))
    return chat


def _narrow(chat: Chat, papers_filter: Filter) -> Chat:
    checked = paper_filter(papers_filter.since, papers_filter.until, papers_filter.source, papers_filter.tags)
    chat = state.narrowed(chat, checked)
    _tell(chat)
    return chat


def _tell(chat: Chat) -> None:
    papers_filter, allowed = chat.filter, chat.pipeline.allowed
    parts = [f"since {papers_filter.since}"] if papers_filter.since else []
    parts += [f"until {papers_filter.until}"] if papers_filter.until else []
    parts += [f"source {one_line(papers_filter.source)}"] if papers_filter.source else []
    parts += [f"in {one_line(tag)}" for tag in papers_filter.tags]
    count = chat.pipeline.library.size if allowed is None else len(allowed)
    console.tell(f"filter: {', '.join(parts) or 'none'}; {count:,} papers")


def _day(text: str, *, last: bool) -> date | None:
    return None if text in ("", *_LIFTS) else parse_day(text, last=last)
