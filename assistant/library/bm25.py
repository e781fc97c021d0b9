"""Titles and abstracts <-> a BM25 index (tantivy): words to papers, with scores.

What tantivy has written it never changes: papers that come make further files, until it joins small ones to a large
one. So a folder grows from links to the files of another, which costs what is added.
"""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.domain.errors import LibraryError
from assistant.library import deepening, disk
from assistant.library.index import REINDEX, is_panic

SCHEME = "2"
"""Of an index that can be grown: its papers have numbers that stay theirs, by which they are taken out. In one of
before, that a catalogue names no scheme for, they have those of their order."""
_ANALYSER = "english"
_TITLE_WEIGHT = 3
"""How often a title counts against once for the abstract. One field with the title repeated ranks far better than a
boosted field of its own (nDCG@10 on SciFact's train queries 0.70 against 0.59): its words weigh by one frequency."""
K1, B = 1.2, 0.75
"""The parameters of BM25 that tantivy has (src/query/bm25.rs), as Lucene does."""
_HEAP = 15_000_000  # bytes for the writer; tantivy's minimum for one thread


class BM25Index:
    """An open, immutable word index of numbered papers."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._analyser = analyser()
        self._index.register_tokenizer(_ANALYSER, self._analyser)
        self._index.reload()
        self._searcher = index.searcher()

    @property
    def size(self) -> int:
        """The number of texts: papers, and passages of full texts."""
        return int(self._searcher.num_docs)

    def search(self, words: str, limit: int, among: Sequence[int] | None = None) -> list[tuple[int, float]]:
        """Return (number, BM25 score) of at most `limit` papers that share a word with `words`, best first; of those
        with the numbers `among` (None: of all). A paper of several texts has the score of the best."""
        import tantivy

        occurs = [(tantivy.Occur.Should, self._term(term)) for term in self.terms(words)]
        if not occurs or not limit or (among is not None and not among):
            return []
        query = tantivy.Query.boolean_query(occurs)
        if among is not None:
            numbered = tantivy.Query.term_set_query(self._index.schema, "number", list(among))
            unweighted = tantivy.Query.const_score_query(numbered, 0.0)
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, unweighted)])
        [papers] = deepening.papers(
            lambda count: [self._searcher.search(query, count, count=False).hits], limit, limit, self._papers
        )
        return papers[:limit]

    def terms(self, words: str) -> list[str]:
        """Return the distinct index terms of `words`: lower case, stemmed, without stop words."""
        return list(dict.fromkeys(self._analyser.analyze(words)))

    def frequency(self, term: str) -> int:
        """Return in how many texts an index term occurs."""
        return int(self._searcher.doc_freq("text", term))

    def near(self, word: str, limit: int) -> list[int]:
        """Return the numbers of at most `limit` papers with an index term within two edits of this word's; none for a
        word that the index leaves out."""
        import tantivy

        terms = self.terms(word)
        if len(terms) != 1:
            return []
        query = tantivy.Query.fuzzy_term_query(self._index.schema, "text", terms[0], distance=2)
        return list(dict.fromkeys(self._numbers(self._searcher.search(query, limit, count=False).hits)))

    def _papers(self, hits: Sequence[tuple[float, Any]]) -> list[tuple[int, float]]:
        """Return (number, score) of the papers of hits, best first: each once, with the score of its best text."""
        scores: dict[int, float] = {}
        for number, (score, _) in zip(self._numbers(hits), hits, strict=True):
            scores.setdefault(number, float(score))
        return list(scores.items())

    def _numbers(self, hits: Sequence[tuple[float, Any]]) -> list[int]:
        """Return the number of the paper of each hit."""
        if not hits:
            return []
        return [int(number) for number in self._searcher.fast_field_values("number", [address for _, address in hits])]

    def _term(self, term: str) -> Any:
        import tantivy

        return tantivy.Query.term_query(self._index.schema, "text", term, "freq")


Numbered = Iterable[tuple[int, tuple[str, str]]]
"""Rows of (number, (title, abstract)), or of (number, ("", passage)) for further texts of a paper."""


def build_index(papers: Iterable[tuple[str, str]], folder: Path | None) -> BM25Index:
    """Index (title, abstract) pairs, numbered from 0, in `folder` or, where that is None, in memory."""
    return build_numbered(enumerate(papers), folder)


def build_numbered(papers: Numbered, folder: Path | None) -> BM25Index:
    """Index papers with numbers of their own, in `folder` or, where that is None, in memory."""
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_integer_field("number", stored=False, indexed=True, fast=True)
    schema.add_text_field("text", stored=False, tokenizer_name=_ANALYSER, index_option="freq")
    with _translated(folder):
        index = tantivy.Index(schema.build(), path=None if folder is None else str(folder))
        _write(index, papers, ())
        return BM25Index(index)


def grow_index(folder: Path, papers: Numbered, removed: Iterable[int]) -> None:
    """Take the papers with the numbers `removed` out of the index in `folder`, then add (number, (title, abstract))."""
    import tantivy

    with _translated(folder):
        _write(tantivy.Index.open(str(folder)), papers, removed)


def _write(index: Any, papers: Numbered, removed: Iterable[int]) -> None:
    import tantivy

    index.register_tokenizer(_ANALYSER, analyser())
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    for number in removed:
        writer.delete_documents_by_term("number", number)
    for number, (title, abstract) in papers:
        writer.add_document(tantivy.Document(number=number, text=indexed_text(title, abstract)))
    writer.commit()
    writer.wait_merging_threads()


def open_index(folder: Path) -> BM25Index:
    """Open the index in `folder`; raises `LibraryError` where it is missing or damaged."""
    import tantivy

    with _translated(folder):
        return BM25Index(tantivy.Index.open(str(folder)))


def indexed_text(title: str, abstract: str) -> str:
    """Return the words of a paper that are counted: its title as often as it weighs, and its abstract."""
    return f"{title} " * _TITLE_WEIGHT + abstract


def analyser() -> Any:
    """Return what turns a text into index terms, one for each of its words but stop words."""
    import tantivy

    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    filters: Sequence[Any] = (
        tantivy.Filter.remove_long(60),
        tantivy.Filter.lowercase(),
        tantivy.Filter.ascii_fold(),
        tantivy.Filter.stopword("english"),
        tantivy.Filter.stemmer("english"),
    )
    for step in filters:
        builder = builder.filter(step)
    return builder.build()


@contextlib.contextmanager
def _translated(folder: Path | None) -> Iterator[None]:
    try:
        yield
    except BaseException as error:
        if not isinstance(error, ValueError | OSError | RuntimeError) and not is_panic(error):
            raise
        full = disk.full(folder, error) if folder else None
        raise full or LibraryError("the word index failed", path=folder, cause=str(error), cure=REINDEX) from error
