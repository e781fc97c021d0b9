"""Stated claims and the evidence shown -> verdicts, by a cascade of checks, the cheapest first.

citation -> key known -> quote verbatim -> numbers and names present -> support above a floor -> no other paper of the
evidence supports the claim clearly better. What passes has its evidence located; that is not proof.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Claim, Evidence, Finding, Step, Verdict
from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index
from assistant.models.base import Embedder
from assistant.verification import facts, negation, quotes
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.facts import MissingFacts
from assistant.verification.quotes import normal, occurs
from assistant.verification.support import Support, SupportScorer, classifier, scorer
from assistant.verification.support.matching import PreparedClaim

__all__ = ["FAILING", "VerificationContext", "context", "normal", "occurs", "verify_claim", "verify_statements"]

FAILING: frozenset[Verdict] = frozenset({"unsupported", "misattributed", "uncited"})
"""Verdicts that no claim may have under --strict."""

_OWN_SHARE = 0.15
"""Least share of a claim with several citations that one alone must hold to be taken for a part of its support."""
_TOGETHER = -1.0
"""Least support by all of them together. Of two SciFact train claims joined into one, 84 % of the second papers pass as
a part with these two numbers, none of the random papers in their place, and 66 % of the nearest wrong ones."""


@dataclass(frozen=True, slots=True)
class VerificationContext:
    """What a claim may rest on: the question, the papers that may be cited, and others to compare them with."""

    question: str
    abstracts: Mapping[str, Abstract]
    """By the key or name under which each may be cited."""
    measure: SupportScorer
    others: Sequence[Abstract] = ()
    """Papers that may support a claim better, but were not to be cited."""
    unknown: Mapping[str, str] = field(default_factory=dict)
    """Why a key or name means no paper, where there is more to say than that."""


@dataclass(frozen=True, slots=True)
class _Case:
    """One claim, with all that is measured once for all its citations."""

    claim: Statement
    wanted: PreparedClaim
    cited: Mapping[str, Support]
    """By key."""
    best_other: float | None
    """The highest support by another paper; None where there is none."""
    rival: str
    """Its title."""
    absent: MissingFacts
    parts: Mapping[str, bool]
    """Whether a cited paper holds a part of the claim that the others do not, where all together support it."""


def context(
    question: str, evidence: Sequence[Evidence], held: Mapping[str, Abstract], words: BM25Index
) -> VerificationContext:
    """Put together what the claims of one answer are checked against; `held` is by paper id."""
    return VerificationContext(question, {item.key: held[item.paper.id] for item in evidence}, SupportScorer(words))


def verify_statements(
    stated: Sequence[Statement], against: VerificationContext, embedder: Embedder
) -> tuple[Claim, ...]:
    """Return the claims with their verdicts, in the order stated."""
    if not stated:
        return ()
    vectors = embedder.embed([claim.text for claim in stated])
    return tuple(verify_claim(claim, vector, against) for claim, vector in zip(stated, vectors, strict=True))


def verify_claim(claim: Statement, vector: NDArray[np.float32], against: VerificationContext) -> Claim:
    """Return one claim, whose unit vector is `vector`, with its verdict."""
    if not claim.cited:
        return Claim(claim.text, "uncited", "citation", reason="cites no paper")
    case = _case(claim, vector, against)
    findings = tuple(_finding(cited, case, against) for cited in claim.cited)
    # One wrong citation fails the claim; otherwise its best one speaks for it.
    failing = [finding for finding in findings if finding.verdict in FAILING]
    ranked = sorted(findings, key=lambda finding: (finding.verdict == "supported", finding.score), reverse=True)
    deciding = failing[0] if failing else ranked[0]
    return Claim(claim.text, deciding.verdict, deciding.step, findings, deciding.reason)


def _case(claim: Statement, vector: NDArray[np.float32], against: VerificationContext) -> _Case:
    wanted = against.measure.claim(claim.text, vector)
    keys = list(dict.fromkeys(cited.key for cited in claim.cited if cited.key in against.abstracts))
    cited = {key: against.measure.support(wanted, against.abstracts[key]) for key in keys}
    texts = {against.abstracts[key].sentences for key in keys}
    rivals = [held for key, held in against.abstracts.items() if key not in cited]
    # The same text under another title or id is no better support than the cited one.
    rivals = [held for held in (*rivals, *against.others) if held.sentences and held.sentences not in texts]
    scores = [(against.measure.support(wanted, held).score, held.paper.title) for held in rivals]
    best, rival = max(scores, default=(None, ""))
    absent = facts.missing_facts(claim.text, [against.question, *(_text(against.abstracts[key]) for key in keys)])
    return _Case(claim, wanted, cited, best, rival, absent, _parts(wanted, cited))


def _parts(wanted: PreparedClaim, cited: Mapping[str, Support]) -> dict[str, bool]:
    if len(cited) < 2:
        return dict.fromkeys(cited, False)
    score, shares = scorer.together(wanted, list(cited.values()))
    return {key: score >= _TOGETHER and share >= _OWN_SHARE for key, share in zip(cited, shares, strict=True)}


def _finding(cited: CitationMark, case: _Case, against: VerificationContext) -> Finding:
    if not cited.wellformed or cited.key not in against.abstracts:
        reason = against.unknown.get(cited.key) or f"“{cited.key}” names no paper of the evidence"
        return Finding(None, cited.key, "unsupported", "key", reason=reason)
    held, found = against.abstracts[cited.key], case.cited[cited.key]
    others = [] if case.best_other is None else [case.best_other]
    score = round(classifier.probability(classifier.contrast(found.score, others)), 4) if held.sentences else 0.0

    def finding(verdict: Verdict, step: Step, reason: str = "", quote: str = "", score: float = score) -> Finding:
        if not quote and held.sentences:
            quote = held.sentences[against.measure.best(case.wanted, held, found)]
        return Finding(held.paper, cited.key, verdict, step, quote, score, reason)

    if cited.quote and not occurs(cited.quote, _text(held)):
        return finding("unsupported", "quote", f"the abstract does not say “{cited.quote}”")
    if verbatim := quotes.find(case.claim.text, held.sentences, held.paper.abstract):
        return finding("supported", "quote", quote=verbatim, score=1.0)
    if case.absent.numbers:
        return finding("unsupported", "facts", f"not in the cited abstract: {', '.join(case.absent.numbers)}")
    if not held.sentences:
        return finding("unsupported", "support", "the cited paper has no abstract")
    nearest = held.sentences[against.measure.best(case.wanted, held, found)]
    if negation.mismatch(case.claim.text, nearest, against.measure.words.terms):
        return finding("unsupported", "facts", "the abstract says the same with the opposite sign: see its “not”")
    pointed = quotes.find(cited.quote, held.sentences, held.paper.abstract) if cited.quote else ""
    verdict, step, reason = _measured(found.score, others, case, part=case.parts[cited.key])
    return finding(verdict, "quote" if pointed and verdict == "supported" else step, reason, pointed)


def _measured(score: float, others: list[float], case: _Case, *, part: bool) -> tuple[Verdict, Step, str]:
    """Return verdict, deciding step and reason for one citation by its support."""
    verdict = classifier.verdict(score, others)
    if part and verdict in FAILING:
        return "weak", "support", "holds a part of what is claimed"
    if verdict == "misattributed":
        return verdict, "contrast", f"“{case.rival}” supports it clearly better"
    if verdict == "unsupported":
        return verdict, "support", "the cited abstract does not say so"
    if case.absent.names:
        return "weak", "facts", f"not in the cited abstract: {', '.join(case.absent.names)}"
    if verdict == "weak":
        return verdict, "support", "the cited abstract says something near it"
    return verdict, "support", ""


def _text(held: Abstract) -> str:
    return f"{held.paper.title}\n{held.paper.abstract}"
