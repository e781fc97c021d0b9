"""Ids of papers <-> their numbers, which are their places in the catalogue, kept for the next question."""

from collections.abc import Collection, Iterable
from datetime import date

from assistant.library import overview
from assistant.library.catalogue import Catalogue
from assistant.library.finding import FindsPapers


class PaperNumbers:
    """The numbers of the papers of one generation, read as they are asked for."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._numbers: dict[str, int] = {}
        self._ids: dict[int, str] = {}

    def of(self, ids: Collection[str]) -> list[int]:
        """Return the numbers of those of these papers that are there, in the order given."""
        if missing := [id for id in ids if id not in self._numbers]:
            self._keep(self._catalogue.positions(missing))
        return [self._numbers[id] for id in ids if id in self._numbers]

    def ids(self, numbers: Collection[int]) -> dict[int, str]:
        """Return {number: paper id} of those of these that are of a paper, in the order given."""
        if missing := [number for number in numbers if number not in self._ids]:
            self._keep({id: number for number, id in self._catalogue.ids_at(missing).items()})
        return {number: self._ids[number] for number in numbers if number in self._ids}

    def in_order(self, ids: Iterable[str]) -> list[str]:
        """Return those of these papers that are there, each once, in the order added."""
        unique = dict.fromkeys(ids)
        self.of(unique)
        return sorted((id for id in unique if id in self._numbers), key=self._numbers.__getitem__)

    def within(self, since: date | None, until: date | None) -> Collection[str]:
        """Return the ids of the papers dated from one day to another, both included, in the order added."""
        if isinstance(self._catalogue, FindsPapers):
            return self._catalogue.within(since, until)
        return self.ids(overview.places_within(self._catalogue, since, until)).values()

    def _keep(self, numbers: dict[str, int]) -> None:
        self._numbers |= numbers
        self._ids |= {number: id for id, number in numbers.items()}
