"""Papers that are held, and entries about them -> what they lack and the entries say, and where these disagree."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.domain.identifiers import alias, identity, is_local, is_own
from assistant.domain.records import Entry, Listing, Paper
from assistant.domain.titles import normalise
from assistant.ingest.formats.references import page
from assistant.ingest.identities import keys_of

Field = Literal["date", "authors", "link", "arXiv id", "DOI", "venue", "title"]

_ID_FIELDS: dict[str, Field] = {"arxiv": "arXiv id", "doi": "DOI"}
_TELLING = 3  # words of a title by which alone a paper may be known


@dataclass(frozen=True, slots=True)
class Gain:
    """A fact that a paper lacks and an entry has."""

    paper: Paper
    field: Field
    value: str
    place: str
    """`source:line` of the entry."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that a paper has and that an entry says otherwise: the paper's stays, the entry's is kept as a listing."""

    paper: Paper
    field: Field
    value: str
    """The paper's."""
    other: str
    place: str


@dataclass(frozen=True, slots=True)
class Enrichment:
    """What entries say about papers."""

    entries: tuple[Entry, ...]
    """To be merged into the library: each only fills what its paper lacks."""
    gains: tuple[Gain, ...]
    differences: tuple[Difference, ...]
    unmatched: tuple[Entry, ...]
    """Those about none of the papers, or about several."""


def enrich(papers: Sequence[Paper], entries: Iterable[Entry]) -> Enrichment:
    """Match each entry by id, else by title and authors, both exactly; several about one paper fill it in order."""
    current = {paper.id: paper for paper in papers}
    find = _finder(papers)
    filling: list[Entry] = []
    gains: list[Gain] = []
    differences: list[Difference] = []
    unmatched: list[Entry] = []
    for given in entries:
        entry = replace(given, url=given.url or page(filter(None, (given.id, *given.aliases))))
        id = find(entry)
        if id is None:
            unmatched.append(given)
            continue
        paper = current[id]
        entry_gains, entry_differences = list(_gains(paper, entry)), list(_differences(paper, entry))
        gains += entry_gains
        differences += entry_differences
        if entry_gains or entry_differences:
            filled = _filling(paper, entry)
            filling.append(filled)
            current[id] = _filled(paper, filled)
    return Enrichment(tuple(filling), tuple(gains), tuple(differences), tuple(unmatched))


def lacking(papers: Iterable[Paper]) -> tuple[Paper, ...]:
    """The papers without a full date, authors or a link."""
    return tuple(
        paper for paper in papers if not paper.date or paper.date_inferred or not paper.authors or not paper.url
    )


def _finder(papers: Iterable[Paper]) -> Callable[[Entry], str | None]:
    by_key: dict[str, str] = {}
    by_title: defaultdict[str, list[Paper]] = defaultdict(list)
    for paper in papers:
        by_title[normalise(paper.title)].append(paper)
        for key in _global_keys(paper):
            by_key.setdefault(key, paper.id)

    def find(entry: Entry) -> str | None:
        keys = [identity(id) for id in (entry.id, *entry.aliases) if id]
        if found := next((by_key[key] for key in keys if key in by_key), None):
            return found
        title = normalise(entry.listing.title)
        candidates = [paper for paper in by_title.get(title, ()) if _is_same(paper, entry, title, keys)]
        return candidates[0].id if len(candidates) == 1 == len(by_title[title]) else None

    return find


def _is_same(paper: Paper, entry: Entry, title: str, keys: Sequence[str]) -> bool:
    """Whether a paper and an entry of its title are one: they share an author, or where the paper's are not known as
    many wrote both, or where that is not known either the title is long enough; and no arXiv id says otherwise."""
    preprints = {key for key in (*_global_keys(paper), *keys) if key.startswith("arxiv:")}
    if len(preprints) > 1:
        return False
    if paper.authors and entry.authors:
        return bool(_last_names(paper.authors) & _last_names(entry.authors))
    count = entry.listing.author_count
    if paper.author_count and count:
        return paper.author_count == count
    return len(title.split()) >= _TELLING


def _gains(paper: Paper, entry: Entry) -> Iterator[Gain]:
    listing = entry.listing
    if _gives_date(listing, paper):
        yield Gain(paper, "date", shown_date(listing), entry.place)
    if entry.authors and not paper.authors:
        yield Gain(paper, "authors", "; ".join(entry.authors), entry.place)
    if entry.url and not paper.url:
        yield Gain(paper, "link", entry.url, entry.place)
    kinds = {_kind(key) for key in _global_keys(paper)}
    for key in _own_keys(entry):
        kind = _kind(key)
        if kind not in kinds:
            yield Gain(paper, _ID_FIELDS[kind], alias(key), entry.place)
    if listing.organisation and not any(row.organisation for row in paper.listings):
        yield Gain(paper, "venue", listing.organisation, entry.place)


def _differences(paper: Paper, entry: Entry) -> Iterator[Difference]:
    listing = entry.listing
    if paper.date and listing.date and not paper.date_inferred:
        same = listing.date.year == paper.date.year if listing.date_inferred else listing.date == paper.date
        if not same:
            yield Difference(paper, "date", paper.day or "", shown_date(listing), entry.place)
    count = listing.author_count
    if paper.authors and entry.authors and _last_names(paper.authors) != _last_names(entry.authors):
        yield Difference(paper, "authors", "; ".join(paper.authors), "; ".join(entry.authors), entry.place)
    elif not paper.authors and paper.author_count and count and paper.author_count != count:
        yield Difference(paper, "authors", f"{paper.author_count} authors", f"{count} authors", entry.place)
    keys = {_kind(key): key for key in _global_keys(paper)}
    for key in _own_keys(entry):
        kind = _kind(key)
        if kind in keys and keys[kind] != key:
            yield Difference(paper, _ID_FIELDS[kind], alias(keys[kind]), alias(key), entry.place)
    if normalise(listing.title) != normalise(paper.title):
        yield Difference(paper, "title", paper.title, listing.title, entry.place)


def _filling(paper: Paper, entry: Entry) -> Entry:
    """The entry as one of its paper: under the paper's title and ids, and with the paper's abstract."""
    keys = list(_global_keys(paper))
    kinds = {_kind(key) for key in keys}
    ids = [alias(key) for key in keys] + [alias(key) for key in _own_keys(entry) if _kind(key) not in kinds]
    return replace(
        entry,
        listing=replace(entry.listing, title=paper.title),
        abstract=paper.abstract,
        id=next(iter(ids), None),
        aliases=tuple(ids[1:]),
        fills=True,
    )


def _filled(paper: Paper, entry: Entry) -> Paper:
    """The paper after an entry, as far as it matters to the next."""
    listing = entry.listing
    takes_date = _gives_date(listing, paper)
    return replace(
        paper,
        date=listing.date if takes_date else paper.date,
        date_inferred=listing.date_inferred if takes_date else paper.date_inferred,
        authors=paper.authors or entry.authors,
        author_count=paper.author_count or listing.author_count,
        url=paper.url or entry.url,
        listings=(*paper.listings, listing),
        aliases=tuple(dict.fromkeys((*paper.aliases, *(id for id in (entry.id, *entry.aliases) if id)))),
    )


def _gives_date(listing: Listing, paper: Paper) -> bool:
    """Whether a listing has a date where a paper has none, or a whole one where part of the paper's was supplied."""
    return bool(listing.date) and (paper.date is None or (paper.date_inferred and not listing.date_inferred))


def _kind(key: str) -> str:
    """What a key that means something everywhere is of: "arxiv" or "doi"."""
    return key.partition(":")[0]


def shown_date(listing: Listing) -> str:
    """The date of a listing, marked where part of it had to be supplied."""
    return f"{listing.day or ''}{' (inferred)' if listing.date_inferred else ''}"


def _global_keys(paper: Paper) -> Iterator[str]:
    """What the ids of a paper stand for, of those that mean something everywhere."""
    return (key for key in keys_of(paper) if not is_local(key))


def _own_keys(entry: Entry) -> list[str]:
    keys = [identity(id) for id in (entry.id, *entry.aliases) if id and not is_own(id)]
    return list(dict.fromkeys(key for key in keys if not is_local(key)))


def _last_names(authors: Iterable[str]) -> set[str]:
    """The last words of names, without case and accents."""
    plain = (unicodedata.normalize("NFKD", name).casefold() for name in authors)
    words = ("".join(c for c in name if c.isalpha() or c.isspace()).split() for name in plain)
    return {name[-1] for name in words if name}
