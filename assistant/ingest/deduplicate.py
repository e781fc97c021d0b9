"""Entries -> papers: every listing of one paper, in this run and in the library, becomes that one paper."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.domain.identifiers import identity, is_local, is_own, title_id
from assistant.domain.records import Entry, Listing, Paper, Rejection
from assistant.domain.titles import normalise
from assistant.ingest.listings import Relisting, paper_date, relist
from assistant.ingest.paths import STANDARD_INPUT

Outcome = Literal["added", "updated", "relisted", "unchanged"]
"""What a run did to a paper: new; other text, facts or id; other listings and nothing else; nothing."""


@dataclass(frozen=True, slots=True)
class MergedPaper:
    """A paper that a run touched, as it should now be stored, and what the run did to it."""

    paper: Paper
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Merge:
    """What the entries of one run make of the library."""

    merged_papers: tuple[MergedPaper, ...]
    """Every paper that the run touched, in the order of first appearance."""
    merged_count: int
    """Entries that were a paper already seen in this run."""
    rejections: tuple[Rejection, ...]
    superseded: tuple[str, ...] = ()
    """Ids of stored papers that live on under the id of one of `papers`, and should be removed."""

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Every paper that the run touched, as it should now be stored."""
        return tuple(merged.paper for merged in self.merged_papers)

    def with_outcome(self, outcome: Outcome) -> tuple[Paper, ...]:
        """The papers to which the run did this."""
        return tuple(merged.paper for merged in self.merged_papers if merged.outcome == outcome)


@dataclass(frozen=True, slots=True)
class _KeyedEntry:
    """An entry with the identity its source gives its paper ("" for none) and its normalised title."""

    key: str
    title: str
    entry: Entry


class _StoredPapers:
    """The papers of the library: those with a source's id by identity, those without by normalised title."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self.by_key: dict[str, Paper] = {}
        self.titles: dict[str, str] = {}
        """Identity -> normalised title, of the papers in `by_key`."""
        self.by_title: defaultdict[str, list[Paper]] = defaultdict(list)
        """The papers whose id was made from their title; several where an older version told their titles apart."""
        for paper in papers:
            title = normalise(paper.title)
            if is_own(paper.id):
                self.by_title[title].append(paper)
            else:
                key = identity(paper.id)
                self.by_key[key] = paper
                self.titles[key] = title


def merge(entries: Iterable[Entry], known: Iterable[Paper] = ()) -> Merge:
    """The papers of the entries, joined with those already stored; the same entries a second time change nothing."""
    stored = _StoredPapers(known)
    accepted, rejections = _accept(entries, stored)
    keys_of = _keys_by_title(accepted, stored)
    groups: defaultdict[tuple[str, str], list[Entry]] = defaultdict(list)
    for keyed in accepted:
        groups[(keyed.key or _only(keys_of[keyed.title]), keyed.title)].append(keyed.entry)
    merged_papers: list[MergedPaper] = []
    superseded: list[str] = []
    for (key, title), group in groups.items():
        before = [stored.by_key[key]] if key in stored.by_key else []
        if _only(keys_of[title]) == key:
            before += stored.by_title.get(title, [])
        paper = _paper(key, title, group, before)
        merged_papers.append(MergedPaper(paper, _outcome(paper, before)))
        superseded += [earlier.id for earlier in before if earlier.id != paper.id]
    return Merge(tuple(merged_papers), len(accepted) - len(merged_papers), tuple(rejections), tuple(superseded))


def _accept(entries: Iterable[Entry], stored: _StoredPapers) -> tuple[list[_KeyedEntry], list[Rejection]]:
    """The entries but those whose id another title has; among those of one run, the first title has it."""
    run = [_KeyedEntry(_key(entry), normalise(entry.listing.title), entry) for entry in entries]
    run_titles = {(keyed.key, keyed.title) for keyed in run}
    first_uses: dict[str, _KeyedEntry] = {}
    for keyed in run:
        is_free = not is_local(keyed.key) or keyed.key not in stored.by_key or _may_retitle(keyed, stored, run_titles)
        if keyed.key and keyed.key not in first_uses and is_free:
            first_uses[keyed.key] = keyed
    accepted: list[_KeyedEntry] = []
    rejections: list[Rejection] = []
    for keyed in run:
        first = first_uses.get(keyed.key)
        if not keyed.key or (first and first.title == keyed.title):
            accepted.append(keyed)
            continue
        owner = f"was given to another title at {first.entry.place}" if first else _owner(stored.by_key[keyed.key])
        listing = keyed.entry.listing
        rejections.append(Rejection(listing.source, listing.line, f"its id {keyed.entry.id} {owner}"))
    return accepted, rejections


def _key(entry: Entry) -> str:
    return identity(entry.id) if entry.id is not None and not is_own(entry.id) else ""


def _may_retitle(keyed: _KeyedEntry, stored: _StoredPapers, run_titles: set[tuple[str, str]]) -> bool:
    """Whether an entry may retitle the stored paper of its id: the same title, or its source republishing its record.

    An id of a source means nothing in another source, so only the source that gave it may. A run that has the stored
    title too is no republication, and from standard input, whose name every stream has, the abstract must be the same.
    """
    paper, title = stored.by_key[keyed.key], stored.titles[keyed.key]
    if keyed.title == title:
        return True
    source = keyed.entry.listing.source
    return (
        any(listing.source == source for listing in paper.listings)
        and not run_titles & {(keyed.key, title), ("", title)}
        and (source != STANDARD_INPUT or keyed.entry.abstract == paper.abstract)
    )


def _owner(paper: Paper) -> str:
    first = next(iter(paper.listings), None)
    place = f" in {first.source}:{first.line}" if first else ""
    return f"is that of “{paper.title}”{place}; give one of them another id"


def _keys_by_title(accepted: Iterable[_KeyedEntry], stored: _StoredPapers) -> defaultdict[str, set[str]]:
    """Title -> the identities that papers of it have; where the run retitles a stored paper, its new title counts."""
    titles = stored.titles | {keyed.key: keyed.title for keyed in accepted if keyed.key}
    keys_of: defaultdict[str, set[str]] = defaultdict(set)
    for key, title in titles.items():
        keys_of[title].add(key)
    return keys_of


def _only(keys: set[str]) -> str:
    """The one identity that a title stands for; "" where it is none, or any of several."""
    return next(iter(keys)) if len(keys) == 1 else ""


def _outcome(paper: Paper, before: Sequence[Paper]) -> Outcome:
    if not before:
        return "added"
    earlier = next((earlier for earlier in before if earlier.id == paper.id), None)
    if earlier is None or replace(earlier, listings=()) != replace(paper, listings=()):
        return "updated"
    return "unchanged" if earlier == paper else "relisted"


def _paper(key: str, title: str, group: Sequence[Entry], before: Sequence[Paper]) -> Paper:
    """The first text wins; what it leaves open is filled by later entries, then by what was stored."""
    first = group[0]
    ids = [paper.id for paper in before] + [entry.id for entry in group if entry.id is not None]
    listings = [entry.listing for entry in group]
    relisting = relist([listing for paper in before for listing in paper.listings], listings)
    day = paper_date(relisting, listings, before)
    counts = [listing.author_count for listing in listings] + [paper.author_count for paper in before]
    authors = [entry.authors for entry in group] + [paper.authors for paper in before]
    urls = [entry.url for entry in group] + [paper.url for paper in before]
    return Paper(
        id=next((id for id in ids if identity(id) == key), title_id(first.listing.title)),
        title=first.listing.title,
        abstract=first.abstract,
        date=day.date,
        date_inferred=day.inferred,
        authors=next(filter(None, authors), ()),
        author_count=next((count for count in counts if count is not None), None),
        url=next(filter(None, urls), None),
        listings=_listings(key, title, relisting),
    )


def _listings(key: str, title: str, relisting: Relisting) -> tuple[Listing, ...]:
    """The listings of a paper after a run, without those that its source had under another title.

    Only where the paper's id means something in its source alone: there the id is what made them its listings.
    """
    listings = (*relisting.repeats.values(), *relisting.new)
    sources = {listing.source for listing in listings} if is_local(key) else set()
    current = [
        relisting.repeats.get(place, listing)
        for place, listing in enumerate(relisting.stored)
        if place in relisting.repeats or listing.source not in sources or normalise(listing.title) == title
    ]
    return (*current, *relisting.new)
