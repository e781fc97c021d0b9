"""A name as people write it (title, id, key) -> the papers of a library that it means; never a near one instead."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from assistant.domain import citation_keys, titles
from assistant.domain.identifiers import LOCAL, digest, identity, is_local, is_own, qualified, source_identity
from assistant.domain.records import Paper
from assistant.retrieval import author_years
from assistant.retrieval.keys import SHORTEST

_OUTER = re.compile(r"^[\s\"'“”‘’*_]+|[\s\"'“”‘’*_]+$")
_VERSION = re.compile(r"^(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})v\d{1,3}$", re.IGNORECASE)
_KEY = re.compile(rf"P([0-9a-f]{{{SHORTEST},64}})")
_LISTED = 5  # papers that a message names
_NEAR = 85.0  # percent of letters in common from which a title is worth suggesting


class PaperFinder(Protocol):
    """Finds papers by name."""

    def find(self, name: str) -> Paper | None:
        """Return the paper that `name` means, the first of several, or None."""

    def find_all(self, name: str) -> list[Paper]:
        """Return the papers that `name` means."""

    def knows(self, name: str) -> bool:
        """Return whether `name` is a name at all, were it of a paper that is not here."""

    def with_title(self, title: str) -> list[Paper]:
        """Return the papers that have this title, in any case and spelling."""

    def unknown(self, name: str) -> str:
        """Return, for a person, that a name means no paper: with those it may mean."""


def forms(name: str) -> tuple[str, ...]:
    """Return the forms in which a name may be an id, the first that is one counting: as it is, without quotation marks,
    without a version, and what all spellings of the latter two have in common. The second may be a title."""
    joined = " ".join(name.split())
    plain = _OUTER.sub("", joined).rstrip(".,")
    bare = _VERSION.sub(r"\1", plain)
    return joined, plain, bare, identity(plain), identity(bare)


def beginning_of(name: str) -> str:
    """Return what the normalised titles begin with that begin with a name."""
    return titles.normalise(_OUTER.sub("", name))


def key_digits(name: str) -> str | None:
    """Return the hex digits of a citation key, None for what is none."""
    match = _KEY.fullmatch(name)
    return match[1] if match else None


def exact_ids(form: str) -> Iterator[str]:
    """Yield the ids that a paper may have that is meant by a form of a name: that, and that without a source."""
    given = form.removeprefix(LOCAL)
    yield from (form, given)
    yield from (given[: place.start()] for place in re.finditer("@", given))


def identities(form: str, sources: Sequence[str]) -> Iterator[str]:
    """Yield what a form of a name may stand for, as a catalogue finds papers by: where ids mean something within a
    source alone, once for each of all `sources`. Such an id of several words is known by `exact_ids` only."""
    key = identity(form)
    if not is_local(key):
        yield key
    elif " " not in form:
        yield from (source_identity(form.removeprefix(LOCAL), source) for source in sources)


class PaperIndex:
    """The papers of a library by everything that may name them."""

    def __init__(
        self,
        papers: Iterable[Paper],
        keys: Callable[[Sequence[Paper]], Mapping[str, str]] = citation_keys.citation_keys,
    ) -> None:
        """Index papers in their order; where two have one name, the first is meant before the second. `keys` gives
        {paper id: the key that people cite it by}; of some papers of a library, those that they have in all of it."""
        self.papers = tuple(papers)
        self._keys = keys

    def find(self, name: str) -> Paper | None:
        """Return the paper that `name` means, the first of several, or None. See `find_all`."""
        return next(iter(self.find_all(name)), None)

    def knows(self, name: str) -> bool:
        """Return whether `name` is a name at all, were it of a paper that is not here."""
        return self.find(name) is not None

    def find_all(self, name: str) -> list[Paper]:
        """Return the papers that `name` means: several only where they have the same title or two sources gave them the
        same id, none where none has it.

        A name is an id as the library has it, an arXiv id (with or without "arXiv:", version or URL), a DOI (or its
        URL), an id of one source ("7", or "7@a.jsonl"), a citation key as people cite ("gao2022scaling") or as models
        do, or more digits of it, authors and a year where these are of one paper ("Gao et al., 2022"), or a whole
        title: in any case and spelling, within quotation marks or emphasis.
        """
        _, plain, *_ = each = forms(name)
        for form in each:
            if papers := self._ids.get(form):
                return list(papers)
        if not plain.strip():
            return []
        return (
            self.with_title(plain)
            or self._with_key(plain)
            or self._with_citation_key(plain.removeprefix("@"))
            or self.by_one_author(plain)
        )

    def with_title(self, title: str) -> list[Paper]:
        """Return the papers that have this title, in any case and spelling."""
        return list(self._titles.get(titles.normalise(title), ())) if title.strip() else []

    def find_beginning(self, name: str) -> list[Paper]:
        """Return the papers that `name` means, or else those whose title begins with it."""
        return self.find_all(name) or self.begins(name)

    def begins(self, name: str) -> list[Paper]:
        """Return the papers whose title begins with `name`, in any case and spelling; none for an empty name."""
        beginning = beginning_of(name)
        return [
            paper
            for title, papers in self._titles.items()
            if beginning and title.startswith(beginning)
            for paper in papers
        ]

    def suggestions(self, name: str, limit: int = 5) -> list[Paper]:
        """Return at most `limit` papers that may be meant by a name that means none.

        Those whose title begins with it come first, then those that have it within, then those spelled nearly so.
        """
        part = titles.normalise(_OUTER.sub("", name))
        within = [paper for title, papers in self._titles.items() if part and part in title for paper in papers]
        candidates = [*self.begins(name), *within, *self._near(name, limit)]
        return list({paper.id: paper for paper in candidates}.values())[:limit]

    def nearest(self, name: str) -> Paper | None:
        """Return the paper whose title is spelled most nearly like `name`, None where none is very near."""
        return next(iter(self._near(name, 1)), None)

    def unknown(self, name: str) -> str:
        """Return, for a person, that a name means no paper: with those it may mean."""
        return self.unknown_beside(name, self.nearest(name))

    def unknown_beside(self, name: str, nearest: Paper | None) -> str:
        """Return the same where the paper with the nearest title is known, or that there is none."""
        shown = " ".join(name.split())
        if several := self._by_authors(_OUTER.sub("", shown)):
            listed = "; ".join(f"{self.citation_keys[paper.id]} “{paper.title}”" for paper in several[:_LISTED])
            return f"several papers of the library may be “{shown}”: {listed}"
        reason = f"no paper of the library is named “{shown}”"
        return f"{reason}; did you mean “{nearest.title}”?" if nearest else reason

    @cached_property
    def citation_keys(self) -> Mapping[str, str]:
        """{paper id: the key that people cite it by}."""
        return self._keys(self.papers)

    def _with_citation_key(self, name: str) -> list[Paper]:
        if not citation_keys.FORM.fullmatch(name):
            return []
        paper = self._by_citation_key.get(name)
        return [paper] if paper else []

    @cached_property
    def _by_citation_key(self) -> dict[str, Paper]:
        by_id = {paper.id: paper for paper in self.papers}
        return {key: by_id[id] for id, key in self.citation_keys.items()}

    def by_one_author(self, name: str) -> list[Paper]:
        """Return the paper by these authors of this year; none where there are several."""
        papers = self._by_authors(name)
        return papers if len(papers) == 1 else []

    def _by_authors(self, name: str) -> list[Paper]:
        cited = author_years.parse(name)
        if cited is None:
            return []
        return [paper for paper in self._first_authors.get((cited.families[0], cited.year), ()) if cited.fits(paper)]

    @cached_property
    def _first_authors(self) -> Mapping[tuple[str, int], list[Paper]]:
        return author_years.by_first_author(self.papers)

    def _near(self, name: str, limit: int) -> list[Paper]:
        from rapidfuzz import fuzz, process

        title = titles.normalise(name)
        if not title.strip():
            return []
        matches = process.extract(title, self._titles.keys(), scorer=fuzz.ratio, score_cutoff=_NEAR, limit=limit)
        return [self._titles[match][0] for match, _, _ in matches]

    def _with_key(self, name: str) -> list[Paper]:
        """Return the paper whose key begins so; none where that is so of several, for a key names one paper."""
        digits = key_digits(name)
        if digits is None:
            return []
        place = bisect_left(self._digests, (digits,))
        papers = [paper for digest, paper in self._digests[place : place + 2] if digest.startswith(digits)]
        return papers if len(papers) == 1 else []

    @cached_property
    def _ids(self) -> dict[str, list[Paper]]:
        """By each id, and by what all spellings of that id have in common; first those that have it as their id."""
        groups: dict[str, list[Paper]] = {}
        for paper in self.papers:
            for form in (paper.id, identity(paper.id)):
                groups.setdefault(form, []).append(paper)
        for paper in self.papers:
            for form in _further_ids(paper):
                groups.setdefault(form, []).append(paper)
        return {form: list({paper.id: paper for paper in papers}.values()) for form, papers in groups.items()}

    @cached_property
    def _digests(self) -> list[tuple[str, Paper]]:
        """In order of the digests, of which keys are the beginnings."""
        return sorted(((digest(paper.id), paper) for paper in self.papers), key=lambda row: row[0])

    @cached_property
    def _titles(self) -> dict[str, list[Paper]]:
        """By normalised title."""
        groups: dict[str, list[Paper]] = {}
        for paper in self.papers:
            if paper.title.strip():
                groups.setdefault(titles.normalise(paper.title), []).append(paper)
        return groups


def _further_ids(paper: Paper) -> Iterator[str]:
    """Yield the other ids of a paper; those of one source with its name and without."""
    sources = {listing.source for listing in paper.listings}
    for id in (paper.id, *paper.aliases):
        yield id
        yield identity(id)
        if is_local(identity(id)) and not is_own(id):
            yield from (id.removesuffix(qualified("", source)) for source in sources)
            yield from (qualified(id, source) for source in sources)
