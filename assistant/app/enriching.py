"""Files and services -> what they say of papers that a library has, which are looked up rather than all read."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

from assistant.domain import batches
from assistant.domain.identifiers import identity
from assistant.domain.records import Entry, Paper
from assistant.domain.titles import normalise
from assistant.library import names, overview
from assistant.library.finding import FindsPapers

if TYPE_CHECKING:
    from assistant.library.catalogue import Catalogue


def lacking(catalogue: "Catalogue", limit: int | None) -> tuple[Paper, ...]:
    """Return the first `limit` papers (None: all) without a full date, authors or a link, but those that are not as
    they were written, in the order added."""
    from assistant.ingest import enrichment

    some = (catalogue.papers(ids) for ids in batches.growing(overview.lacking(catalogue)))
    return tuple(islice((paper for papers in some for paper in enrichment.lacking(papers)), limit))


def subjects(catalogue: "Catalogue", entries: Iterable[Entry]) -> list[Paper]:
    """Return the papers that entries may be about, those that share an id or a title with one, in the order added;
    all where a catalogue does not find papers by these."""
    if isinstance(catalogue, FindsPapers) or catalogue.version() < names.VERSION:
        return catalogue.papers()
    ids = {id for some in batches.growing(entries) for id in names.papers_named(catalogue, _names(some))}
    positions = catalogue.positions(ids)
    return catalogue.papers(sorted(positions, key=positions.__getitem__))


def _names(entries: Sequence[Entry]) -> Iterator[names.Name]:
    for entry in entries:
        keys = [identity(id) for id in (entry.id, *entry.aliases) if id]
        yield from names.of_keys(keys, [normalise(entry.listing.title)])
