"""What is typed, one piece after another -> answers on standard output, until there is no more."""

import io
import sys
from dataclasses import replace

from assistant.answering.conversation import session
from assistant.answering.conversation.turns import TurnInterrupted
from assistant.cli import console
from assistant.cli.commands.chat import commands, turn
from assistant.cli.commands.chat.keyboard import Reader
from assistant.cli.commands.chat.state import Chat
from assistant.domain.counts import number_of
from assistant.domain.errors import ArchiveError, AssistantError, ModelError
from assistant.domain.sanitize import one_line
from assistant.retrieval import small_talk


def run(chat: Chat, reader: Reader, *, talkative: bool) -> int:
    """Answer until the end; return the exit code: that of a failed model or disk where nobody could react, else 0."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(line_buffering=True)  # a program may read each answer before it asks the next question
    _greet(chat, talkative=talkative)
    code = 0
    pressed = False
    while True:
        try:
            typed = reader.read()
        except KeyboardInterrupt:
            if pressed or not reader.interactive:
                raise
            pressed = True
            console.tell("Ctrl-C again, or Ctrl-D, leaves")
            continue
        pressed = False
        if typed is None:
            return _ended(chat, code, interactive=reader.interactive)
        try:
            chat = _respond(chat, typed.strip(), interactive=reader.interactive)
        except commands.Leave:
            return _ended(chat, code, interactive=reader.interactive)
        except TurnInterrupted as interruption:  # what there was of its answer is shown and kept
            if not reader.interactive:
                raise
            chat = replace(chat, conversation=interruption.conversation)
        except KeyboardInterrupt:
            if not reader.interactive:
                raise
            chat = _stopped(chat)
        except AssistantError as error:
            console.tell(f"error: {error}")
            code = error.exit_code if isinstance(error, ModelError) and not reader.interactive else code


def _respond(chat: Chat, typed: str, *, interactive: bool) -> Chat:
    if not typed:
        return chat
    if typed.startswith("/"):
        return commands.run(chat, typed)
    if small_talk.read(" ".join(typed.split()).strip(" .!?")) == "farewell":
        raise commands.Leave
    if not interactive:
        console.lines(console.heading(typed))
    return turn.ask(chat, typed)


def _ended(chat: Chat, code: int, *, interactive: bool) -> int:
    """Return the exit code, after a word on what models cost and a last try to keep what the disk has refused."""
    if (spent := chat.pipeline.account.spent).requests:
        turns = [turn for turn in chat.conversation.recorded if turn.number > chat.begun]
        seconds = sum(turn.answer.seconds.total for turn in turns)
        questions = number_of("question", len(turns))
        requests = f"{number_of('request', spent.requests)} to models"
        console.tell(f"{questions}, {requests}: {spent} · {seconds:.1f} s")
    if chat.session.archive and chat.conversation.unkept:
        try:
            chat.session.archive.append(chat.conversation, "")
        except ArchiveError as error:
            console.tell(f"error: {error}")
            return code if interactive else ArchiveError.exit_code
    return code


def _stopped(chat: Chat) -> Chat:
    """Return the chat as it is on disk, where a turn may have been when its answer was stopped."""
    archive = chat.session.archive
    conversation = archive.reload(chat.conversation) if archive else chat.conversation
    if conversation is chat.conversation:
        console.tell("stopped; the question is not kept")
    else:
        console.tell("stopped; the turn was on disk already, /undo takes it back")
    return replace(chat, conversation=conversation)


def _greet(chat: Chat, *, talkative: bool) -> None:
    """Say what the chat is held with, and on a resumed one where it stands."""
    conversation = chat.conversation
    for change in session.changes(conversation, chat.pipeline.library):
        console.tell(change)
    if not talkative:
        return
    model = chat.pipeline.model
    by = f"model {model.name}" if model else "quotes; set OPENAI_API_KEY or OPENAI_BASE_URL to have a model write"
    console.tell(f"{chat.pipeline.library.size:,} papers in {chat.pipeline.library.place}; answers: {by}")
    if conversation.turns:
        last = conversation.turns[-1]
        console.tell(f"conversation {conversation.id} goes on after turn {last.number}: {one_line(last.question)}")
    console.tell("/help lists the commands; Ctrl-C stops an answer, Ctrl-D leaves")
