"""A question, what was said before it, and which papers may answer it: what is asked of a resident library."""

from dataclasses import dataclass, field, replace

from assistant.answering.conversation.turns import Conversation
from assistant.app.filters import Day, Tags, admitted, paper_filter
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval.filters import Filter
from assistant.serving.transcripts import Exchange


@dataclass(frozen=True, slots=True)
class Selection:
    """Which papers may be found, and how many."""

    limit: int | None = None
    since: Day = None
    until: Day = None
    source: str | None = None
    tag: Tags = None

    def filter(self) -> Filter:
        """Return the filter; raises `UsageError`."""
        return paper_filter(self.since, self.until, self.source, self.tag)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question, what was said before it, and who is to answer."""

    question: str
    earlier: tuple[Exchange, ...] = ()
    selection: Selection = field(default_factory=Selection)
    with_model: bool = True
    """False for quotes, whatever model there is."""


@dataclass(frozen=True, slots=True)
class Admission:
    """The papers that a filter lets through."""

    ids: frozenset[str] | None
    """None for all."""
    notes: tuple[str, ...]
    """What whoever asks would not expect: papers left out for want of a date, a tag that there is not."""


def admission(library: LibrarySnapshot, papers_filter: Filter) -> Admission:
    """Return the papers that pass a filter, and what to tell whoever asks."""
    notes: list[str] = []
    ids = admitted(library, papers_filter, notes.append)
    return Admission(ids, tuple(notes))


def noted(conversation: Conversation, notes: tuple[str, ...]) -> Conversation:
    """Return a conversation whose last answer says these things, too."""
    if not notes:
        return conversation
    *before, turn = conversation.recorded
    answer = replace(turn.answer, notes=(*notes, *turn.answer.notes))
    return replace(conversation, recorded=(*before, replace(turn, answer=answer)))
