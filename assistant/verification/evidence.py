"""One citation of a claim, with the abstract that it cites -> what checks may look at, measured when they do."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from assistant.domain.records import Finding
from assistant.domain.verdicts import Verdict
from assistant.library.abstracts import Abstract
from assistant.models.base import Reranker
from assistant.verification import clauses, quotes
from assistant.verification.facts import MissingFacts
from assistant.verification.support import Support, SupportScorer, classifier
from assistant.verification.support.classifier import SupportVerdict
from assistant.verification.support.matching import PreparedClaim

_SENTENCES = 2  # of an abstract that may be the one that a claim restates


@dataclass(frozen=True)
class CitedEvidence:
    """What a check may look at; what costs time is measured when the first check asks for it."""

    key: str
    """What the claim cites: a key, or whatever name stood in its place."""
    claim: PreparedClaim
    abstract: Abstract | None
    """None where `key` names no paper that may be cited."""
    support: Support | None
    """By this abstract; None where there is none."""
    missing: MissingFacts
    """The facts of the claim that none of the abstracts it cites has."""
    rival: tuple[float, str] | None
    """Support by the best paper that the claim does not cite (log-odds), and its title."""
    is_part: bool
    """Whether several papers are cited that support the claim together, and this one adds something of its own."""
    scorer: SupportScorer
    reranker: Reranker | None = None
    """Compares the claim with its opposite; None where there is no cross-encoder."""
    unknown: str = ""
    """Why `key` names no paper, where more is known than that."""
    sentence: str = ""
    """The sentence that the citation points at; "" where it points at the paper alone."""

    @property
    def noun(self) -> str:
        """What a person is told that the claim was compared with."""
        return "paper" if self.abstract and self.abstract.body else "abstract"

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the abstract and what counts of the full text; none where the paper has no abstract."""
        return self.abstract.sentences if self.abstract else ()

    @cached_property
    def nearest_sentence(self) -> str:
        """The sentence of the abstract to quote for the claim: the one that the citation points at, else the one that
        fits best; "" where there is none."""
        if not self.abstract or not self.support or not self.sentences:
            return ""
        if self.sentence in self.sentences:
            return self.sentence
        return self.sentences[self.scorer.best_sentence(self.claim, self.abstract, self.support)]

    @cached_property
    def likeliest_sentences(self) -> tuple[str, ...]:
        """The sentences of the abstract that share most of the claim's words, and the one to quote."""
        if not self.support or not self.sentences:
            return ()
        shares = self.support.match.sentences @ self.claim.weights
        order = sorted(range(len(self.sentences)), key=lambda place: -shares[place])[:_SENTENCES]
        return tuple(dict.fromkeys([*(self.sentences[place] for place in order), self.nearest_sentence]))

    @property
    def premise(self) -> str:
        """What a checker reads of the paper: its title, and the sentences that the claim may restate, in their
        order."""
        located = set(self.likeliest_sentences)
        sentences = " ".join(sentence for sentence in self.sentences if sentence in located)
        return f"{self.abstract.paper.title}: {sentences}" if self.abstract else ""

    @cached_property
    def unsaid_clause(self) -> str:
        """The clause of the claim of which the paper has hardly a word though it has another one; "" for none."""
        if not self.abstract or not self.support or not self.sentences:
            return ""
        words = self.scorer.words.terms
        in_title = np.isin(self.claim.terms, words(self.abstract.paper.title))
        said = np.maximum(self.support.match.sentences.max(axis=0, initial=0.0), in_title)
        return clauses.unsaid(self.claim, said, words)

    @cached_property
    def verdict(self) -> SupportVerdict:
        """What the support by this abstract and by its rival amounts to."""
        return self.scorer.classifier.verdict(self.support.score, self._rivals) if self.support else "unsupported"

    @cached_property
    def probability(self) -> float:
        """How likely this is the right paper to cite, 0 to 1 with 4 digits; 0 where it has no abstract."""
        if not self.support or not self.sentences:
            return 0.0
        return round(classifier.probability(self.scorer.classifier.contrast(self.support.score, self._rivals)), 4)

    @property
    def _rivals(self) -> list[float]:
        return [self.rival[0]] if self.rival else []

    def quoted(self, quote: str) -> str:
        """Return the sentences of the abstract in which `quote` stands word for word, "" where it does not."""
        return quotes.find(quote, self.sentences, self.abstract.text) if self.abstract and quote else ""

    def finding(self, verdict: Verdict, reason: str = "", *, quote: str = "", score: float | None = None) -> Finding:
        """Return a finding about this citation; its step is filled in by the cascade.

        `quote` is the nearest sentence unless another is given, `score` the probability.
        """
        quote = quote or self.nearest_sentence
        return Finding(
            self.abstract.paper if self.abstract else None,
            self.key,
            verdict,
            "",
            quote,
            self.probability if score is None else score,
            reason,
            self.abstract.page(quote) if self.abstract else None,
        )
