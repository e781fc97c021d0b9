"""What a catalogue that is no SQLite file finds by itself, where the others are asked in SQL."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, Protocol, runtime_checkable


@runtime_checkable
class FindsPapers(Protocol):
    """A catalogue that finds papers without reading them all: that of a library at a server."""

    def within(self, since: date | None, until: date | None) -> list[str]:
        """Return what `overview.within` does."""

    def undated(self, ids: Collection[str] | None = None) -> int:
        """Return what `overview.undated` does."""

    def of_source(self, name: str) -> set[str]:
        """Return what `overview.of_source` does."""

    def keys_beside(self, digests: Iterable[str]) -> set[str]:
        """Return at least what `names.keys_beside` does."""

    def annotation_rows(self, ids: Sequence[str] | None) -> Sequence[tuple[Any, ...]]:
        """Return the rows that `annotations.read` reads."""

    def is_overtaken(self) -> bool:
        """Whether of what was read by now something may have been deleted, for others changed the library."""

    def arrivals(self, ids: Iterable[str]) -> dict[str, str]:
        """Return what `provenance.arrivals` does."""
