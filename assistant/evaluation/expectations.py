"""What a right answer to a later turn of a dialogue does, as its row of gold says -> a record that a judge can check.

What depends on the answers before is said relative to them: "the second paper shown", "of these, one not yet shown".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from assistant.evaluation import marked_sentences
from assistant.evaluation.marked_sentences import MarkedSentences

Fresh = Literal["papers", "sentences"]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is demanded of one answer; what is empty is not demanded. Gold groups are those of its `GoldTurn`."""

    kind: str
    """What the person does: others, place, number, compare, about, correction, why, true, count, switch, ..."""
    topic: frozenset[str] = frozenset()
    """All papers of the subject: one of them that was not shown yet is cited, and of what is cited at least half is
    among them. Where all were shown, nothing is cited."""
    strict: bool = False
    """Whether nothing outside of the topic may be cited."""
    places: tuple[int, ...] = ()
    """Papers of the answer before, 1-based in the order cited, -1 the last: these are cited and no others. Where there
    is no such paper, none is cited, and something is said."""
    numbers: tuple[int, ...] = ()
    """The same by the numbers that papers have in the conversation."""
    answers: tuple[MarkedSentences, ...] = ()
    """One of these is quoted, one not shown yet if there is any; where papers are demanded by place or number, one of
    theirs, if they have any."""
    says: tuple[frozenset[str], ...] = ()
    """Of each group one is told, as words of their own."""
    fresh: Fresh | None = None
    """What must not be shown again: papers, or only sentences."""
    cites_nothing: bool = False
    """The turn asks for nothing that papers answer: none is cited, and the library is not said to lack an answer."""
    abstains: bool = False
    """The library has no answer, and that is said."""
    language: str = ""
    """The language of the question, where that is not English: to say that it is not understood is right as well."""

    def by_id(self, ids: Callable[[frozenset[str]], frozenset[str]]) -> "Expectation":
        """Return the same with ids for titles, which `ids` knows."""
        marked = tuple(replace(answer, paper=min(ids(frozenset([answer.paper])))) for answer in self.answers)
        return replace(self, topic=ids(self.topic), answers=marked)


def read(row: Mapping[str, Any]) -> Expectation:
    """Return the expectation in a row; raises `ValueError` or `KeyError` for what it does not know."""
    known = {*Expectation.__dataclass_fields__, "gold"}
    if unknown := sorted(row.keys() - known):
        raise ValueError(f"{', '.join(unknown)} is nothing that an answer is judged by; there are {', '.join(known)}")
    fresh = row.get("fresh")
    if fresh not in (None, *get_args(Fresh)):
        raise ValueError(f"fresh is {fresh!r}, and may be {' or '.join(get_args(Fresh))}")
    expectation = Expectation(
        kind=str(row["kind"]),
        topic=frozenset(map(str, row.get("topic", ()))),
        strict=bool(row.get("strict")),
        places=tuple(map(int, row.get("places", ()))),
        numbers=tuple(map(int, row.get("numbers", ()))),
        answers=tuple(map(marked_sentences.read, row.get("answers", ()))),
        says=tuple(frozenset(map(str, group)) for group in row.get("says", ())),
        fresh=fresh,
        cites_nothing=bool(row.get("cites_nothing")),
        abstains=bool(row.get("abstains")),
        language=str(row.get("language", "")),
    )
    if expectation == Expectation(expectation.kind, language=expectation.language) and not row.get("gold"):
        raise ValueError("nothing is demanded of the answer")
    return expectation
