"""What a source format is: how it knows its own sources by their beginning, and how it reads them into entries."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from assistant.domain.records import Entry, Rejection
from assistant.ingest.dates import page_year
from assistant.ingest.files import Head, Source


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a reader knows of the run beside its source."""

    as_of: date | None
    """The day the sources were taken, where the user said it."""
    today: date
    needs_abstracts: bool = True
    """Whether a paper without an abstract is refused: only one with an abstract can be asked about."""

    def year(self, source: Source, written_years: Iterable[int] = ()) -> int:
        """The year of the dates of a source that are written without one (`dates.page_year`)."""
        return page_year(written_years, as_of=self.as_of, modified=source.modified, today=self.today)


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write papers down."""

    name: str
    sniff: Callable[[Head], bool]
    """Whether a source that begins so is in this format; looks at bytes, at text lines, or at both."""
    read: Callable[[Source, ReadContext], Iterator[Entry | Rejection]]
    """Every paper of a source, in order, from its lines or its bytes, and a reason for each that cannot be read."""
