"""Entries -> papers: every listing of one paper, in this run and in the library, becomes that one paper."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.records import Entry, Listing, Paper, Rejection
from assistant.titles import normalise

_ARXIV = re.compile(
    r"(?:(?:https?://)?(?:[a-z]+\.)?arxiv\.org/(?:abs|pdf|html|format)/|(?:https?://)?huggingface\.co/papers/"
    r"|arxiv:\s*|(?:https?://)?(?:dx\.)?(?:doi\.org/|doi:\s*)?10\.48550/arxiv\.)?"
    r"(?P<number>[0-9]{4}\.[0-9]{4,5}|[a-z][a-z\-]*(?:\.[a-z]{2})?/[0-9]{7})(?:v[0-9]{1,3})?(?:\.pdf)?/?",
    re.IGNORECASE,
)
_OWN = re.compile(r"t-[0-9a-f]{12}")  # an id made from a title is no source's id, wherever it comes back from
_DOI = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?(?P<doi>10\.[0-9]{4,9}/\S+)", re.IGNORECASE)


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
            if _OWN.fullmatch(paper.id):
                self.titled[normalise(paper.title)] = paper
            else:
                self.named[identity(paper.id)] = paper


def identity(given: str) -> str:
    """What two spellings of one id have in common: "arXiv:2401.00001v2" -> "arxiv:2401.00001"; DOIs without case."""
    plain = given.strip()
    if match := _ARXIV.fullmatch(plain):
        return "arxiv:" + match["number"].lower()
    if match := _DOI.fullmatch(plain):
        return "doi:" + match["doi"].casefold()
    return "id:" + given


def title_id(title: str) -> str:
    """The id of a paper whose source gives none."""
    return "t-" + hashlib.sha256(normalise(title).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def merge(entries: Iterable[Entry], known: Iterable[Paper] = ()) -> Merge:
    """The papers of the entries, joined with those already stored; the same entries a second time change nothing."""
    library = _Library(known)
    accepted, rejections = _accepted(entries)
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


def _accepted(entries: Iterable[Entry]) -> tuple[list[tuple[str, str, Entry]], list[Rejection]]:
    """(identity or "", normalised title, entry) of each entry but those whose id was given to another title."""
    accepted: list[tuple[str, str, Entry]] = []
    rejections: list[Rejection] = []
    given: dict[str, tuple[str, str]] = {}
    for entry in entries:
        title = normalise(entry.listing.title)
        key = identity(entry.id) if entry.id is not None and not _OWN.fullmatch(entry.id) else ""
        first, place = given.setdefault(key, (title, entry.place)) if key else (title, "")
        if first == title:
            accepted.append((key, title, entry))
        else:
            reason = f"its id {entry.id} was given to another title at {place}"
            rejections.append(Rejection(entry.listing.source, entry.listing.line, reason))
    return accepted, rejections


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
    dates = [(entry.listing.date, entry.listing.date_inferred) for entry in group]
    day, inferred = _date([*dates, *((paper.date, paper.date_inferred) for paper in stored)])
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
        listings=_listings(
            [listing for paper in stored for listing in paper.listings], [entry.listing for entry in group]
        ),
    )


def _date(dates: Sequence[tuple[date | None, bool]]) -> tuple[date | None, bool]:
    """The first date that was written in full, or else the first that was inferred."""
    present = [(day, inferred) for day, inferred in dates if day is not None]
    return next((dated for dated in present if not dated[1]), present[0] if present else (None, False))


def _listings(stored: Sequence[Listing], seen: Iterable[Listing]) -> tuple[Listing, ...]:
    """Each listing seen takes the place of the stored one it repeats: the equal one, else by line, else by title."""
    result = list(stored)
    waiting = list(dict.fromkeys(seen))
    free = set(range(len(result)))
    for same in (_is_equal, _is_on_line, _is_titled_alike):
        left: list[Listing] = []
        for listing in waiting:
            place = next((place for place in sorted(free) if same(result[place], listing)), None)
            if place is None:
                left.append(listing)
            else:
                result[place] = listing
                free.remove(place)
        waiting = left
    return (*result, *waiting)


def _is_equal(first: Listing, second: Listing) -> bool:
    return first == second


def _is_on_line(first: Listing, second: Listing) -> bool:
    return (first.source, first.line) == (second.source, second.line)


def _is_titled_alike(first: Listing, second: Listing) -> bool:
    return (first.source, first.title) == (second.source, second.title)
