"""A claim and abstracts -> the support by each, and the sentence to quote: located evidence, not proof."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index
from assistant.verification.support import classifier, features, matching
from assistant.verification.support.features import Match
from assistant.verification.support.matching import PreparedAbstract, PreparedClaim
from assistant.verification.support.terms import Vocabulary

_MOST_HELD = 4_000  # prepared abstracts kept, about 25 KB each


@dataclass(frozen=True, slots=True)
class Support:
    """What one abstract has of a claim."""

    score: float
    """Log-odds, from the claim and this abstract only."""
    match: Match


class SupportScorer:
    """Measures claims against the abstracts of one library; keeps what it prepared for the next claim."""

    def __init__(self, words: BM25Index) -> None:
        self.words = Vocabulary(words)
        self._held: dict[str, PreparedAbstract] = {}

    def claim(self, text: str, vector: NDArray[np.float32]) -> PreparedClaim:
        """Prepare a claim, whose unit vector is `vector`."""
        return matching.prepare_claim(text, vector, self.words)

    def abstract(self, held: Abstract) -> PreparedAbstract:
        """Prepare an abstract, or find it prepared."""
        found = self._held.get(held.paper.id)
        if found is None or found.abstract is not held:
            if len(self._held) >= _MOST_HELD:
                self._held.clear()
            found = self._held[held.paper.id] = matching.prepare_abstract(held, self.words)
        return found

    def support(self, wanted: PreparedClaim, held: Abstract) -> Support:
        """Return the support of a claim by an abstract."""
        match = features.match(wanted, self.abstract(held))
        return Support(classifier.support(features.paper(wanted, match)), match)

    def best(self, wanted: PreparedClaim, held: Abstract, found: Support) -> int:
        """Return the index of the sentence to quote; -1 for an abstract without any."""
        if not held.sentences:
            return -1
        return int(
            np.argmax(
                classifier.sentence_scores(features.sentences(wanted, found.match, self.abstract(held), self.words))
            )
        )


def together(wanted: PreparedClaim, cited: list[Support]) -> tuple[float, list[float]]:
    """Return the support by several abstracts read as one, and the share of the claim that only each one holds."""
    matches = [support.match for support in cited]
    similar = np.concatenate([match.similar for match in matches])
    joined = Match(np.vstack([match.sentences for match in matches]), similar)
    score = classifier.support(features.paper(wanted, joined))
    held = np.array([match.sentences.max(axis=0, initial=0.0) for match in matches])
    total = float(wanted.weights.sum()) or 1.0
    alone = [held[i] - np.delete(held, i, axis=0).max(axis=0, initial=0.0) for i in range(len(cited))]
    return score, [float(np.maximum(own, 0) @ wanted.weights) / total for own in alone]
