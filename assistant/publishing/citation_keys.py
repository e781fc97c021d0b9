"""Papers of a library -> the keys that they have among all of it, without reading all of it."""

import sys
from collections.abc import Iterable, Sequence
from datetime import date

from assistant.domain.citation_keys import citation_keys
from assistant.domain.records import Paper
from assistant.library import overview
from assistant.library.finding import FindsPapers
from assistant.library.snapshot import LibrarySnapshot

__all__ = ["citation_keys", "library_citation_keys"]


def library_citation_keys(library: LibrarySnapshot, papers: Sequence[Paper]) -> dict[str, str]:
    """Return {paper id: key} of these papers, as `citation_keys` of the whole library has them.

    Only papers of the same years are read, for a key has the year in it.
    """
    rivals = [paper.id for paper in papers]
    for year in sorted({paper.date.year for paper in papers if paper.date}):
        rivals += overview.within(library.catalogue, date(year, 1, 1), date(year, 12, 31))
    if any(paper.date is None for paper in papers):
        rivals += overview.without_date(library.catalogue)
    order = library.catalogue.positions(dict.fromkeys(rivals))
    stored: Iterable[Paper]
    if isinstance(library.catalogue, FindsPapers):
        stored = library.papers(list(order))
    else:
        stored = overview.headings(library.catalogue, order.keys() - library.damaged)
    latest = {paper.id: paper for paper in (*papers, *stored)}  # one of a conversation may have been removed since
    every = citation_keys(sorted(latest.values(), key=lambda paper: order.get(paper.id, sys.maxsize)))
    return {paper.id: every[paper.id] for paper in papers}
