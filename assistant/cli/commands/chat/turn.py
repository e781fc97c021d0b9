"""A question in a chat -> its answer on the terminal: how it was read, a draft meanwhile, then the checked answer."""

from collections.abc import Callable
from dataclasses import replace

from assistant.answering.conversation import session
from assistant.answering.conversation.session import Session
from assistant.answering.conversation.turns import Conversation, Reading, TurnInterrupted
from assistant.answering.pipeline import Pipeline
from assistant.cli import console, live
from assistant.cli.commands.chat import state
from assistant.cli.commands.chat.state import Chat
from assistant.cli.views import answers
from assistant.domain.sanitize import one_line

Take = Callable[[Session, Pipeline, Conversation], Conversation]


def ask(chat: Chat, question: str) -> Chat:
    """Return the chat with one turn more, its answer shown once it is on disk."""
    return _show(
        chat, lambda listening, pipeline, conversation: session.ask(listening, pipeline, conversation, question)
    )


def retry(chat: Chat) -> Chat:
    """Return the chat with its last question answered anew."""
    return _show(chat, session.retry)


def _show(chat: Chat, take: Take) -> Chat:
    chat = state.current(chat)
    numbers = {key: chat.conversation.numbers.get(id, 0) for id, key in chat.conversation.keys.items()}
    try:
        with live.preview(chat.pipeline.model is not None, numbers) as watching:
            listening = replace(chat.session, on_reading=_show_reading(chat.conversation))
            watched = replace(chat.pipeline, on_token=watching.on_token, on_stage=watching.on_stage)
            conversation = take(listening, watched, chat.conversation)
    except TurnInterrupted as interruption:
        _show_answer(interruption.conversation)
        raise
    _show_answer(conversation)
    return replace(chat, conversation=conversation)


def _show_answer(conversation: Conversation) -> None:
    """Show the answer of the last turn."""
    answer = conversation.turns[-1].answer
    console.lines(*answers.lines(answer, console.marks(), conversation.numbers, more="“more” shows them"))


def _show_reading(conversation: Conversation) -> Callable[[Reading], None]:
    """Return what shows a question that was completed, dimmed, before it is answered."""
    numbers = conversation.numbers

    def on_reading(reading: Reading) -> None:
        if reading.how == "alone" or reading.intent == "missing":
            if reading.note and reading.intent != "missing":
                console.tell(reading.note)
            return
        labels = [f"[{numbers[id]}]" for id in reading.papers if id in numbers]
        about = f" {' '.join(labels)}" if reading.named and labels else ""
        others = "others than these: " if reading.intent == "others" else ""
        console.aside(f"↳ {others}{one_line(reading.text)}{about}")
        if reading.note:
            console.tell(reading.note)

    return on_reading
