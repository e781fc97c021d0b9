"""A claim and abstracts -> the support by each, and the sentence to quote: located evidence, not proof."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index
from assistant.models.base import Embedder
from assistant.verification.lexicon import Lexicon
from assistant.verification.support import classifier, features, matching
from assistant.verification.support.classifier import Classifier
from assistant.verification.support.features import Match
from assistant.verification.support.matching import PreparedAbstract, PreparedClaim
from assistant.verification.support.terms import Vocabulary

_CACHE_SIZE = 4_000  # prepared abstracts kept, about 25 KB each


@dataclass(frozen=True, slots=True)
class Support:
    """How well one abstract supports a claim."""

    score: float
    """Log-odds, from the claim and this abstract only."""
    match: Match


class SupportScorer:
    """Measures claims against the abstracts of one library; keeps what it prepared for the next claim."""

    def __init__(self, words: BM25Index, classifier: Classifier) -> None:
        self.words = Vocabulary(words)
        self.classifier = classifier
        self.lexicon = Lexicon(self.words.terms)
        self._prepared: dict[str, PreparedAbstract] = {}

    @classmethod
    def fitted(cls, words: BM25Index, embedder: Embedder) -> "SupportScorer":
        """Return the scorer with the numbers fitted to this embedder, or the generic ones; raises `AssistantError`."""
        return cls(words, classifier.load(embedder.fingerprint))

    def prepare_claim(self, text: str, vector: NDArray[np.float32]) -> PreparedClaim:
        """Prepare a claim, whose unit vector is `vector`."""
        return matching.prepare_claim(text, vector, self.words)

    def prepare_abstract(self, abstract: Abstract) -> PreparedAbstract:
        """Return an abstract prepared, from the cache where it is there."""
        prepared = self._prepared.get(abstract.paper.id)
        if prepared is None or prepared.abstract is not abstract:
            if len(self._prepared) >= _CACHE_SIZE:
                self._prepared.clear()
            prepared = self._prepared[abstract.paper.id] = matching.prepare_abstract(abstract, self.words)
        return prepared

    def support(self, claim: PreparedClaim, abstract: Abstract) -> Support:
        """Return the support of a claim by an abstract."""
        match = features.match(claim, self.prepare_abstract(abstract))
        return Support(self.classifier.support(features.paper(claim, match)), match)

    def best_sentence(self, claim: PreparedClaim, abstract: Abstract, support: Support) -> int:
        """Return the index of the sentence to quote; -1 for an abstract without any."""
        if not abstract.sentences:
            return -1
        cosines = None if self.classifier.is_generic else (abstract.vectors @ claim.vector).astype(np.float64)
        rows = features.sentences(claim, support.match, self.prepare_abstract(abstract), self.words, cosines)
        return int(np.argmax(self.classifier.sentence_scores(rows)))

    def together(self, claim: PreparedClaim, cited: Sequence[Support]) -> tuple[float, list[float]]:
        """Return the support (log-odds) by several abstracts read as one, and for each the share of the claim's term
        weight that only this one covers."""
        matches = [support.match for support in cited]
        joined = Match(np.vstack([match.sentences for match in matches]), max(match.similar for match in matches))
        score = self.classifier.support(features.paper(claim, joined))
        covered = np.array([match.sentences.max(axis=0, initial=0.0) for match in matches])
        total = float(claim.weights.sum()) or 1.0
        alone = [covered[i] - np.delete(covered, i, axis=0).max(axis=0, initial=0.0) for i in range(len(cited))]
        return score, [float(np.maximum(own, 0) @ claim.weights) / total for own in alone]
