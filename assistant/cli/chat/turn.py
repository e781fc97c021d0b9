"""A question in a chat -> its answer on the terminal: how it was read, a draft meanwhile, then the checked answer."""

from collections.abc import Callable
from dataclasses import replace

from assistant import render
from assistant.answers import Asking
from assistant.cli import draft, output
from assistant.cli.chat import state
from assistant.cli.chat.state import Chat
from assistant.conversation import session
from assistant.conversation.session import Session
from assistant.conversation.turns import Conversation, Reading, Turn
from assistant.terminal import Line, line

Taking = Callable[[Session, Asking, Conversation], Conversation]


def ask(chat: Chat, question: str) -> Chat:
    """Return the chat with one turn more, its answer shown once it is on disk."""
    return _show(chat, lambda held, asking, conversation: session.ask(held, asking, conversation, question))


def retry(chat: Chat) -> Chat:
    """Return the chat with its last question answered anew."""
    return _show(chat, session.retry)


def lines(turn: Turn, conversation: Conversation) -> list[Line]:
    """Return the lines of an answered turn, the papers under their numbers in the conversation."""
    return render.lines(turn.answer, output.marks(), conversation.numbers)


def _show(chat: Chat, take: Taking) -> Chat:
    chat = state.current(chat)
    with draft.shown(chat.asking.model is not None) as hear:
        heard = replace(chat.session, read=_tell_reading(chat.conversation))
        conversation = take(heard, replace(chat.asking, hear=hear), chat.conversation)
    output.lines(*lines(conversation.turns[-1], conversation))
    return replace(chat, conversation=conversation)


def _tell_reading(conversation: Conversation) -> Callable[[Reading], None]:
    """Show a question that was completed, dimmed, before it is answered."""
    numbers = conversation.numbers

    def tell(reading: Reading) -> None:
        if reading.how == "alone":
            return
        named = [f"[{numbers[id]}]" for id in reading.papers if id in numbers]
        about = f" {' '.join(named)}" if reading.named and named else ""
        output.aside(f"↳ {line(reading.text)}{about}")
        if reading.note:
            output.tell(reading.note)

    return tell
