"""The beginning of an id or of a source's name -> those of a library that begin so, read without index or model."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from assistant.library.connection import CatalogueConnection

_TAGS = 5
"""The first version of a catalogue's schema that has tags."""
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


def tags(folder: Path, beginning: str, most: int) -> list[str]:
    """Return at most `most` tags of papers that begin so, in their order; raises `LibraryError`."""
    with _opened(folder) as catalogue:
        if catalogue.version() < _TAGS:
            return []
        rows = catalogue.read("SELECT tags FROM annotations")
    words: set[str] = set()
    for (text,) in rows:
        with contextlib.suppress(ValueError, RecursionError, TypeError):  # damaged: `status` tells
            words |= {str(tag) for tag in json.loads(text) if str(tag).startswith(beginning)}
    return sorted(words)[:most]


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[CatalogueConnection]:
    with contextlib.closing(CatalogueConnection(folder)) as catalogue:
        yield catalogue
