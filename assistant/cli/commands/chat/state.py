"""What a chat is held with at one moment: conversation, library, model and filter; changed only by making a new one."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from assistant import app
from assistant.answering.conversation.archive import Archive
from assistant.answering.conversation.session import Session
from assistant.answering.conversation.turns import Conversation, Turn
from assistant.answering.pipeline import Pipeline
from assistant.cli import options
from assistant.domain.errors import UsageError
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import ChatModel, Embedder
from assistant.retrieval.filters import Filter


@dataclass(frozen=True, slots=True)
class Chat:
    """One moment of a chat."""

    session: Session
    asking: Pipeline
    conversation: Conversation
    wanted: Filter = field(default_factory=Filter)

    @property
    def last(self) -> Turn:
        """The last turn that stands; raises `UsageError` where there is none."""
        if not self.conversation.turns:
            raise UsageError("nothing was asked yet")
        return self.conversation.turns[-1]


def begin(
    archive: Archive,
    library: LibrarySnapshot,
    embedder: Embedder,
    model: ChatModel | None,
    conversation: Conversation,
    limit: int,
    tokens: int,
) -> Chat:
    """Return a chat at its first moment; `limit` papers are evidence, `tokens` of the past are told to a model."""
    session = Session(archive, app.counter(), tokens, now)
    return Chat(session, Pipeline(library, embedder, model, limit, ordinary=app.ordinary()), conversation)


def narrowed(chat: Chat, wanted: Filter) -> Chat:
    """Return the chat with another filter, and tell what that leaves out."""
    since, until, source = wanted.since, wanted.until, wanted.source
    allowed = options.admitted(chat.asking.library, since, until, source)
    return replace(chat, wanted=wanted, asking=replace(chat.asking, allowed=allowed))


def current(chat: Chat) -> Chat:
    """Return the chat with its filter applied to the library as it is now, which may have grown meanwhile."""
    if chat.wanted == Filter():
        return chat
    chat.asking.library.refresh()
    allowed = frozenset(paper.id for paper in chat.asking.library.papers() if chat.wanted.admits(paper))
    return replace(chat, asking=replace(chat.asking, allowed=allowed))


def now() -> datetime:
    """Return the time, with its zone."""
    return datetime.now().astimezone()
