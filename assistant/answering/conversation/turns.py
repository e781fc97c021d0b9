"""Turns -> a conversation, and the numbers and keys that papers keep for all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from assistant.domain.answers import LIST_ROWS, Answer
from assistant.domain.records import Paper

How = Literal["alone", "rule", "model"]
Intent = Literal[
    "", "continue", "others", "more", "why", "doubt", "holds", "which", "narrow", "compare", "correction", "cite",
    "again", "fact", "missing",
]  # fmt: skip
"""What a question wants of the answers before it; "" where it stands alone."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a question was understood in its conversation."""

    text: str
    """The question as it is searched for and answered: one that stands alone."""
    how: How = "alone"
    """Whether it stood alone, or was completed by rule, or by the model."""
    papers: tuple[str, ...] = ()
    """Ids of the papers that it refers to."""
    named: bool = False
    """Whether it names those papers (a number, "the second one"); if not, it only seems to be about them."""
    other: str = ""
    """The question in another wording, to be searched for as well; "" where there is none."""
    note: str = ""
    """What went wrong with the rewriting, for a person."""
    tokens: tuple[int | None, int | None] = (None, None)
    """Input and output tokens of the rewriting."""
    intent: Intent = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation with its answer."""

    number: int
    """1-based and never used twice, not even where a turn was taken back."""
    at: datetime
    question: str
    """As it was typed."""
    reading: Reading
    answer: Answer
    library_size: int = 0
    """How many papers the library had."""
    fingerprint: str = ""
    """What the vectors of the library were made with."""

    @property
    def cited(self) -> tuple[Paper, ...]:
        """The papers that the answer cites, in the order in which it cites them first."""
        return self.answer.cited

    @property
    def shown(self) -> tuple[Paper, ...]:
        """The papers of these that a person has seen: of a long list the first ones."""
        return self.cited[:LIST_ROWS] if self.answer.kind == "list" else self.cited


@dataclass(frozen=True, slots=True)
class Conversation:
    """All turns that were ever taken, in order, and which of them were taken back."""

    id: str
    library: str
    """The folder of the library that is asked."""
    begun: datetime
    recorded: tuple[Turn, ...] = ()
    undone: frozenset[int] = field(default_factory=frozenset)
    """Numbers of the turns that were taken back."""
    unkept: tuple[str, ...] = ()
    """Lines of its file that could not be written; they are tried again with the next one."""

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The turns that stand."""
        return tuple(turn for turn in self.recorded if turn.number not in self.undone)

    @property
    def numbers(self) -> dict[str, int]:
        """{paper id: number}: the order in which papers were first cited, also by turns since taken back."""
        cited = [paper.id for turn in self.recorded for paper in turn.cited]
        return {id: number for number, id in enumerate(dict.fromkeys(cited), 1)}

    @property
    def keys(self) -> dict[str, str]:
        """{paper id: key}, of every paper that was ever evidence."""
        return {item.paper.id: item.key for turn in self.recorded for item in turn.answer.evidence}

    @property
    def papers(self) -> dict[int, Paper]:
        """{number: paper} as the paper was when it was last cited."""
        latest = {paper.id: paper for turn in self.recorded for paper in turn.cited}
        return {number: latest[id] for id, number in self.numbers.items()}


class TurnInterrupted(KeyboardInterrupt):
    """Ctrl-C ended an answer early: `conversation` has what there was of it as its last turn."""

    def __init__(self, conversation: Conversation) -> None:
        super().__init__()
        self.conversation = conversation


def last_cited(turns: Sequence[Turn]) -> tuple[Paper, ...]:
    """Return the papers of the last answer that cites any."""
    return next((turn.cited for turn in reversed(turns) if turn.cited), ())


def narrowed_from(turn: Turn) -> tuple[str, ...]:
    """Return the ids of the papers of which a turn was asked to show some, so that more of them come from these."""
    return turn.reading.papers if turn.reading.intent == "narrow" else ()
