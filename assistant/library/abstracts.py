"""Papers of a library -> their texts ready to be searched for support: sentences, and vectors where asked for.

Of a full text only the passages count that are near to what is asked or claimed: a paper as a whole has most words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from assistant.domain import sentences
from assistant.domain.errors import LibraryError
from assistant.domain.full_texts import Passage
from assistant.domain.records import Paper
from assistant.library import chunks, embeddings, full_texts
from assistant.library.bm25 import BM25Index
from assistant.library.index import REINDEX
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import Embedder

_NEAREST = 2
"""Passages of a full text that are evidence for being nearest by their vectors, and as many for their words: with the
abstract about as many sentences as `chunks.MOST_SENTENCES`."""

_GAP = "[…]\n\n"
"""Between texts that do not follow each other: no quote goes from the end of one to the beginning of the next."""


@dataclass(frozen=True)
class Body:
    """The full text of a paper, ready to be searched."""

    passages: tuple[Passage, ...]
    vectors: NDArray[np.float32]
    """One unit row a passage."""
    words: BM25Index

    @cached_property
    def terms(self) -> tuple[frozenset[str], ...]:
        """The index terms of each passage, computed when first asked for."""
        return tuple(frozenset(self.words.terms(passage.text)) for passage in self.passages)

    def nearest(self, vector: NDArray[np.float32], weights: Mapping[str, float], saying: Sequence[str]) -> set[int]:
        """Return the numbers of the passages that are nearest to a unit vector, of those that have most of the weight
        of some index terms, and of those that have one of some texts as it is."""
        by_vector = np.argsort(-(self.vectors @ vector), kind="stable")[:_NEAREST]
        shares = [sum(weights[term] for term in terms & weights.keys()) for terms in self.terms]
        by_words = sorted((n for n, share in enumerate(shares) if share), key=lambda n: -shares[n])[:_NEAREST]
        verbatim = (n for n, passage in enumerate(self.passages) if any(text in passage.text for text in saying))
        return {*map(int, by_vector), *by_words, *verbatim}


@dataclass(frozen=True)
class Abstract:
    """One paper's abstract, sentence by sentence, and after it the sentences of what counts of its full text."""

    paper: Paper
    sentences: tuple[str, ...]
    whole: NDArray[np.float32]
    """The unit vector of title and abstract together."""
    embedder: Embedder
    """What made that vector."""
    words: BM25Index
    """The word index of its library."""
    body: Body | None = None
    """The full text; None where there is none."""
    numbers: tuple[int, ...] = ()
    """The numbers of the passages of the full text whose sentences are among `sentences`."""

    @cached_property
    def terms(self) -> tuple[frozenset[str], ...]:
        """The index terms of each sentence, computed when first asked for."""
        return tuple(frozenset(self.words.terms(sentence)) for sentence in self.sentences)

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """One unit row a sentence, computed when first asked for. Raises `ModelError`."""
        if not self.sentences:
            return np.empty((0, len(self.whole)), np.float32)
        return self.embedder.embed(self.sentences)

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The passages of the full text that count."""
        return tuple(self.body.passages[number] for number in self.numbers) if self.body else ()

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What the sentences are of, in their order: the abstract, and the passages that count."""
        return self.paper.abstract, *(passage.text for passage in self.passages)

    @cached_property
    def stretches(self) -> tuple[range, ...]:
        """The places of the sentences of each of `texts`: what is told by the place of a sentence is told within."""
        ends = np.cumsum([0, *(len(_sentences(passage)) for passage in self.passages)]) + self._own
        return range(self._own), *(range(int(start), int(end)) for start, end in pairwise(ends))

    @property
    def _own(self) -> int:
        """The number of the sentences of the abstract."""
        return len(self.sentences) - sum(len(_sentences(passage)) for passage in self.passages)

    def stretch(self, place: int) -> range:
        """Return the places of the sentences of the text that the sentence at a place is of."""
        return next(stretch for stretch in self.stretches if place in stretch)

    def page(self, quote: str) -> int | None:
        """Return the page that a quote begins on; None where it is of the abstract."""
        if not quote or quote in self.paper.abstract:
            return None
        for passage in self.passages:
            if (start := passage.text.find(quote)) >= 0:
                return passage.page_at(start)
        beginnings = (sentence for sentence in self.sentences[self._own :] if quote.startswith(sentence))
        return next((self.page(sentence) for sentence in beginnings if sentence != quote), None)

    def nearness(self, vector: NDArray[np.float32]) -> float:
        """Return the cosine of a unit vector with title and abstract, or with the nearest passage that counts."""
        rows = [self.body.vectors[number] for number in self.numbers] if self.body else []
        return float(max(row @ vector for row in (self.whole, *rows)))

    @property
    def text(self) -> str:
        """The abstract, and the passages that count, with a mark between what does not follow each other."""
        before = (None, *self.numbers)
        parts = zip(self.passages, before, self.numbers, strict=False)
        gaps = (f"{'' if number - 1 == last else _GAP}{passage.text}" for passage, last, number in parts)
        return "\n\n".join((self.paper.abstract, *gaps))

    def toward(
        self, vector: NDArray[np.float32], weights: Mapping[str, float], saying: Sequence[str] = ()
    ) -> "Abstract":
        """Return this with the passages of the full text that are nearest to a question or a claim, beside those that
        count already; `vector` is its unit vector, `weights` what its index terms weigh. Passages that have one of the
        texts `saying` count too."""
        return self.with_passages(self.body.nearest(vector, weights, saying)) if self.body else self

    def with_passages(self, further: Iterable[int]) -> "Abstract":
        """Return this with the passages of these numbers beside those that count already."""
        numbers = tuple(sorted({*self.numbers, *further}))
        if self.body is None or numbers == self.numbers:
            return self
        passages = [self.body.passages[number] for number in numbers]
        added = [sentence for passage in passages for sentence in _sentences(passage)]
        return replace(self, sentences=(*self.sentences[: self._own], *added), numbers=numbers)


def read(library: LibrarySnapshot, papers: Sequence[Paper], embedder: Embedder) -> dict[str, Abstract]:
    """Return {paper id: abstract}; `embedder`, which made the library's vectors, makes those of sentences when needed.

    Raises `LibraryError` for a paper whose vectors or full text are not as they were stored, or not of one text.
    """
    blobs = dict(library.catalogue.embeddings([paper.id for paper in papers]))
    return {paper.id: _abstract(paper, blobs.get(paper.id), library, embedder) for paper in papers}


def embed_sentences(abstracts: Iterable[Abstract]) -> None:
    """Compute the vectors of all these sentences at once, rather than paper by paper. Raises `ModelError`."""
    missing = [abstract for abstract in abstracts if abstract.sentences and "vectors" not in vars(abstract)]
    if len(missing) > 1:
        matrix = missing[0].embedder.embed([text for abstract in missing for text in abstract.sentences])
        ends = np.cumsum([len(abstract.sentences) for abstract in missing])
        for abstract, vectors in zip(missing, np.split(matrix, ends[:-1]), strict=True):
            vars(abstract)["vectors"] = vectors  # as `cached_property` keeps it


def _abstract(paper: Paper, blob: bytes | None, library: LibrarySnapshot, embedder: Embedder) -> Abstract:
    dimension = library.dimension
    matrix = embeddings.decode(blob, dimension) if blob is not None else np.empty((0, dimension), np.float32)
    passages = full_texts.require(library.catalogue, paper)
    if len(matrix) != chunks.count_of(paper) or (paper.full_text and len(passages) != paper.full_text.count):
        what = f"the vectors of {paper.title[:80]!r} are missing, not as they were stored, or not those of its text"
        raise LibraryError(what, path=paper.id, cure=REINDEX)
    body = Body(passages, matrix[-len(passages) :], library.words) if passages else None
    return Abstract(paper, chunks.sentences_of(paper), matrix[0], embedder, library.words, body)


def _sentences(passage: Passage) -> tuple[str, ...]:
    return tuple(passage.text[start:end] for start, end in sentences.split(passage.text))
