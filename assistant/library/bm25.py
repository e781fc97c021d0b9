"""Titles and abstracts <-> a BM25 index (tantivy): words to papers, with scores."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.domain.errors import LibraryError
from assistant.library import disk
from assistant.library.index import REINDEX

_ANALYSER = "english"
_TITLE_WEIGHT = 3
"""How often a title counts against once for the abstract. One field with the title repeated ranks far better than a
boosted field of its own (nDCG@10 on SciFact's train queries 0.70 against 0.59): its words weigh by one frequency."""
_HEAP = 15_000_000  # bytes for the writer; tantivy's minimum for one thread


class BM25Index:
    """An open, immutable word index; documents are numbered as they were added, from 0."""

    def __init__(self, index: Any) -> None:
        self._index = index
        self._analyser = _analyser()
        self._index.register_tokenizer(_ANALYSER, self._analyser)
        self._index.reload()
        self._searcher = index.searcher()

    @property
    def size(self) -> int:
        """The number of papers."""
        return int(self._searcher.num_docs)

    def search(self, words: str, limit: int) -> list[tuple[int, float]]:
        """Return (number, BM25 score) of at most `limit` papers that share a word with `words`, best first."""
        import tantivy

        occurs = [(tantivy.Occur.Should, self._term(term)) for term in self.terms(words)]
        if not occurs or not limit:
            return []
        hits = self._searcher.search(tantivy.Query.boolean_query(occurs), limit, count=False).hits
        if not hits:
            return []
        numbers = self._searcher.fast_field_values("number", [address for _, address in hits])
        return [(int(number), float(score)) for number, (score, _) in zip(numbers, hits, strict=True)]

    def terms(self, words: str) -> list[str]:
        """Return the distinct index terms of `words`: lower case, stemmed, without stop words."""
        return list(dict.fromkeys(self._analyser.analyze(words)))

    def frequency(self, term: str) -> int:
        """Return in how many papers an index term occurs."""
        return int(self._searcher.doc_freq("text", term))

    def near(self, word: str, limit: int) -> list[int]:
        """Return the numbers of at most `limit` papers with an index term within two edits of this word's; none for a
        word that the index leaves out."""
        import tantivy

        terms = self.terms(word)
        if len(terms) != 1:
            return []
        query = tantivy.Query.fuzzy_term_query(self._index.schema, "text", terms[0], distance=2)
        hits = self._searcher.search(query, limit, count=False).hits
        if not hits:
            return []
        return [int(number) for number in self._searcher.fast_field_values("number", [address for _, address in hits])]

    def _term(self, term: str) -> Any:
        import tantivy

        return tantivy.Query.term_query(self._index.schema, "text", term, "freq")


def build_index(papers: Iterable[tuple[str, str]], folder: Path | None) -> BM25Index:
    """Index (title, abstract) pairs in the order given, in `folder` or, where that is None, in memory."""
    import tantivy

    schema = tantivy.SchemaBuilder()
    schema.add_integer_field("number", stored=False, indexed=False, fast=True)
    schema.add_text_field("text", stored=False, tokenizer_name=_ANALYSER, index_option="freq")
    with _translated(folder):
        index = tantivy.Index(schema.build(), path=None if folder is None else str(folder))
        index.register_tokenizer(_ANALYSER, _analyser())
        writer = index.writer(heap_size=_HEAP, num_threads=1)
        for number, (title, abstract) in enumerate(papers):
            writer.add_document(tantivy.Document(number=number, text=f"{title} " * _TITLE_WEIGHT + abstract))
        writer.commit()
        writer.wait_merging_threads()
        return BM25Index(index)


def open_index(folder: Path) -> BM25Index:
    """Open the index in `folder`; raises `LibraryError` where it is missing or damaged."""
    import tantivy

    with _translated(folder):
        return BM25Index(tantivy.Index.open(str(folder)))


def _analyser() -> Any:
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
        # Beside these, the bindings raise a panic of tantivy's own code, which is no Exception and has no public name.
        if not isinstance(error, ValueError | OSError | RuntimeError) and type(error).__name__ != "PanicException":
            raise
        full = disk.full(folder, error) if folder else None
        raise full or LibraryError("the word index failed", path=folder, cause=str(error), cure=REINDEX) from error
