"""A name such as "Gao et al., 2022" -> the papers by these authors of that year; none where it may mean several."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.domain.citation_keys import family_name
from assistant.domain.records import Paper

_PARTICLE = r"(?:(?:[Vv]an|[Vv]on|[Dd]e|[Dd]er|[Dd]en|[Dd]el|[Dd]i|[Dd]a|[Ll]a|[Ll]e|[Tt]en|[Tt]er)\s+){0,3}"
_NAME = rf"{_PARTICLE}[^\W\d_a-z][\w’'-]{{1,40}}"
AUTHORS = rf"{_NAME}(?:(?:,\s+{_NAME}){{0,8}},?\s+(?:and|&)\s+{_NAME})?(?:,?\s+et\s+al\.?)?"
"""The authors of one paper in running text: one name, two, several, or the first "et al."."""
YEAR = r"(?:1[89]|20)[0-9]{2}[a-z]?(?![0-9])"
"""A year of publication, perhaps with the letter that tells two apart."""
_FORM = re.compile(rf"({AUTHORS}),?\s+\(?({YEAR})\)?")
_ET_AL = re.compile(r",?\s+et\s+al\.?$")
_BETWEEN = re.compile(r",?\s+(?:and|&)\s+|,\s+")
_LONGEST = 200  # characters


@dataclass(frozen=True, slots=True)
class AuthorYear:
    """Who wrote a paper and when, as running text says it."""

    families: tuple[str, ...]
    """Family names as `family_name` has them, the first author's first."""
    has_more: bool
    """Whether there are more authors than these: "et al."."""
    year: int

    def fits(self, paper: Paper) -> bool:
        """Whether a paper may be meant; of a single name the other authors are left open."""
        if paper.date is None or paper.date.year != self.year or not paper.authors:
            return False
        families = tuple(map(family_name, paper.authors[: len(self.families) + 1]))
        if self.has_more or len(self.families) == 1:
            return families[:1] == self.families[:1] and (not self.has_more or len(paper.authors) > 1)
        return families == self.families


def parse(name: str) -> AuthorYear | None:
    """Return what a name says, None where it is not of this form.

    >>> parse("Gao, Schulman, & Hilton (2023a)")
    AuthorYear(families=('gao', 'schulman', 'hilton'), has_more=False, year=2023)
    """
    match = _FORM.fullmatch(name) if len(name) <= _LONGEST else None
    if match is None:
        return None
    authors = _ET_AL.sub("", match[1])
    families = tuple(family_name(author) for author in _BETWEEN.split(authors) if author)
    return AuthorYear(families, authors != match[1], int(match[2][:4])) if all(families) else None


def by_first_author(papers: Iterable[Paper]) -> Mapping[tuple[str, int], list[Paper]]:
    """Return {(family name of the first author, year): papers}."""
    groups: dict[tuple[str, int], list[Paper]] = {}
    for paper in papers:
        if paper.authors and paper.date:
            groups.setdefault((family_name(paper.authors[0]), paper.date.year), []).append(paper)
    return groups
