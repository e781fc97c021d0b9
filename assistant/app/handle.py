"""Settings and models -> one library, to ask, search, verify and ingest with."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.app import arguments, by_words, reading
from assistant.app.filters import Day, Tags, admitted, paper_filter
from assistant.app.parts import LibraryParts
from assistant.domain.annotations import Annotations
from assistant.domain.answers import Answer
from assistant.domain.callbacks import OnProgress, OnToken
from assistant.domain.records import Claim, Evidence, Paper
from assistant.domain.selection import Selection
from assistant.retrieval.filters import Filter

if TYPE_CHECKING:
    from assistant.ingest.documents import TitleOf
    from assistant.library.reports import Report
    from assistant.retrieval.library_finder import LibraryFinder


class Library(LibraryParts):
    """Papers to ask about, as `open_library` returns it. A context manager; where several threads use it, one after the
    other (`turn`)."""

    def __enter__(self) -> "Library":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(
        self,
        question: str,
        *,
        limit: int | None = None,
        since: Day = None,
        until: Day = None,
        source: str | None = None,
        tag: Tags = None,
        on_token: OnToken | None = None,
    ) -> Answer:
        """Return an answer whose every claim has a verdict; it abstains where no answer was found.

        At most `limit` papers (None: 8, up to 24 for a model with room) are evidence: dated from `since` to `until`,
        listed in a source with `source` in its name, with the tag `tag`, or all of several. `on_token` gets a model's
        reply as it arrives, unchecked. Without the embedder's model it abstains, with papers found by words. Raises
        `UsageError`, `ModelError`, `LibraryError`.
        """
        from assistant.answering import pipeline

        papers_filter = paper_filter(since, until, source, tag)
        words = arguments.words(question, "question")
        if self.missing:
            ids = self.admitted(papers_filter)
            return by_words.answer(self.snapshot, words, self._models.papers_read(limit), ids, self.missing)
        return pipeline.ask(self.pipeline(limit, papers_filter, on_token), words)

    def search(
        self,
        query: str,
        *,
        limit: int = 10,
        since: Day = None,
        until: Day = None,
        source: str | None = None,
        tag: Tags = None,
    ) -> tuple[Evidence, ...]:
        """Return the papers nearest to some words, best first; the rest as for `ask`."""
        words = arguments.words(query, "query")
        self.snapshot.refresh()
        return self.nearest(words, arguments.positive(limit), self.admitted(paper_filter(since, until, source, tag)))

    def similar(self, id: str, *, limit: int = 10, papers_filter: Filter | None = None) -> tuple[Evidence, ...]:
        """Return the papers that pass the filter whose vectors are nearest to that of the paper with this id, without
        itself. No model is needed. Raises `LibraryError` where there is no such paper."""
        from assistant.retrieval.similar import similar

        snapshot = self.as_stored()
        ids = admitted(snapshot, papers_filter, self.on_message) if papers_filter else None
        return similar(snapshot, id, arguments.positive(limit), ids)

    def verify(self, text: str, *, bibliography: str | Path | Iterable[str | Path] = ()) -> tuple[Claim, ...]:
        r"""Return the claims of a text, plain, Markdown or LaTeX, with their verdicts.

        A claim cites by titles, ids or keys of papers in square brackets, several separated by semicolons; as [@key] or
        \cite{key}; or by authors and year. `bibliography` is a .bib, or several, whose keys come before those of the
        library. Raises `UsageError`, `LibraryError`."""
        from assistant.app import verifying

        words = arguments.words(text, "text")
        self.snapshot.refresh()
        verifier = verifying.with_keys(self.verifier(), arguments.paths(bibliography), self.on_message)
        return tuple(claim for _, claim in verifying.verify_text(verifier, words))

    def ingest(
        self,
        paths: str | Path | Iterable[str | Path] = (),
        *,
        documents: Iterable[Any] = (),
        title: "TitleOf | None" = None,
        as_of: date | None = None,
        dry_run: bool = False,
        on_progress: OnProgress | None = None,
    ) -> "Report":
        """Add the papers of files and folders; what could not be read is in the report, as `rejected`.

        `documents` are added too: what a llama-index reader loaded, or a splitter made of it, a paper a document; see
        `ingest.documents`. `title` gives the title of one whose metadata do not.
        `as_of` is the day when pages were taken, for dates without a year. With `dry_run` nothing changes. The folder
        is made where it is not there. Raises `UsageError`, `LockedError`, `FingerprintError`, `LibraryError`."""
        from assistant import ingest
        from assistant.app import served
        from assistant.ingest import origins
        from assistant.ingest.documents import entries

        names = arguments.paths(paths)
        files = list(origins.origins(names))
        rows = [*ingest.read(names, as_of, date.today()), *entries(documents, title)]
        progress = on_progress or (lambda *_: None)
        place = self.settings, self._environment
        report = served.add(*place, rows, self.embedder, origins=files, dry_run=dry_run, on_progress=progress)
        self.close()  # the sample may have stood in for what was an empty library
        return report

    def papers(
        self,
        *,
        since: Day = None,
        until: Day = None,
        source: str | None = None,
        tag: Tags = None,
        match: str = "",
        unread: bool | None = None,
    ) -> tuple[Paper, ...]:
        """Return the papers in the order they were added; whichever embedder the library was made with. `match` are
        words that each has in what is known of it, or in its notes; with `unread` only those that are not marked as
        read, with False only those that are."""
        return tuple(self.each_paper(paper_filter(since, until, source, tag), Selection(match, unread)))

    def each_paper(self, papers_filter: Filter, selection: Selection) -> Iterator[Paper]:
        """Yield what `papers` returns, in the order of the selection; no more are read than are called for."""
        return reading.select(self.as_stored(), papers_filter, self.on_message, selection)

    def days(self, papers_filter: Filter, selection: Selection, limit: int | None = None) -> dict[date | None, int]:
        """Return {day, None for none: how many of the first `limit` papers that `each_paper` yields are dated so}; the
        papers are not read."""
        return reading.days(self.as_stored(), papers_filter, self.on_message, selection, limit)

    def finder(self) -> "LibraryFinder":
        """Return what finds papers by their names; whichever embedder the library was made with."""
        from assistant.retrieval import library_finder

        return library_finder.of_library(self.as_stored())

    def annotations(self, ids: Sequence[str] | None = None) -> dict[str, Annotations]:
        """Return {paper id: its tags, notes and when it was read}, of those of these papers (None: of all) of which
        something is said."""
        return reading.said(self.as_stored(), self.on_message, ids)

    def nearest(self, words: str, limit: int, allowed: frozenset[str] | None) -> tuple[Evidence, ...]:
        """Return at most `limit` papers nearest to some words, of those with these ids (None: all).

        Where the embedder's model is not on this machine words alone are compared, and `on_message` is told so.
        """
        if self.missing is None:
            from assistant.retrieval import retriever

            return retriever.search(self.snapshot, self.embedder, words, limit, allowed)
        from assistant.retrieval import words as word_search

        self._models.tell_missing()
        return word_search.search(self.snapshot, words, limit, allowed)

    def citation_keys(self, papers: Sequence[Paper]) -> dict[str, str]:
        """Return {paper id: the key that people cite it by, such as "gao2022scaling"}, unique in the library."""
        from assistant.publishing.citation_keys import library_citation_keys

        return library_citation_keys(self.as_stored(), papers)
