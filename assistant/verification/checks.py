"""One citation of a claim, with what was measured of it -> a finding, by a cascade of checks, the cheapest first.

To add a check, write a function and give it a row of `CHECKS`: the first row that returns a finding decides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from assistant.domain.errors import AssistantError
from assistant.domain.records import Finding, Paper, Verdict
from assistant.library.abstracts import Abstract
from assistant.verification import negation, quotes
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.facts import MissingFacts
from assistant.verification.support import Support, SupportScorer, classifier
from assistant.verification.support.classifier import SupportVerdict
from assistant.verification.support.matching import PreparedClaim

_MOST_LISTED = 20  # missing facts that a reason names


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
    unknown: str = ""
    """Why `key` names no paper, where more is known than that."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences of the abstract; none where the paper has no abstract."""
        return self.abstract.sentences if self.abstract else ()

    @cached_property
    def nearest_sentence(self) -> str:
        """The sentence of the abstract to quote for the claim, "" where there is none."""
        if not self.abstract or not self.support or not self.sentences:
            return ""
        return self.sentences[self.scorer.best_sentence(self.claim, self.abstract, self.support)]

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
        return quotes.find(quote, self.sentences, self.abstract.paper.abstract) if self.abstract and quote else ""

    def finding(self, verdict: Verdict, reason: str = "", *, quote: str = "", score: float | None = None) -> Finding:
        """Return a finding about this citation; its step is filled in by the cascade.

        `quote` is the nearest sentence unless another is given, `score` the probability.
        """
        return Finding(
            self.abstract.paper if self.abstract else None,
            self.key,
            verdict,
            "",
            quote or self.nearest_sentence,
            self.probability if score is None else score,
            reason,
        )


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the cascade."""

    name: str
    """What a finding of it gives as the deciding step; rows that look at one thing share a name."""
    find: Callable[[Statement, CitationMark, CitedEvidence], Finding | None]
    """Returns a finding where this check can decide, else None."""


def key_names_a_paper(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a citation that is not of a paper that may be cited."""
    if evidence.abstract:
        return None
    return evidence.finding("unsupported", evidence.unknown or f"“{citation.key}” names no paper of the evidence")


def quote_is_verbatim(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a citation whose quote stands neither in the title nor in the abstract."""
    if not evidence.abstract or not citation.quote:
        return None
    if quotes.occurs(citation.quote, title_and_abstract(evidence.abstract.paper)):
        return None
    return evidence.finding("unsupported", f"the abstract does not say “{citation.quote}”")


def claim_is_verbatim(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Pass a claim that repeats words of the abstract."""
    quote = evidence.quoted(claim.text)
    return evidence.finding("supported", quote=quote, score=1.0) if quote else None


def numbers_occur(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a claim with a number that none of the cited abstracts has."""
    if not evidence.missing.numbers:
        return None
    return evidence.finding("unsupported", f"not in the cited abstract: {_listed(evidence.missing.numbers)}")


def abstract_exists(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a citation of a paper of which only the title is known."""
    return None if evidence.sentences else evidence.finding("unsupported", "the cited paper has no abstract")


def polarity_agrees(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a claim that denies what the nearest sentence affirms in the same words, or the other way round."""
    if not negation.mismatch(claim.text, evidence.nearest_sentence, evidence.scorer.words.terms):
        return None
    return evidence.finding("unsupported", "the abstract says the same with the opposite sign: see its “not”")


def part_is_supported(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Call weak what would fail alone, but is a part of what several papers support together."""
    if not evidence.is_part or evidence.verdict not in ("unsupported", "misattributed"):
        return None
    return evidence.finding("weak", "holds a part of what is claimed", quote=evidence.quoted(citation.quote))


def no_rival_is_better(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a citation where another paper supports the claim clearly better."""
    if evidence.verdict != "misattributed" or not evidence.rival:
        return None
    reason = f"“{evidence.rival[1]}” supports it clearly better"
    return evidence.finding("misattributed", reason, quote=evidence.quoted(citation.quote))


def support_is_above_the_floor(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a claim of which the abstract has too little."""
    if evidence.verdict != "unsupported":
        return None
    reason = "the cited abstract does not say so"
    return evidence.finding("unsupported", reason, quote=evidence.quoted(citation.quote))


def names_occur(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Call weak a claim with a name or an acronym that none of the cited abstracts has."""
    if not evidence.missing.names:
        return None
    reason = f"not in the cited abstract: {_listed(evidence.missing.names)}"
    return evidence.finding("weak", reason, quote=evidence.quoted(citation.quote))


def quote_supports(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Pass a supported claim by the sentence that the citation quotes."""
    quote = evidence.quoted(citation.quote)
    return evidence.finding("supported", quote=quote) if quote and evidence.verdict == "supported" else None


def support_decides(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding:
    """Give the verdict that the support amounts to; always decides."""
    reason = "the cited abstract says something near it" if evidence.verdict == "weak" else ""
    return evidence.finding(evidence.verdict, reason, quote=evidence.quoted(citation.quote))


CHECKS: tuple[Check, ...] = (
    Check("key", key_names_a_paper),
    Check("quote", quote_is_verbatim),
    Check("quote", claim_is_verbatim),
    Check("facts", numbers_occur),
    Check("support", abstract_exists),
    Check("facts", polarity_agrees),
    Check("support", part_is_supported),
    Check("contrast", no_rival_is_better),
    Check("support", support_is_above_the_floor),
    Check("facts", names_occur),
    Check("quote", quote_supports),
    Check("support", support_decides),
)
"""The cascade in its order. A claim that cites nothing does not reach it: its step is "citation"."""


def _listed(facts: Sequence[str]) -> str:
    """Return the first facts of a claim that are missing, and how many more there are."""
    more = f" and {len(facts) - _MOST_LISTED:,} more" if len(facts) > _MOST_LISTED else ""
    return ", ".join(facts[:_MOST_LISTED]) + more


def title_and_abstract(paper: Paper) -> str:
    """Return the text in which facts and quotes of a claim about this paper have to stand."""
    return f"{paper.title}\n{paper.abstract}"


def first_finding(
    checks: Sequence[Check], claim: Statement, citation: CitationMark, evidence: CitedEvidence
) -> Finding:
    """Return the finding of the first check that decides; raises `AssistantError` where none does."""
    for check in checks:
        if finding := check.find(claim, citation, evidence):
            return replace(finding, step=check.name)
    names = ", ".join(check.name for check in checks) or "none given"
    raise AssistantError(
        "no check decides on this citation",
        path=citation.key,
        cause=f"checks: {names}",
        cure="end them with one that always decides",
    )
