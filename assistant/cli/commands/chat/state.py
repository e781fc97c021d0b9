"""What a chat is held with at one moment: conversation, library, model and filter; changed only by making a new one."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from assistant.answering.conversation.session import Session
from assistant.answering.conversation.turns import Conversation, Turn
from assistant.answering.pipeline import Pipeline
from assistant.app.filters import admitted
from assistant.cli import console
from assistant.domain.errors import UsageError
from assistant.retrieval.filters import Filter


@dataclass(frozen=True, slots=True)
class Chat:
    """One moment of a chat."""

    session: Session
    pipeline: Pipeline
    conversation: Conversation
    answering: Callable[[Pipeline, str], Pipeline]
    """Has the model of a name answer, or none, under the flags and the budget of this chat."""
    filter: Filter = field(default_factory=Filter)
    begun: int = 0
    """How many turns the conversation had when this chat began."""

    @property
    def last(self) -> Turn:
        """The last turn that stands; raises `UsageError` where there is none."""
        if not self.conversation.turns:
            raise UsageError("nothing was asked yet")
        return self.conversation.turns[-1]


def narrowed(chat: Chat, papers_filter: Filter) -> Chat:
    """Return the chat with another filter, and tell what that leaves out."""
    allowed = admitted(chat.pipeline.library, papers_filter, console.tell)
    return replace(chat, filter=papers_filter, pipeline=replace(chat.pipeline, allowed=allowed))


def current(chat: Chat) -> Chat:
    """Return the chat with its filter applied to the library as it is now, which may have grown meanwhile."""
    if chat.filter == Filter():
        return chat
    chat.pipeline.library.refresh()
    allowed = admitted(chat.pipeline.library, chat.filter, lambda _: None)
    return replace(chat, pipeline=replace(chat.pipeline, allowed=allowed))


def now() -> datetime:
    """Return the time, with its zone."""
    return datetime.now().astimezone()
