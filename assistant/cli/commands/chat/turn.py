"""A question in a chat -> its answer on the terminal: how it was read, a draft meanwhile, then the checked answer."""

from collections.abc import Callable
from dataclasses import replace

from assistant.answering.conversation import session
from assistant.answering.conversation.session import Session
from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.answering.pipeline import Pipeline
from assistant.cli import console, live
from assistant.cli.commands.chat import state
from assistant.cli.commands.chat.state import Chat
from assistant.cli.console import StyledLine
from assistant.cli.views import answers
from assistant.domain.sanitize import one_line

Taking = Callable[[Session, Pipeline, Conversation], Conversation]


def ask(chat: Chat, question: str) -> Chat:
    """Return the chat with one turn more, its answer shown once it is on disk."""
    return _show(chat, lambda held, asking, conversation: session.ask(held, asking, conversation, question))


def retry(chat: Chat) -> Chat:
    """Return the chat with its last question answered anew."""
    return _show(chat, session.retry)


def lines(turn: Turn, conversation: Conversation) -> list[StyledLine]:
    """Return the lines of an answered turn, the papers under their numbers in the conversation."""
    return answers.lines(turn.answer, console.marks(), conversation.numbers)


def _show(chat: Chat, take: Taking) -> Chat:
    chat = state.current(chat)
    with live.shown(chat.asking.model is not None) as hear:
        heard = replace(chat.session, on_reading=_tell_reading(chat.conversation))
        conversation = take(heard, replace(chat.asking, on_token=hear), chat.conversation)
    console.lines(*lines(conversation.turns[-1], conversation))
    return replace(chat, conversation=conversation)


def _tell_reading(conversation: Conversation) -> Callable[[Reading], None]:
    """Show a question that was completed, dimmed, before it is answered."""
    numbers = conversation.numbers

    def tell(reading: Reading) -> None:
        if reading.how == "alone":
            return
        named = [f"[{numbers[id]}]" for id in reading.papers if id in numbers]
        about = f" {' '.join(named)}" if reading.named and named else ""
        console.aside(f"↳ {one_line(reading.text)}{about}")
        if reading.note:
            console.tell(reading.note)

    return tell
