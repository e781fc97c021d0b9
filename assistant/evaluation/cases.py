"""What is asked and judged as one, with what a right answer rests on: the records that a suite is read into."""

from dataclasses import dataclass

from assistant.evaluation.expectations import Expectation
from assistant.evaluation.marked_abstracts import MarkedAbstract

DIALOGUE = "dialogue"
"""The type of a case whose later turns are judged by their answers."""


@dataclass(frozen=True, slots=True)
class GoldTurn:
    """One question with what a right answer rests on; papers are named by title."""

    question: str
    gold: tuple[frozenset[str], ...] = ()
    """Groups of interchangeable titles: a right answer cites one of each; none where the library has no answer."""
    acceptable: frozenset[str] = frozenset()
    """May be cited, need not be."""
    forbidden: frozenset[str] = frozenset()
    """Traps: near, and wrong."""
    facts: tuple[str, ...] = ()
    """Figures that the answer must contain."""
    kind: str = "standalone"
    """How it depends on the turns before: standalone, pronoun, ellipsis, correction, switch, cite, ordinal."""
    about: str = "new"
    """Whether its papers were cited before: "stays", "brings" another one, "new" subject."""
    standalone: str = ""
    """The same question written by hand so that it stands alone; "" where it does so already."""
    cited: tuple[str, ...] = ()
    """What a right answer cites, in order: the history of later turns."""
    judged_papers: frozenset[str] = frozenset()
    """Every paper that somebody judged for this question; none where nobody kept the judgements."""
    marked: tuple[MarkedAbstract, ...] = ()
    """The sentences that answer, in every abstract that has some; none where nobody marked them."""
    complete: bool = False
    """Whether the question asks for all papers of a kind, and each is in `gold` or `acceptable`."""
    period: tuple[str, str] = ("", "")
    """The first day asked for and the first day after, in ISO form, whole or cut; "" for an open end."""
    expected: Expectation | None = None
    """What a right answer does, for a later turn of a dialogue."""

    @property
    def gold_titles(self) -> tuple[str, ...]:
        """Every title that its gold names, each once."""
        titles = [title for group in self.gold for title in sorted(group)]
        topic = sorted(self.expected.topic) if self.expected else ()
        return tuple(dict.fromkeys((*titles, *topic, *(marked.paper for marked in self.marked))))


@dataclass(frozen=True, slots=True)
class Case:
    """What is asked and judged as one: a question, or the turns of a conversation."""

    id: str
    parent: str
    """The case it was made from, itself where it is no variant; variants are no independent evidence."""
    split: str
    type: str
    turns: tuple[GoldTurn, ...]
    answerable: bool = True
    nearest: tuple[str, ...] = ()
    """Titles near to an unanswerable question, which do not answer it."""
    reason: str = ""
    perturbation: str = ""
    """The change to library or question that made it; "" for none."""
