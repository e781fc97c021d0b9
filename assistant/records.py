"""The values that flow through the assistant; all frozen, none with behaviour beyond small derivations."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Listing:
    """One appearance of a paper in a source."""

    source: str
    """Name of the file it was read from, "-" for standard input."""
    line: int
    """1-based line of its title (pages) or of its row."""
    title: str
    date: date | None = None
    date_inferred: bool = False
    """True where the year (or the day) was not written and had to be supplied."""
    author_count: int | None = None
    organisation: str | None = None
    discussions: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One listing as read, with the text of its paper."""

    listing: Listing
    abstract: str
    id: str | None = None
    """The source's own id (`_id`, `id`), exactly as given."""
    authors: tuple[str, ...] = ()
    url: str | None = None

    @property
    def place(self) -> str:
        """`file:line`, for messages."""
        return f"{self.listing.source}:{self.listing.line}"


@dataclass(frozen=True, slots=True)
class Rejection:
    """One row or file that could not be read, and why."""

    source: str
    line: int
    """1-based; 0 where the whole file is meant."""
    reason: str

    def __str__(self) -> str:
        """`file:line: reason`."""
        return f"{self.source}:{self.line}: {self.reason}" if self.line else f"{self.source}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of the library: the truth about it, whatever the number of its listings."""

    id: str
    title: str
    abstract: str
    date: date | None = None
    date_inferred: bool = False
    authors: tuple[str, ...] = ()
    author_count: int | None = None
    url: str | None = None
    listings: tuple[Listing, ...] = ()
