"""Statements and the evidence they may cite -> claims with verdicts: each citation checked, the worst one deciding.

What is located is near a sentence of the abstract; that is not proof. A checker, where there is one, reads both.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from assistant.domain.callbacks import OnMessage, OnStage
from assistant.domain.limits import CLAIM_LIMIT, excess
from assistant.domain.records import Claim, Evidence, Finding
from assistant.domain.verdicts import Verdict
from assistant.library.abstracts import Abstract
from assistant.models.base import Checker, Embedder, Reranker
from assistant.verification import checks, entailment, facts, pages
from assistant.verification.checks import CHECKS, Check
from assistant.verification.claims import Statement
from assistant.verification.entailment import CheckedCitations, Unchecked
from assistant.verification.evidence import CitedEvidence
from assistant.verification.support import Support, SupportScorer
from assistant.verification.support.matching import PreparedClaim

FAILING: frozenset[Verdict] = frozenset({"unsupported", "contradicted", "misattributed", "uncited"})
"""Verdicts that no claim may have under --strict."""


@dataclass(frozen=True, slots=True)
class VerificationContext:
    """What a claim may rest on: the question, the papers that may be cited, and others to compare them with."""

    question: str
    """Its numbers and names may be repeated in a claim; "" for a claim that answers none."""
    abstracts: Mapping[str, Abstract]
    """By the key or name under which each may be cited."""
    scorer: SupportScorer
    rivals: Sequence[Abstract] = ()
    """Papers that may support a claim better, but were not to be cited."""
    unknown: Mapping[str, str] = field(default_factory=dict)
    """Key or name -> why it means no paper, where there is more to say than that."""
    checks: tuple[Check, ...] = CHECKS
    """The cascade: what is checked of each citation, in this order."""
    reranker: Reranker | None = None
    """A cross-encoder that compares claims with their opposites; None for none."""
    checker: Checker | None = None
    """What reads a claim and the sentences located for it; None for none, and then what is located stays so."""
    on_stage: OnStage | None = None
    """Gets how many claims the checker is asked of."""
    on_problem: OnMessage | None = None
    """Gets why the checker left claims unjudged, where it did; these are then as they are without one."""
    on_unchecked: Callable[[Unchecked], None] | None = None
    """Gets how many these are; where it is None, Ctrl-C while the checker is asked is raised."""


Case = tuple[Statement, NDArray[np.float32], VerificationContext]
"""A statement, its unit vector, and what it may rest on."""


def context(
    question: str,
    evidence: Sequence[Evidence],
    abstracts: Mapping[str, Abstract],
    scorer: SupportScorer,
    reranker: Reranker | None = None,
    checker: Checker | None = None,
    on_stage: OnStage | None = None,
) -> VerificationContext:
    """Put together what the claims of one answer are checked against; `abstracts` is by paper id."""
    cited_as = {item.key: abstracts[item.paper.id] for item in evidence}
    return VerificationContext(question, cited_as, scorer, reranker=reranker, checker=checker, on_stage=on_stage)


def verify_statements(
    statements: Sequence[Statement], context: VerificationContext, embedder: Embedder
) -> tuple[Claim, ...]:
    """Return the statements as claims with their verdicts, in order."""
    quotations = [_quotation(statement, context) for statement in statements]
    others = [statement for statement, quotation in zip(statements, quotations, strict=True) if not quotation]
    vectors = embedder.embed([statement.text for statement in others]) if others else ()
    cases = [(statement, vector, context) for statement, vector in zip(others, vectors, strict=True)]
    claims = iter(verify_claims(cases))
    return tuple(quotation or next(claims) for quotation in quotations)


def _quotation(statement: Statement, context: VerificationContext) -> Claim | None:
    """Return a statement that is a quote from each paper it cites, as the claim that it is: there is nothing to
    measure; None for any other."""
    if checks.QUOTATION not in context.checks or not statement.citations or excess(statement.text, CLAIM_LIMIT):
        return None
    cited = [(citation, context.abstracts.get(citation.key)) for citation in statement.citations]
    findings = tuple(
        Finding(
            abstract.paper,
            citation.key,
            "quoted",
            checks.QUOTATION.name,
            statement.text,
            1.0,
            page=abstract.page(statement.text),
        )
        for citation, abstract in cited
        if abstract and citation.wellformed and checks.is_quotation(statement, abstract)
    )
    if len(findings) < len(cited):
        return None
    return Claim(statement.text, findings[0].verdict, findings[0].step, findings)


def verify_claims(cases: Sequence[Case]) -> tuple[Claim, ...]:
    """Return each statement as a claim with its verdict, in order; one checker, that of the first, is asked of all that
    rules leave open, at once."""
    results = [_cascade(*case) for case in cases]
    checked = [result for result in results if isinstance(result, CheckedCitations)]
    findings = iter(_judged(checked, cases[0][2])) if checked else iter(())
    return tuple(
        _conclude(result.text, next(findings)) if isinstance(result, CheckedCitations) else result for result in results
    )


def _judged(checked: Sequence[CheckedCitations], context: VerificationContext) -> list[tuple[Finding, ...]]:
    """Return the findings of each claim, by the checker where there is one, as far as it judged them."""
    if context.checker is None:
        return [claim.findings for claim in checked]
    findings, unchecked = entailment.judge(checked, context.checker, context.on_stage)
    if unchecked:
        if context.on_unchecked:
            context.on_unchecked(unchecked)
        elif isinstance(unchecked.cause, KeyboardInterrupt):
            raise unchecked.cause
        if context.on_problem:
            context.on_problem(str(unchecked))
    return findings


def _conclude(text: str, findings: tuple[Finding, ...]) -> Claim:
    deciding = _deciding(findings)
    return Claim(text, deciding.verdict, deciding.step, findings, deciding.reason)


def _cascade(
    statement: Statement, vector: NDArray[np.float32], context: VerificationContext
) -> Claim | CheckedCitations:
    """Check a statement, whose unit vector is `vector`, by rules: a claim where it has no citations to check."""
    if not statement.citations:
        return Claim(statement.text, "uncited", "citation", reason="cites no paper")
    if reason := excess(statement.text, CLAIM_LIMIT):
        return Claim(statement.text, "unsupported", "length", reason=f"the sentence {reason}")
    evidence = _measure(statement, vector, context)
    by_citation = {
        citation: replace(evidence[citation.key, citation.wellformed], sentence=citation.sentence)
        for citation in dict.fromkeys(statement.citations)
    }
    findings = {
        citation: checks.first_finding(context.checks, statement, citation, cited)
        for citation, cited in by_citation.items()
    }
    return CheckedCitations(
        statement.text,
        tuple(by_citation[citation] for citation in statement.citations),
        tuple(findings[citation] for citation in statement.citations),
    )


def _deciding(findings: Sequence[Finding]) -> Finding:
    """Return the finding that speaks for a claim: its first failing citation, else its best one."""
    failing = [finding for finding in findings if finding.verdict in FAILING]
    passing = ("quoted", "supported")
    return failing[0] if failing else max(findings, key=lambda finding: (finding.verdict in passing, finding.score))


def _measure(
    statement: Statement, vector: NDArray[np.float32], context: VerificationContext
) -> dict[tuple[str, bool], CitedEvidence]:
    """Measure a claim against its cited papers and their rivals, once; return {(key, wellformed): evidence}."""
    claim = context.scorer.prepare_claim(statement.text, vector)
    keys = dict.fromkeys(citation.key for citation in statement.citations if citation.key in context.abstracts)
    abstracts = {key: pages.opened(context.abstracts[key], statement, vector) for key in keys}
    support = {key: context.scorer.support(claim, abstract) for key, abstract in abstracts.items()}
    texts = [context.question, *(checks.title_and_text(abstract) for abstract in abstracts.values())]
    missing = facts.missing_facts(statement.text, texts)
    rival = _best_rival(claim, abstracts, context)
    parts = _parts(claim, support, context.scorer)
    return {
        (key, wellformed): CitedEvidence(
            key=key,
            claim=claim,
            abstract=abstracts.get(key) if wellformed else None,
            support=support.get(key) if wellformed else None,
            missing=missing,
            rival=rival,
            is_part=parts.get(key, False),
            scorer=context.scorer,
            reranker=context.reranker,
            unknown=context.unknown.get(key, ""),
        )
        for key, wellformed in dict.fromkeys((citation.key, citation.wellformed) for citation in statement.citations)
    }


def _best_rival(
    claim: PreparedClaim, cited: Mapping[str, Abstract], context: VerificationContext
) -> tuple[float, str] | None:
    """Return the highest support by a paper that is not cited, and its title; None where there is no such paper."""
    texts = {abstract.sentences for abstract in cited.values()}
    others = (*(abstract for key, abstract in context.abstracts.items() if key not in cited), *context.rivals)
    # The same text under another title or id is no better support than the cited one.
    rivals = [abstract for abstract in others if abstract.sentences and abstract.sentences not in texts]
    scores = ((context.scorer.support(claim, abstract).score, abstract.paper.title) for abstract in rivals)
    return max(scores, default=None)


def _parts(claim: PreparedClaim, cited: Mapping[str, Support], scorer: SupportScorer) -> dict[str, bool]:
    """Return {key: whether it holds a part of the claim that the others do not}, where all together support it."""
    if len(cited) < 2:
        return dict.fromkeys(cited, False)
    score, shares = scorer.together(claim, list(cited.values()))
    fitted = scorer.classifier
    holds = score >= fitted.together_at
    return {key: holds and share >= fitted.own_share for key, share in zip(cited, shares, strict=True)}
