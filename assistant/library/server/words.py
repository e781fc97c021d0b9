"""Words and a filter -> the papers of a server that have them, with the BM25 scores that a folder's word index gives.

The server finds candidates: by sparse vectors where it has these, else by the full-text search of the documents for the
rarest words, until no paper without them can be among the best. Scores are computed here, from the candidates' texts
and from how many papers have a word.
"""

import heapq
import math
from collections import Counter
from collections.abc import Collection, Iterable
from itertools import islice
from typing import Any

from assistant.library import bm25
from assistant.library.bm25 import K1, B
from assistant.library.server import records
from assistant.library.server.catalogue import ServerCatalogue
from assistant.library.server.client import PAGE
from assistant.library.server.records import DRAWS
from assistant.library.word_search import WordSearch

_MOST = 20_000  # papers with a word that are asked for by their ids; of a more frequent word a share is counted
_CANDIDATES = 5_000  # texts that are read for one question at most, the rarest words' first
HIDDEN = 5_000  # records of other versions that are known by their ids
_KEPT = 50_000  # papers whose words are kept for the next question


class ServerWords(bm25.BM25Index):
    """What the library knows of words: how many papers have one."""

    def __init__(self, catalogue: ServerCatalogue) -> None:
        self._catalogue = catalogue
        self._analyser = bm25.analyser()
        self._postings: dict[str, list[str] | None] = {}
        self._frequencies: dict[str, int] = {}
        rows = catalogue.store.get(where=records.hidden(catalogue.now.number), include=(), limit=HIDDEN)
        self.hidden = frozenset(row.id for row in rows)
        """Records that this version does not show: those staged, and those superseded but not swept."""

    @property
    def size(self) -> int:
        """The number of papers."""
        return self._catalogue.size()

    def occurrences(self, text: str) -> Counter[str]:
        """Return how often a text has each of its index terms."""
        return Counter(self._analyser.analyze(text))

    def frequency(self, term: str) -> int:
        """Return in how many papers an index term occurs; of a very frequent one, about."""
        if term not in self._frequencies:
            ids = self.postings(term)
            self._frequencies[term] = self._estimate(term) if ids is None else len(ids)
        return self._frequencies[term]

    def postings(self, term: str) -> list[str] | None:
        """Return the ids of the papers with an index term; None where there are very many."""
        if term not in self._postings:
            store, most = self._catalogue.store, min(_MOST, 4 * self._catalogue.store.most_ids)
            rows = store.get(words=records.containing(term), include=(), limit=most + 1)
            ids = [records.paper_of(row.id) for row in rows if row.id not in self.hidden]
            self._postings[term] = None if len(rows) > most else list(dict.fromkeys(ids))
        return self._postings[term]

    def _estimate(self, term: str) -> int:
        """Return about how many papers have a term that very many have: as many times more than those of a sample as
        the library is larger than that."""
        share = min(max(DRAWS * self._catalogue.store.most_ids // max(self.size, 1), 1), DRAWS)
        drawn = {"draw": {"$lt": share}}
        rows = self._catalogue.store.get(where=drawn, words=records.containing(term), include=())
        return min(round(len(rows) * DRAWS / share), self.size)


class ServerWordSearch(WordSearch):
    """The search for words of one version."""

    def __init__(self, catalogue: ServerCatalogue, *, sparse: bool) -> None:
        self._catalogue: ServerCatalogue = catalogue
        self._is_sparse = sparse
        self.index: ServerWords = ServerWords(catalogue)
        self._known: dict[str, int] = {}
        self._counts: dict[str, tuple[Counter[str], int]] = {}

    def scores(self, text: str, limit: int, among: Collection[str] | None = None) -> dict[str, float]:
        """Return {paper id: BM25 score}, best first, of at most `limit` papers that share a word with a text; of those
        with the ids `among` (None: of all)."""
        terms = self.index.terms(text)
        if not terms or not limit or (among is not None and not among):
            return {}
        weights = {term: _idf(self.index.frequency(term), self.index.size) for term in terms}
        if among is not None and len(among) <= _CANDIDATES:
            scores = self._scored(among, weights)
        else:
            allowed = None if among is None else frozenset(among)
            scores = (
                self._by_vector(weights, limit, allowed) if self._is_sparse else self._by_text(weights, limit, allowed)
            )
        best = heapq.nsmallest(limit, scores, key=lambda id: (-scores[id], self._known.get(id, 0)))
        return {id: scores[id] for id in best}

    def near(self, word: str, limit: int) -> list[str]:
        """Return the ids of at most `limit` papers with a word that is one slip away from this one."""
        if len(self.index.terms(word)) != 1 or not word.isalpha() or not word.isascii():
            return []
        pattern = rf"\b(?:{'|'.join(_slips(word))})\b"
        rows = self._catalogue.store.get(words={"$regex": pattern}, include=(), limit=limit)
        return [records.paper_of(row.id) for row in rows if row.id not in self.index.hidden]

    def _by_text(self, weights: dict[str, float], limit: int, allowed: frozenset[str] | None) -> dict[str, float]:
        """Score the papers with the rarest words, and those with less rare ones while such could still be among the
        best: of a term BM25 gives no more than k1 + 1 times its idf."""
        scores: dict[str, float] = {}
        rarest = sorted(weights, key=lambda term: -weights[term])
        for place, term in enumerate(rarest):
            rest = (K1 + 1) * sum(weights[other] for other in rarest[place:])
            if len(scores) >= limit and heapq.nlargest(limit, scores.values())[-1] >= rest:
                break
            ids = self.index.postings(term)
            fresh = (id for id in ids or () if id not in scores and (allowed is None or id in allowed))
            scores |= self._scored(list(islice(fresh, max(_CANDIDATES - len(scores), 0))), weights)
        if not scores:  # of very frequent words alone: the first papers that have them all
            conditions: Any = [records.containing(term) for term in rarest]
            words = conditions[0] if len(conditions) == 1 else {"$and": conditions}
            rows = self._catalogue.store.get(words=words, include=(), limit=_CANDIDATES)
            papers = dict.fromkeys(records.paper_of(row.id) for row in rows)
            scores = self._scored([id for id in papers if allowed is None or id in allowed], weights)
        return scores

    def _by_vector(self, weights: dict[str, float], limit: int, allowed: frozenset[str] | None) -> dict[str, float]:
        """Score the papers that the server's search of sparse vectors calls the best."""
        count = limit + len(self.index.hidden)
        while True:
            found = self._catalogue.store.nearest_sparse(*records.sparse_query(weights), count)
            ids = [records.paper_of(id) for id in found if id not in self.index.hidden]
            scores = self._scored([id for id in ids if allowed is None or id in allowed], weights)
            if len(scores) >= limit or len(found) < min(count, PAGE):
                return scores
            count *= 8

    def _scored(self, ids: Collection[str], weights: dict[str, float]) -> dict[str, float]:
        """Return the BM25 scores of those of these papers that have one of the terms."""
        self._read(ids)
        mean = self._catalogue.now.counts.terms / max(self.index.size, 1)
        scores: dict[str, float] = {}
        for id in ids:
            if id not in self._counts:
                continue
            occurrences, length = self._counts[id]
            norm = K1 * (1 - B + B * length / mean) if mean else K1
            score = sum(
                weight * (K1 + 1) * occurrences[term] / (occurrences[term] + norm)
                for term, weight in weights.items()
                if term in occurrences
            )
            if score > 0:
                scores[id] = score
        return scores

    def _read(self, ids: Collection[str]) -> None:
        """Count the terms of these papers that were not counted yet."""
        missing = [id for id in ids if id not in self._counts]
        if len(self._counts) + len(missing) > _KEPT:
            self._counts, missing = {}, list(ids)
        for row in self._catalogue.whole(missing):
            occurrences = self.index.occurrences(records.text(row))
            id = records.paper_of(row.id)
            self._counts[id] = occurrences, _rounded(sum(occurrences.values()))
            self._known[id] = row.metadata["position"]


def _idf(frequency: int, papers: int) -> float:
    """Return ln(1 + (N - df + 0.5) / (df + 0.5)), the idf of BM25 as Lucene and tantivy have it."""
    return math.log(1 + (papers - frequency + 0.5) / (frequency + 0.5))


def _rounded(length: int) -> int:
    """Return the length that tantivy keeps of a text in one byte: exact below 40, then the four highest bits of what is
    over 24 (Lucene's SmallFloat.intToByte4)."""
    over = length - 24
    if over < 16:
        return length
    shift = over.bit_length() - 4
    return 24 + (over >> shift << shift)


def _slips(word: str) -> Iterable[str]:
    """Yield patterns of the words that one slip makes of a word, after its first letter: a letter more, less or
    another, or two swapped."""
    for place in range(1, len(word) + 1):
        before, after = word[:place], word[place:]
        yield f"{before}[a-z]{after}"
        if after:
            yield f"{before}{after[1:]}"
            yield f"{before}[a-z]{after[1:]}"
        if len(after) > 1:
            yield f"{before}{after[1]}{after[0]}{after[2:]}"
