"""Ids and titles of papers -> which stored papers and which entries of a run are one paper."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.domain.identifiers import identity, is_local, is_own, qualified, source_identity
from assistant.domain.records import Entry, Paper, Rejection
from assistant.domain.titles import normalise
from assistant.ingest.abstracts import fullest, is_cut
from assistant.ingest.paths import STANDARD_INPUT


@dataclass(frozen=True, slots=True)
class KeyedEntry:
    """An entry with what its source's id stands for."""

    key: str
    """The `source_identity` of its id; "" where it has none."""
    root: str
    """The same for all keys of one stored paper; the key itself where no stored paper has it."""
    title: str
    """Normalised."""
    entry: Entry
    paper: Paper | None = None
    """The stored paper that has the key, or one of the others."""
    others: tuple[str, ...] = ()
    """The same for the other ids of the entry."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The key and the others."""
        return (self.key, *self.others)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What may be one paper with others of its title: a stored paper, or the entries of a run that have one id."""

    root: str
    keys: frozenset[str]
    abstract: str
    paper: Paper | None = None
    """None where it is not stored."""


class StoredPapers:
    """The papers of the library: those with a source's id by that, those without by normalised title."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        self._by_key: defaultdict[str, list[Paper]] = defaultdict(list)
        self.titles: dict[str, str] = {}
        """Id -> normalised title, of the papers that have a source's id."""
        self.by_title: defaultdict[str, list[Paper]] = defaultdict(list)
        """The papers whose id was made from their title; several where an older version told their titles apart."""
        self.identified: defaultdict[str, list[Paper]] = defaultdict(list)
        """The papers with a source's id, by normalised title."""
        self.ids: set[str] = set()
        for paper in papers:
            self.ids.add(paper.id)
            title = normalise(paper.title)
            if is_own(paper.id) and not paper.aliases:
                self.by_title[title].append(paper)
                continue
            self.titles[paper.id] = title
            self.identified[title].append(paper)
            for key in keys_of(paper):
                self._by_key[key].append(paper)

    def keyed(self, entry: Entry) -> KeyedEntry:
        """The entry with its key; one that only fills a paper has the title and abstract that are stored."""
        title = normalise(entry.listing.title)
        has_key = entry.id is not None and not is_own(entry.id)
        key = source_identity(entry.id, entry.listing.source) if entry.id is not None and has_key else ""
        others = tuple(dict.fromkeys(other for id in entry.aliases if (other := identity(id)) != key)) if key else ()
        # Several where a source gave an id to one title, and later to another.
        papers = next(filter(None, map(self._by_key.get, (key, *others))), [])

        def rank(paper: Paper) -> tuple[bool, bool]:
            return self.titles[paper.id] != title, not is_main(key, paper)

        paper = min(papers, key=rank, default=None)
        if entry.fills and paper:
            title = self.titles[paper.id]
            entry = replace(entry, listing=replace(entry.listing, title=paper.title), abstract=paper.abstract)
        return KeyedEntry(key, root_of(paper) if paper else key, title, entry, paper, others)


def keys_of(paper: Paper) -> Iterator[str]:
    """What the ids of a stored paper stand for.

    A local id belongs to the source it names ("7@a.jsonl"); where none names any, to all sources that list the paper.
    """
    ids = [id for id in (paper.id, *paper.aliases) if not is_own(id)]
    yield from (key for key in map(identity, ids) if not is_local(key))
    local_ids = [id for id in ids if is_local(identity(id))]
    sources = dict.fromkeys(listing.source for listing in paper.listings)
    named = [(id, source) for id in local_ids for source in sources if id.endswith(qualified("", source))]
    own = [(id, source) for id in local_ids for source in sources]
    yield from dict.fromkeys(source_identity(id, source) for id, source in named or own)


def is_main(key: str, paper: Paper) -> bool:
    """Whether a key comes from the id under which the paper is stored."""
    return key == identity(paper.id) or any(
        key == source_identity(paper.id, listing.source) for listing in paper.listings
    )


def root_of(paper: Paper) -> str:
    """What all keys of a stored paper have in common."""
    return f"={paper.id}"


def are_one_paper(candidates: Iterable[Candidate]) -> bool:
    """Whether candidates of one title have ids that one paper may have: one of arXiv, one DOI, one in each source.

    Where only ids of different sources bring them together, and differ, their abstracts have to agree too.
    """
    several = list(candidates)
    if len(several) < 2:
        return True
    keys = set().union(*(candidate.keys for candidate in several))
    kinds = [key.partition("\0")[0] if is_local(key) else key.partition(":")[0] for key in keys]
    if len(set(kinds)) < len(kinds):
        return False
    if any(not is_local(key) for key in keys) or len({key.partition("\0")[2] for key in keys}) == 1:
        return True
    longest = fullest(several[0].abstract, (candidate.abstract for candidate in several))
    return all(candidate.abstract == longest or is_cut(candidate.abstract, longest) for candidate in several)


def accept(run: Sequence[KeyedEntry], stored: StoredPapers) -> tuple[list[KeyedEntry], list[Rejection]]:
    """The entries but those whose id another title has; among those of one run, the first title has it."""
    run_titles = {(keyed.root, keyed.title) for keyed in run}
    run = [_separated(keyed, stored, run_titles) for keyed in run]
    first_uses: dict[str, KeyedEntry] = {}
    for keyed in run:
        if not is_local(keyed.key) or _may_retitle(keyed, stored, run_titles):
            first_uses.setdefault(keyed.root, keyed)
            first_uses.setdefault(keyed.key, keyed)
    accepted: list[KeyedEntry] = []
    rejections: list[Rejection] = []
    for keyed in run:
        uses = [first_uses.get(keyed.root), first_uses.get(keyed.key)]
        if not keyed.key or all(use and use.title == keyed.title for use in uses):
            accepted.append(keyed)
            continue
        first = next((use for use in uses if use and use.title != keyed.title), None)
        owner = f"was given to another title at {first.entry.place}" if first else _owner(keyed.paper)
        listing = keyed.entry.listing
        rejections.append(Rejection(listing.source, listing.line, f"its id {keyed.entry.id} {owner}"))
    return accepted, rejections


def _separated(keyed: KeyedEntry, stored: StoredPapers, run_titles: set[tuple[str, str]]) -> KeyedEntry:
    """The entry with a root of its own where its source gave the id of a row, which another id or title had made part
    of a stored paper, to another title."""
    paper = keyed.paper
    if paper is None or not is_local(keyed.key) or is_main(keyed.key, paper):
        return keyed
    is_other = stored.titles[paper.id] != keyed.title and _may_retitle(keyed, stored, run_titles)
    return replace(keyed, root=keyed.key, paper=None) if is_other else keyed


def _may_retitle(keyed: KeyedEntry, stored: StoredPapers, run_titles: set[tuple[str, str]]) -> bool:
    """Whether an entry may retitle the stored paper of its id: the same title, or its source republishing its record.

    A run that has the stored title too is no republication, and from standard input, whose name every stream has, the
    abstract must be the same.
    """
    paper = keyed.paper
    if paper is None or keyed.title == (title := stored.titles[paper.id]):
        return True
    return not run_titles & {(keyed.root, title), ("", title)} and (
        keyed.entry.listing.source != STANDARD_INPUT or keyed.entry.abstract == paper.abstract
    )


def _owner(paper: Paper | None) -> str:
    first = next(iter(paper.listings), None) if paper else None
    place = f" in {first.source}:{first.line}" if first else ""
    return f"is that of “{paper.title if paper else ''}”{place}; give one of them another id"
