"""Titles as a suite writes them -> ids of the papers of a run."""

from collections.abc import Iterable, Mapping

from assistant.domain import titles
from assistant.evaluation.suites import GoldTurn


class Ids:
    """Titles -> ids: exact but for spelling, never by likeness; a title that no paper has stands for itself."""

    def __init__(self, known: Mapping[str, str]) -> None:
        """`known` are the titles of a library by id."""
        self._ids = {titles.normalise(title): id for id, title in known.items()}
        self.library = frozenset(known)

    def of(self, wanted: Iterable[str]) -> frozenset[str]:
        """Return the ids of some titles."""
        return frozenset(self._ids.get(titles.normalise(title), title) for title in wanted)

    def groups(self, turn: GoldTurn) -> list[frozenset[str]]:
        """Return the gold groups of a question."""
        return [self.of(group) for group in turn.gold]
