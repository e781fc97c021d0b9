"""A .bib and the papers of a library -> an index in which the keys of the .bib name papers, before all other names."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date

from assistant.domain.errors import UsageError
from assistant.domain.identifiers import identity, is_local
from assistant.domain.records import Entry, Paper, Rejection
from assistant.ingest.files import sources
from assistant.ingest.formats import ReadContext
from assistant.ingest.formats.bibtex import read_keyed
from assistant.retrieval.finder import PaperIndex


@dataclass(frozen=True, slots=True)
class Bibliography:
    """What the files say of their keys."""

    entries: Mapping[str, Entry]
    """By key; of two entries with one key the first counts, as for BibTeX."""
    rejections: tuple[Rejection, ...] = ()
    """Blocks that could not be read."""


class CitedPapers(PaperIndex):
    """The papers of a library by everything that may name them, and first by the keys of a bibliography."""

    def __init__(self, papers: Iterable[Paper], bibliography: Bibliography) -> None:
        """Look up every entry: by arXiv id and DOI, else by its whole title, never by a near one."""
        super().__init__(papers)
        self.bibliography = bibliography
        self._meant = {key: self._paper_of(entry) for key, entry in bibliography.entries.items()}
        self._entries = PaperIndex(_as_paper(key, entry) for key, entry in bibliography.entries.items())

    def find_all(self, name: str) -> list[Paper]:
        """Return the papers that `name` means; a key of the bibliography means what its entry is, or nothing."""
        key = self._key(name)
        if key is None:
            return super().find_all(name)
        paper = self._meant[key]
        return [paper] if paper else []

    def knows(self, name: str) -> bool:
        """Return whether `name` is a key of the bibliography, or names a paper."""
        return self._key(name) is not None or super().knows(name)

    def unknown(self, name: str) -> str:
        """Return, for a person, that a name means no paper of the library: with its entry, where it has one."""
        key = self._key(name)
        if key is None:
            return super().unknown(name)
        listing = self.bibliography.entries[key].listing
        return f"“{listing.title}” ({key}, {listing.source}:{listing.line}) is not in the library"

    def _key(self, name: str) -> str | None:
        """Return the key that a name is, or that of the one entry by these authors of that year."""
        plain = name.strip().removeprefix("@")
        if plain in self._meant:
            return plain
        entry = next(iter(self._entries.by_one_author(plain)), None)
        return entry.id if entry else None

    def _paper_of(self, entry: Entry) -> Paper | None:
        ids = [id for id in (entry.id, *entry.aliases) if id and not is_local(identity(id))]
        papers = (super(CitedPapers, self).find_all(id) for id in ids)
        named = next((found[0] for found in papers if found), None)
        return named or next(iter(self.with_title(entry.listing.title)), None)


def read(paths: Sequence[str]) -> Bibliography:
    """Return what .bib files say of their keys; raises `UsageError` for one that is not there or holds no entry."""
    entries: dict[str, Entry] = {}
    rejections: list[Rejection] = []
    for path in paths:
        rows = list(_rows(path))
        if not any(key for key, _ in rows):
            cause = next((row.reason for _, row in rows if isinstance(row, Rejection)), "no entry")
            raise UsageError("is no BibTeX", path=path, cause=cause)
        for key, row in rows:
            if isinstance(row, Rejection):
                rejections.append(row)
            else:
                entries.setdefault(key, row)
    return Bibliography(entries, tuple(rejections))


def _rows(path: str) -> Iterator[tuple[str, Entry | Rejection]]:
    for source in sources([path], io.BytesIO()):
        if isinstance(source, Rejection):
            yield "", source
            continue
        with closing(source.stream):
            yield from read_keyed(source, ReadContext(None, date.today(), needs_abstracts=False))


def _as_paper(key: str, entry: Entry) -> Paper:
    return Paper(key, entry.listing.title, "", entry.listing.date, authors=entry.authors)
