"""A name as people write it (title, id, key) -> the papers of a library that it means; never a near one instead."""

import re
from collections.abc import Iterable
from functools import cached_property

from assistant.domain import titles
from assistant.domain.identifiers import identity
from assistant.domain.records import Paper
from assistant.retrieval.keys import citation_keys

_OUTER = re.compile(r"^[\s\"'“”‘’*_]+|[\s\"'“”‘’*_]+$")
_VERSION = re.compile(r"^(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})v\d{1,3}$", re.IGNORECASE)
_NEAR = 85.0  # percent of letters in common from which a title is worth suggesting


class PaperIndex:
    """The papers of a library by everything that may name them."""

    def __init__(self, papers: Iterable[Paper]) -> None:
        """Index papers in their order; where two have one name, the first is meant before the second."""
        self.papers = tuple(papers)

    def find(self, name: str) -> Paper | None:
        """Return the paper that `name` means, the first of several, or None. See `find_all`."""
        return next(iter(self.find_all(name)), None)

    def find_all(self, name: str) -> list[Paper]:
        """Return the papers that `name` means: several only where they have the same title, none where none has it.

        A name is an id as the library has it, an arXiv id (with or without "arXiv:", version or URL), a DOI (or its
        URL), a citation key, or a whole title: in any case and spelling, within quotation marks or emphasis.
        """
        joined = " ".join(name.split())
        plain = _OUTER.sub("", joined).rstrip(".,")
        bare = _VERSION.sub(r"\1", plain)
        for form in (joined, plain, bare, identity(plain), identity(bare)):
            if paper := self._ids.get(form) or self._keys.get(form):
                return [paper]
        return list(self._titles.get(titles.normalise(plain), ())) if plain.strip() else []

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

    @cached_property
    def _ids(self) -> dict[str, Paper]:
        """By id, and by what all spellings of that id have in common."""
        return _first((form, paper) for paper in self.papers for form in (paper.id, identity(paper.id)))

    @cached_property
    def _keys(self) -> dict[str, Paper]:
        keys = citation_keys(paper.id for paper in self.papers)
        return _first((keys[paper.id], paper) for paper in self.papers)

    @cached_property
    def _titles(self) -> dict[str, list[Paper]]:
        """By normalised title."""
        groups: dict[str, list[Paper]] = {}
        for paper in self.papers:
            if paper.title.strip():
                groups.setdefault(titles.normalise(paper.title), []).append(paper)
        return groups


def _first(pairs: Iterable[tuple[str, Paper]]) -> dict[str, Paper]:
    papers: dict[str, Paper] = {}
    for name, paper in pairs:
        papers.setdefault(name, paper)
    return papers
