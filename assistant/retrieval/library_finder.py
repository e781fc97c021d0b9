"""A name -> the papers of an open library that it means, looked up by the catalogue's keys rather than among all."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from functools import cached_property
from itertools import islice

from assistant.domain import citation_keys, titles
from assistant.domain.records import Paper
from assistant.library import names, overview
from assistant.library.catalogue import Catalogue
from assistant.library.damaged_papers import VOUCHED
from assistant.library.finding import FindsPapers
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import author_years, finder
from assistant.retrieval.finder import PaperIndex

_BY_WORDS = 300  # papers that share the words of a name, best first, among which a title like it is sought
_YEARS = re.compile(r"(?=([12]\d{3}))")  # "kerbl20233d" and "gpt42023" have digits before and behind theirs
_KEPT = 20_000  # papers of some years that are kept for the next name
_LETTERS = re.compile("[A-Za-z0-9]+")
_REMEMBERED = 4_000  # names whose papers are kept: a text to verify cites the same ones again


class LibraryFinder:
    """Finds papers as a `PaperIndex` of the whole library, as it is when it is first asked, does.

    What a name means, and titles that begin with it, are found in a library of any size. Titles that have it within or
    are spelled nearly so are sought in a large one among the papers that share its words.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        read: Callable[[Sequence[str] | None], Iterable[Paper]],
        by_words: Callable[[str], Iterable[str]] = lambda _: (),
        small: int = VOUCHED,
    ) -> None:
        """`read` gives the papers with these ids (None: all) in the order given; `by_words` the ids of those that share
        words with a text, best first. A library of at most `small` papers is read as a whole, and so is one at a
        server."""
        self._catalogue = catalogue
        self._read = read
        self._by_words = by_words
        self._is_small = (
            isinstance(catalogue, FindsPapers) or catalogue.version() < names.VERSION or catalogue.size() <= small
        )
        self._remembered: dict[str, list[Paper]] = {}
        self._of_years: dict[frozenset[int], PaperIndex] = {}

    def find(self, name: str) -> Paper | None:
        """Return the paper that `name` means, the first of several, or None. See `PaperIndex.find_all`."""
        return next(iter(self.find_all(name)), None)

    def find_all(self, name: str) -> list[Paper]:
        """Return the papers that `name` means. See `PaperIndex.find_all`."""
        if name not in self._remembered:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            papers = self._called(name).find_all(name)
            self._remembered[name] = papers or self._of_its_year(name).find_all(name)
        return list(self._remembered[name])

    def knows(self, name: str) -> bool:
        """Return whether `name` is a name at all: here, whether it means a paper."""
        return self.find(name) is not None

    def with_title(self, title: str) -> list[Paper]:
        """Return the papers that have this title, in any case and spelling."""
        return self._called(title).with_title(title)

    def by_one_author(self, name: str) -> list[Paper]:
        """Return the paper by these authors of this year; none where there are several."""
        return self._of_its_year(name).by_one_author(name)

    def unknown(self, name: str) -> str:
        """Return, for a person, that a name means no paper: with those it may mean."""
        return self._of_its_year(name).unknown_beside(name, self.nearest(name))

    def find_beginning(self, name: str) -> list[Paper]:
        """Return the papers that `name` means, or else those whose title begins with it."""
        return self.find_all(name) or self.begins(name)

    def begins(self, name: str) -> list[Paper]:
        """Return the papers whose title begins with `name`, in any case and spelling; of very many, some."""
        if self._is_small:
            return self._every.begins(name)
        beginning = finder.beginning_of(name)
        if not beginning:
            return []
        letters = max(_LETTERS.findall(name), key=len, default="")
        titled = overview.titles_with(self._catalogue, letters)
        ids = (id for id, title in titled if titles.normalise(title).startswith(beginning))
        return self._index([*self._by_words(name), *islice(ids, _BY_WORDS)]).begins(name)

    def suggestions(self, name: str, limit: int = 5) -> list[Paper]:
        """Return at most `limit` papers that may be meant by a name that means none. See `PaperIndex.suggestions`."""
        return self._alike(name).suggestions(name, limit)

    def nearest(self, name: str) -> Paper | None:
        """Return the paper whose title is spelled most nearly like `name`, None where none is very near."""
        return self._alike(name).nearest(name)

    def _called(self, name: str) -> PaperIndex:
        """Return the papers that the name may mean, and perhaps others."""
        if self._is_small:
            return self._every
        forms = finder.forms(name)
        keys = {key for form in forms for key in finder.identities(form, self._sources)}
        ids = names.papers_named(self._catalogue, names.of_keys(keys, [titles.normalise(forms[1])]))
        ids |= names.papers_with_key(self._catalogue, digits) if (digits := finder.key_digits(forms[1])) else set()
        exact = {plain for form in forms for plain in finder.exact_ids(form)}
        return self._index(ids | exact)

    def _of_its_year(self, name: str) -> PaperIndex:
        """Return the papers of the year that a name has in it, as "gao2022scaling" and "Gao et al., 2022" have: what
        such a name means depends on no others. Those without a date for a key without a year, none for other names."""
        if self._is_small:
            return self._every
        plain = finder.forms(name)[1].removeprefix("@")
        if cited := author_years.parse(plain):
            years = frozenset((cited.year,))
        elif citation_keys.FORM.fullmatch(plain):
            years = frozenset(int(match[1]) for match in _YEARS.finditer(plain))
        else:
            return PaperIndex(())
        if years not in self._of_years:
            if sum(len(index.papers) for index in self._of_years.values()) > _KEPT:
                self._of_years.clear()
            self._of_years[years] = self._index(self._dated(years))
        return self._of_years[years]

    def _dated(self, years: Collection[int]) -> Iterator[str]:
        """Yield the ids of the papers of some years; of those without a date where there is none."""
        if not years:
            yield from overview.without_date(self._catalogue)
        for year in years:
            yield from overview.within(self._catalogue, date(year, 1, 1), date(year, 12, 31))

    def _alike(self, name: str) -> PaperIndex:
        """Return the papers whose titles may be like a name, in the order added."""
        if self._is_small:
            return self._every
        return self._index(self._by_words(name))

    def _index(self, ids: Iterable[str]) -> PaperIndex:
        positions = self._catalogue.positions(ids)
        return PaperIndex(self._read(sorted(positions, key=positions.__getitem__)))

    @cached_property
    def _every(self) -> PaperIndex:
        return PaperIndex(self._read(None))

    @cached_property
    def _sources(self) -> tuple[str, ...]:
        return tuple(overview.source_names(self._catalogue))


def of_library(library: LibrarySnapshot, small: int = VOUCHED) -> LibraryFinder:
    """Return what finds the papers of a library by name, but those that are not as they were written."""
    return LibraryFinder(
        library.catalogue, library.papers, lambda text: library.word_search.scores(text, _BY_WORDS), small=small
    )
