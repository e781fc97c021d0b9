"""Entries -> papers: every listing of one paper, in this run and in the library, becomes that one paper."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.domain.identifiers import identity, is_local, is_own, title_id
from assistant.domain.records import Entry, Listing, Paper, Rejection
from assistant.domain.titles import normalise
from assistant.ingest.listings import Relisting, dated, relist

__all__ = ["Merge", "identity", "merge", "title_id"]

_STANDARD_INPUT = "-"  # the name that every stream has


@dataclass(frozen=True, slots=True)
class Merge:
    """What the entries of one run make of the library."""

    papers: tuple[Paper, ...]
    """Every paper that the run touched, as it should now be stored, in the order of first appearance."""
    merged_count: int
    """Entries that were a paper already seen in this run."""
    rejections: tuple[Rejection, ...]
    superseded: tuple[str, ...] = ()
    """Ids of stored papers that live on under the id of one of `papers`, and should be removed."""


class _Library:
    """The stored papers, by the identity their source gave or by their title."""

    def __init__(self, known: Iterable[Paper]) -> None:
        self.named: dict[str, Paper] = {}
        self.titled: dict[str, Paper] = {}
        for paper in known:
            if is_own(paper.id):
                self.titled[normalise(paper.title)] = paper
            else:
                self.named[identity(paper.id)] = paper


def merge(entries: Iterable[Entry], known: Iterable[Paper] = ()) -> Merge:
    """The papers of the entries, joined with those already stored; the same entries a second time change nothing."""
    library = _Library(known)
    accepted, rejections = _accepted(entries, library)
    owners = _owners(accepted, library)
    groups: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for key, title, entry in accepted:
        groups[(key or _only(owners[title]), title)].append(entry)
    papers: list[Paper] = []
    superseded: list[str] = []
    for (key, title), group in groups.items():
        stored = [library.named[key]] if key in library.named else []
        if title in library.titled and _only(owners[title]) == key:
            stored.append(library.titled[title])
        papers.append(_paper(key, group, stored))
        superseded += [paper.id for paper in stored if paper.id != papers[-1].id]
    return Merge(tuple(papers), len(accepted) - len(papers), tuple(rejections), tuple(superseded))


def _accepted(entries: Iterable[Entry], library: _Library) -> tuple[list[tuple[str, str, Entry]], list[Rejection]]:
    """(identity or "", normalised title, entry) of each entry but those whose id another title has."""
    keyed = [(_key(entry), normalise(entry.listing.title), entry) for entry in entries]
    listed = {(key, title) for key, title, _ in keyed}
    given: dict[str, tuple[str, str]] = {}
    for key, title, entry in keyed:
        holder = library.named.get(key) if is_local(key) else None
        if key and key not in given and (holder is None or _may_retitle(entry, title, holder, listed)):
            given[key] = title, entry.place
    accepted: list[tuple[str, str, Entry]] = []
    rejections: list[Rejection] = []
    for key, title, entry in keyed:
        first, place = given.get(key, ("", ""))
        if not key or (place and first == title):
            accepted.append((key, title, entry))
        else:
            told = f"its id {entry.id} was given to another title at {place}"
            reason = told if place else _held(entry, library.named[key])
            rejections.append(Rejection(entry.listing.source, entry.listing.line, reason))
    return accepted, rejections


def _key(entry: Entry) -> str:
    return identity(entry.id) if entry.id is not None and not is_own(entry.id) else ""


def _may_retitle(entry: Entry, title: str, stored: Paper, listed: set[tuple[str, str]]) -> bool:
    """Whether the title is the stored one, or a source's edit of its own: an id of a source means nothing in another.

    No edit where the run has the stored title too. Every stream has one name, so there the text must be the same.
    """
    old = normalise(stored.title)
    if title == old:
        return True
    source = entry.listing.source
    return (
        any(listing.source == source for listing in stored.listings)
        and not listed & {(identity(stored.id), old), ("", old)}
        and (source != _STANDARD_INPUT or entry.abstract == stored.abstract)
    )


def _held(entry: Entry, stored: Paper) -> str:
    first = next(iter(stored.listings), None)
    place = f" in {first.source}:{first.line}" if first else ""
    return f"its id {entry.id} is that of “{stored.title}”{place}; give one of them another id"


def _owners(accepted: Iterable[tuple[str, str, Entry]], library: _Library) -> defaultdict[str, set[str]]:
    """The identities that papers of a title have; the run's title of a stored paper counts, not the stored one."""
    titles = {key: normalise(paper.title) for key, paper in library.named.items()}
    titles |= {key: title for key, title, _ in accepted if key}
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for key, title in titles.items():
        owners[title].add(key)
    return owners


def _only(owners: set[str]) -> str:
    """The one identity that a title stands for; "" where it is none, or any of several."""
    return next(iter(owners)) if len(owners) == 1 else ""


def _paper(key: str, group: Sequence[Entry], stored: Sequence[Paper]) -> Paper:
    """The first text wins; what it leaves open is filled by later entries, then by what was stored."""
    first = group[0]
    given = [paper.id for paper in stored] + [entry.id for entry in group if entry.id is not None]
    seen = [entry.listing for entry in group]
    relisting = relist([listing for paper in stored for listing in paper.listings], seen)
    day, inferred = dated(relisting, seen, [(paper.date, paper.date_inferred) for paper in stored])
    counts = [entry.listing.author_count for entry in group] + [paper.author_count for paper in stored]
    authors = [entry.authors for entry in group] + [paper.authors for paper in stored]
    urls = [entry.url for entry in group] + [paper.url for paper in stored]
    return Paper(
        id=next((each for each in given if identity(each) == key), title_id(first.listing.title)),
        title=first.listing.title,
        abstract=first.abstract,
        date=day,
        date_inferred=inferred,
        authors=next(filter(None, authors), ()),
        author_count=next((count for count in counts if count is not None), None),
        url=next(filter(None, urls), None),
        listings=_listings(key, normalise(first.listing.title), relisting),
    )


def _listings(key: str, title: str, relisting: Relisting) -> tuple[Listing, ...]:
    """Without those that a source had under an old title, where its id is what made them listings of this paper."""
    sources = {listing.source for listing in (*relisting.again.values(), *relisting.new)} if is_local(key) else set()
    kept = [
        relisting.again.get(place, listing)
        for place, listing in enumerate(relisting.stored)
        if place in relisting.again or listing.source not in sources or normalise(listing.title) == title
    ]
    return (*kept, *relisting.new)
