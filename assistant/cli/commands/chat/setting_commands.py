"""/since, /until, /filter, /model and /context: what the next questions are asked of, and with what."""

from dataclasses import replace
from datetime import date

import click

from assistant import app
from assistant.answering.conversation import rewriting, session
from assistant.cli import console, options
from assistant.cli.commands.chat import state
from assistant.cli.commands.chat.state import Chat
from assistant.domain.errors import UsageError
from assistant.domain.sanitize import one_line
from assistant.retrieval.filters import Filter


def since(chat: Chat, wanted: str) -> Chat:
    """Let only papers from a date on be found; nothing or "off" lifts that."""
    return _narrow(chat, replace(chat.wanted, since=_day(wanted, last=False)))


def until(chat: Chat, wanted: str) -> Chat:
    """Let only papers up to a date be found; nothing or "off" lifts that."""
    return _narrow(chat, replace(chat.wanted, until=_day(wanted, last=True)))


def source(chat: Chat, wanted: str) -> Chat:
    """Let only papers of a source be found; "off" lifts every filter, nothing shows what holds."""
    if not wanted:
        _tell(chat)
        return chat
    return _narrow(chat, Filter() if wanted == "off" else replace(chat.wanted, source=wanted))


def model(chat: Chat, wanted: str) -> Chat:
    """Have another model answer, or none; nothing shows which one does."""
    if wanted:
        environment = app.environment()
        chosen = app.load_settings(environment, model=wanted)
        chat = replace(chat, asking=replace(chat.asking, model=app.model(chosen, environment)))
    held = chat.asking.model
    console.tell(f"answers: {one_line(held.name) if held else 'quotes, no model'}")
    return chat


def context(chat: Chat, _: str) -> Chat:
    """Show which turns a model is told when it completes the next question."""
    conversation = chat.conversation
    kept = {turn.number for turn in session.history(chat.session, conversation)}
    total = 0
    for turn in conversation.turns:
        size = rewriting.turn_tokens(turn, conversation.numbers, chat.session.count)
        total += size if turn.number in kept else 0
        mark, style = ("kept", "") if turn.number in kept else ("dropped", "dim")
        console.lines(console.plain(f"{turn.number:3}. {mark:8}{size:5} tokens  {one_line(turn.question)}", style))
    console.lines(console.plain(f"{total:,} of {chat.session.limit:,} tokens", "dim"))
    return chat


def _narrow(chat: Chat, wanted: Filter) -> Chat:
    chat = state.narrowed(chat, wanted)
    _tell(chat)
    return chat


def _tell(chat: Chat) -> None:
    wanted, allowed = chat.wanted, chat.asking.allowed
    parts = [f"since {wanted.since}"] if wanted.since else []
    parts += [f"until {wanted.until}"] if wanted.until else []
    parts += [f"source {one_line(wanted.source)}"] if wanted.source else []
    count = len(chat.asking.library.ids) if allowed is None else len(allowed)
    console.tell(f"filter: {', '.join(parts) or 'none'}; {count:,} papers")


def _day(wanted: str, *, last: bool) -> date | None:
    if wanted in ("", "off"):
        return None
    try:
        return options.Day(last=last).convert(wanted, None, None)
    except click.BadParameter as error:
        raise UsageError(error.message) from None
