"""The beginning of an id or of a source's name -> those of a library that begin so, read without index or model."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from assistant.library.connection import CatalogueConnection

_AFTER = "\U0010ffff"
"""Greater than every character of a name."""


def papers(folder: Path, beginning: str, most: int) -> list[tuple[str, str]]:
    """Return (id, title) of at most `most` papers whose ids begin so, in their order; raises `LibraryError`."""
    query = "SELECT id, title FROM papers WHERE id >= ? AND id < ? ORDER BY id LIMIT ?"
    with _opened(folder) as catalogue:
        rows = catalogue.read(query, (beginning, beginning + _AFTER, most))
    return [(str(id), str(title)) for id, title in rows]


def sources(folder: Path, beginning: str, most: int) -> list[str]:
    """Return at most `most` names of sources that begin so, in their order; raises `LibraryError`."""
    query = "SELECT DISTINCT source FROM listings WHERE source >= ? AND source < ? ORDER BY source LIMIT ?"
    with _opened(folder) as catalogue:
        return [str(source) for (source,) in catalogue.read(query, (beginning, beginning + _AFTER, most))]


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[CatalogueConnection]:
    with contextlib.closing(CatalogueConnection(folder)) as catalogue:
        yield catalogue
