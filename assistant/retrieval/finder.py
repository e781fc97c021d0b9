"""A name as people write it (title, id, key) -> the papers of a library that it means; never a near one instead."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Protocol

from assistant.domain import titles
from assistant.domain.identifiers import LOCAL, identity, is_local, is_own, qualified, source_identity
from assistant.domain.records import Paper
from assistant.retrieval.keys import SHORTEST, key_digest

_OUTER = re.compile(r"^[\s\"'“”‘’*_]+|[\s\"'“”‘’*_]+$")
_VERSION = re.compile(r"^(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})v\d{1,3}$", re.IGNORECASE)
_KEY = re.compile(rf"P([0-9a-f]{{{SHORTEST},64}})")
_NEAR = 85.0  # percent of letters in common from which a title is worth suggesting


class PaperFinder(Protocol):
    """Finds papers by name."""

    def find(self, name: str) -> Paper | None:
        """Return the paper that `name` means, the first of several, or None."""

    def nearest(self, name: str) -> Paper | None:
        """Return the paper whose title is spelled most nearly like `name`, None where none is very near."""


def forms(name: str) -> tuple[str, ...]:
    """Return the forms in which a name may be an id, the first that is one counting: as it is, without quotation marks,
    without a version, and what all spellings of the latter two have in common. The second may be a title."""
    joined = " ".join(name.split())
    plain = _OUTER.sub("", joined).rstrip(".,")
    bare = _VERSION.sub(r"\1", plain)
    return joined, plain, bare, identity(plain), identity(bare)


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

    def __init__(self, papers: Iterable[Paper]) -> None:
        """Index papers in their order; where two have one name, the first is meant before the second."""
        self.papers = tuple(papers)

    def find(self, name: str) -> Paper | None:
        """Return the paper that `name` means, the first of several, or None. See `find_all`."""
        return next(iter(self.find_all(name)), None)

    def find_all(self, name: str) -> list[Paper]:
        """Return the papers that `name` means: several only where they have the same title or two sources gave them the
        same id, none where none has it.

        A name is an id as the library has it, an arXiv id (with or without "arXiv:", version or URL), a DOI (or its
        URL), an id of one source ("7", or "7@a.jsonl"), a citation key or more digits of it, or a whole title: in any
        case and spelling, within quotation marks or emphasis.
        """
        _, plain, *_ = each = forms(name)
        for form in each:
            if papers := self._ids.get(form):
                return list(papers)
        if not plain.strip():
            return []
        return list(self._titles.get(titles.normalise(plain), ())) or self._with_key(plain)

    def find_beginning(self, name: str) -> list[Paper]:
        """Return the papers that `name` means, or else those whose title begins with it."""
        return self.find_all(name) or self.begins(name)

    def begins(self, name: str) -> list[Paper]:
        """Return the papers whose title begins with `name`, in any case and spelling; none for an empty name."""
        beginning = titles.normalise(_OUTER.sub("", name))
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
        return sorted(((key_digest(paper.id), paper) for paper in self.papers), key=lambda row: row[0])

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
