"""Entries -> papers: every listing of one paper, in this run and in the library, becomes that one paper."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.domain.full_texts import FullText
from assistant.domain.identifiers import alias, identity, is_local, is_own, qualified, title_id
from assistant.domain.records import Entry, Listing, Paper, Rejection
from assistant.domain.titles import normalise
from assistant.ingest.abstracts import Conflict, fullest, is_cut
from assistant.ingest.identities import Candidate, KeyedEntry, StoredPapers, accept, are_one_paper, keys_of, root_of
from assistant.ingest.listings import Relisting, paper_date, relist

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
    successors: Mapping[str, str] = field(default_factory=dict)
    """{id of a stored paper: the id of one of `papers`, under which it lives on}; the former should be removed."""
    conflicts: tuple[Conflict, ...] = ()
    """Entries whose abstract is cut where a fuller one is known."""

    @property
    def superseded(self) -> tuple[str, ...]:
        """Ids of stored papers that live on under another."""
        return tuple(self.successors)

    @property
    def papers(self) -> tuple[Paper, ...]:
        """Every paper that the run touched, as it should now be stored."""
        return tuple(merged.paper for merged in self.merged_papers)

    def with_outcome(self, outcome: Outcome) -> tuple[Paper, ...]:
        """The papers to which the run did this."""
        return tuple(merged.paper for merged in self.merged_papers if merged.outcome == outcome)


@dataclass(frozen=True, slots=True)
class _Group:
    """Entries of a run and stored papers that are one paper."""

    title: str
    """Normalised."""
    entries: list[KeyedEntry]
    before: list[Paper]


def merge(entries: Iterable[Entry], known: Iterable[Paper] = ()) -> Merge:
    """The papers of the entries, joined with those already stored; the same entries a second time change nothing."""
    stored = StoredPapers(known)
    accepted, rejections = accept([stored.keyed(entry) for entry in entries], stored)
    merged_papers: list[MergedPaper] = []
    successors: dict[str, str] = {}
    conflicts: list[Conflict] = []
    ids = set(stored.ids)
    orphans: list[Rejection] = []
    for group in _groups(accepted, stored):
        if not group.before and all(keyed.entry.fills for keyed in group.entries):
            orphans += _orphans(group)
            continue
        paper = _paper(group, ids - {earlier.id for earlier in group.before} if group.before else ids)
        ids.add(paper.id)
        merged_papers.append(MergedPaper(paper, _outcome(paper, group.before)))
        successors |= {earlier.id: paper.id for earlier in group.before if earlier.id != paper.id}
        conflicts += _conflicts(group, paper)
    merged_count = len(accepted) - len(merged_papers) - len(orphans)
    rejected = (*rejections, *orphans)
    return Merge(tuple(merged_papers), merged_count, rejected, successors, tuple(conflicts))


def _orphans(group: _Group) -> Iterable[Rejection]:
    """What only fills makes no paper: the one that was meant has been removed, or retitled, since it was read."""
    for keyed in group.entries:
        listing = keyed.entry.listing
        yield Rejection(listing.source, listing.line, f"its paper is no longer here: “{listing.title}”")


def _groups(accepted: Sequence[KeyedEntry], stored: StoredPapers) -> Iterable[_Group]:
    """What is one paper, in the order of first appearance: by id, and by title where the ids of a title agree."""
    candidates = _candidates(accepted, stored)
    joined = {title for title, by_root in candidates.items() if are_one_paper(by_root.values())}
    groups: dict[tuple[str, str], _Group] = {}
    for keyed in accepted:
        by_root = candidates[keyed.title]
        place = ("" if keyed.title in joined else keyed.root, keyed.title)
        if place not in groups:
            roots = by_root.values() if keyed.title in joined else [by_root[keyed.root]] if keyed.root else []
            before = [candidate.paper for candidate in roots if candidate.paper]
            before += stored.by_title.get(keyed.title, []) if not place[0] else []
            groups[place] = _Group(keyed.title, [], before)
        groups[place].entries.append(keyed)
    return groups.values()


def _candidates(accepted: Sequence[KeyedEntry], stored: StoredPapers) -> dict[str, dict[str, Candidate]]:
    """Title -> {root: candidate}; where the run retitles a stored paper, its new title counts."""
    titles = {keyed.root: keyed.title for keyed in accepted}
    candidates: dict[str, dict[str, Candidate]] = {keyed.title: {} for keyed in accepted}
    for title, by_root in candidates.items():
        for earlier in stored.identified.get(title, ()):
            root = root_of(earlier)
            if titles.get(root, title) == title:
                by_root[root] = Candidate(root, frozenset(keys_of(earlier)), earlier.abstract, earlier)
    roots: set[str] = {""}
    for keyed in accepted:
        by_root = candidates[keyed.title]
        if keyed.root not in roots:
            roots.add(keyed.root)
            paper = keyed.paper
            keys = frozenset(keys_of(paper)) if paper else frozenset(keyed.keys)
            abstract = fullest(keyed.entry.abstract, [paper.abstract] if paper else ())
            by_root[keyed.root] = Candidate(keyed.root, keys, abstract, paper)
    return candidates


def _outcome(paper: Paper, before: Sequence[Paper]) -> Outcome:
    if not before:
        return "added"
    [earlier, *others] = sorted(before, key=lambda earlier: earlier.id != paper.id)
    if others or replace(earlier, listings=(), aliases=()) != replace(paper, listings=(), aliases=()):
        return "updated"
    return "unchanged" if earlier == paper else "relisted"


def _paper(group: _Group, taken: set[str]) -> Paper:
    """The first text wins unless it is cut; what it leaves open is filled by later entries, then by what was stored,
    and last by entries that only fill, which supply neither title nor abstract."""
    entries, before = [keyed.entry for keyed in group.entries], group.before
    telling, filling = [entry for entry in entries if not entry.fills], [entry for entry in entries if entry.fills]
    listings = [entry.listing for entry in entries]
    relisting = relist([listing for paper in before for listing in paper.listings], listings)
    day = paper_date(relisting, [entry.listing for entry in telling], before, [entry.listing for entry in filling])
    ranked: list[Entry | Paper] = [*telling, *before, *filling]
    counts = [row.listing.author_count if isinstance(row, Entry) else row.author_count for row in ranked]
    authors = [row.authors for row in ranked]
    urls = [row.url for row in ranked]
    titles = [entry.listing.title for entry in telling] + [paper.title for paper in before]
    texts = [entry.abstract for entry in telling] + [paper.abstract for paper in before]
    id = _id(group, taken)
    paper = Paper(
        id=id,
        title=titles[0],
        abstract=fullest(texts[0], texts[1:]),
        date=day.date,
        date_inferred=day.inferred,
        authors=next(filter(None, authors), ()),
        author_count=next((count for count in counts if count is not None), None),
        url=next(filter(None, urls), None),
        listings=_listings(identity(id), group.title, relisting),
        full_text=_full_text(entries, before),
    )
    return replace(paper, aliases=_aliases(paper, group))


def _full_text(entries: Sequence[Entry], before: Sequence[Paper]) -> FullText | None:
    """The full text that was read last, in this run or before."""
    texts = [*(paper.full_text for paper in before), *(entry.full_text for entry in entries)]
    return next(filter(None, reversed(texts)), None)


def _aliases(paper: Paper, group: _Group) -> tuple[str, ...]:
    """Its ids but those that its own id says; of a paper of several sources that does not say whose it is."""
    keys = [key for earlier in group.before for key in keys_of(earlier)]
    keys += [key for keyed in group.entries for key in keyed.keys if keyed.key]
    single = len({listing.source for listing in paper.listings}) == 1
    main_keys = set(keys_of(paper)) if single else {identity(paper.id)}
    return tuple(alias(key) for key in sorted({*keys} - main_keys, key=lambda key: (is_local(key), key)))


def _id(group: _Group, taken: set[str]) -> str:
    """An arXiv id, else a DOI, else an id of a source, with its name where it is `taken`, else one from the title."""
    stored_ids = [id for paper in group.before for id in (paper.id, *paper.aliases)]
    ids = stored_ids + [
        id for keyed in group.entries if keyed.key for id in (keyed.entry.id, *keyed.entry.aliases) if id
    ]
    for kind in ("arxiv:", "doi:"):
        global_id = next((id for id in ids if identity(id).startswith(kind)), None)
        if global_id is not None:
            return global_id
    stored_id = next((paper.id for paper in group.before if not is_own(paper.id)), None)
    if stored_id is not None:
        return stored_id
    own_ids = [(keyed.entry.id, keyed.entry.listing.source) for keyed in group.entries if keyed.key]
    if not own_ids:
        return title_id(group.entries[0].entry.listing.title)
    given, source = own_ids[0]
    id = given or ""
    while id in taken:
        id = qualified(id, source)
    return id


def _conflicts(group: _Group, paper: Paper) -> Iterable[Conflict]:
    """The listings of a run whose abstracts are only the beginning of the paper's."""
    for keyed in group.entries:
        listing = keyed.entry.listing
        if not keyed.entry.fills and is_cut(keyed.entry.abstract, paper.abstract):
            yield Conflict(listing.source, listing.line, paper.id, paper.title)


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
