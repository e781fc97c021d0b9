"""Words and a filter -> the papers that have them, with BM25 scores, by their ids instead of the index's numbers."""

import contextlib
import math
from collections.abc import Collection, Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

from assistant.domain.errors import LibraryError
from assistant.library import bm25, deepening, wording
from assistant.library.catalogue import Catalogue
from assistant.library.paper_numbers import PaperNumbers

_HITS = 8  # more papers that the index can find in the time in which it looks up one number that it is told
_SPARE = 1.5  # times as many papers it is asked for as a filter is to be expected to leave


class WordSearch:
    """The search for words of one generation."""

    def __init__(self, catalogue: Catalogue, folder: Path | None, papers: int, numbers: PaperNumbers) -> None:
        """Open the word index in `folder`; one in memory where that is None, or has another number of texts than the
        `papers` and their passages are. `numbers` are those of the catalogue's papers."""
        self._catalogue = catalogue
        self._papers = papers
        self._numbers = numbers
        self._is_numbered = catalogue.state().get("words") == bm25.SCHEME
        if folder is not None:
            with contextlib.suppress(LibraryError):
                self.index = bm25.open_index(folder)
                if self.index.size == wording.size_of(catalogue):
                    return
        self._is_numbered = True
        self.index = bm25.build_numbered(wording.papers(catalogue), None)

    def scores(self, text: str, limit: int, among: Collection[str] | None = None) -> dict[str, float]:
        """Return {paper id: BM25 score}, best first, of at most `limit` papers that share a word with a text; of those
        with the ids `among` (None: of all)."""
        if not self._is_numbered:
            hits = self.index.search(text, self._papers if among is not None else limit)
            scores = {self._ids[number]: score for number, score in hits}
            return dict(islice(((id, scores[id]) for id in scores if among is None or id in among), limit))
        hits = self.index.search(text, limit) if among is None else self._among(text, limit, self._numbers.of(among))
        ids = self._numbers.ids([number for number, _ in hits])
        return {ids[number]: score for number, score in hits if number in ids}

    def _among(self, text: str, limit: int, numbers: list[int]) -> list[tuple[int, float]]:
        """Return at most `limit` papers, of those with some numbers: the index is told these, or asked for so many of
        all that enough of them are to be expected, whichever takes less."""
        count = math.ceil(_SPARE * limit * self._papers / max(len(numbers), 1))
        if count > _HITS * len(numbers):
            return self.index.search(text, limit, numbers)
        allowed = set(numbers)
        [papers] = deepening.papers(
            lambda count: [self.index.search(text, count)],
            count,
            limit,
            lambda hits: [hit for hit in hits if hit[0] in allowed],
        )
        return papers[:limit]

    def near(self, word: str, limit: int) -> list[str]:
        """Return the ids of at most `limit` papers with an index term within two edits of this word's."""
        numbers = self.index.near(word, limit)
        if not self._is_numbered:
            return [self._ids[number] for number in numbers]
        ids = self._numbers.ids(numbers)
        return [ids[number] for number in numbers if number in ids]

    @cached_property
    def _ids(self) -> Sequence[str]:
        """By number, in an index that an older version made."""
        return [id for id, _ in self._catalogue.contents()]
