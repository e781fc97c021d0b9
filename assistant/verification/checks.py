"""One citation of a claim, with what was measured of it -> a finding, by a cascade of checks, the cheapest first.

To add a check, write a function and give it a row of `CHECKS`: the first row that returns a finding decides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.domain.errors import AssistantError
from assistant.domain.records import Finding
from assistant.domain.verdicts import Verdict
from assistant.library.abstracts import Abstract
from assistant.verification import comparisons, opposition, quotes, twins, verbatim
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.evidence import CitedEvidence

_MOST_LISTED = 20  # missing facts that a reason names
_LEAST_TERMS = 3  # words of meaning that a claim needs to be compared
_SHORT, _LAST_LATIN = 80, "ɏ"  # characters
_REVERSED = ("denial", "opposite", "order")  # differences that are contradictions


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
    if quotes.occurs(citation.quote, title_and_text(evidence.abstract)):
        return None
    return evidence.finding("unsupported", f"the {evidence.noun} does not say “{citation.quote}”")


def statement_is_a_quote(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Mark as a quote what is offered as the paper's own sentences, and is: it claims nothing."""
    if not evidence.abstract or not is_quotation(claim, evidence.abstract):
        return None
    return evidence.finding("quoted", quote=claim.text, score=1.0)


def is_quotation(claim: Statement, abstract: Abstract) -> bool:
    """Whether a statement is offered as sentences of this abstract, and is that."""
    return claim.is_quote and verbatim.is_whole(claim.text, abstract.sentences, abstract.text)


def claim_is_verbatim(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Pass a claim that the abstract makes in the same words."""
    if not evidence.abstract:
        return None
    quote = verbatim.says(claim.text, evidence.sentences, evidence.abstract.text)
    return evidence.finding("supported", quote=quote, score=1.0) if quote else None


def numbers_occur(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a claim with a number that none of the cited abstracts has."""
    if not evidence.missing.numbers:
        return None
    return evidence.finding("unsupported", f"not in the cited {evidence.noun}: {_listed(evidence.missing.numbers)}")


def abstract_exists(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a citation of a paper of which only the title is known."""
    return None if evidence.sentences else evidence.finding("unsupported", "the cited paper has no abstract")


def claim_can_be_judged(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Leave open what has too few words to be compared with anything: "No, not in general."."""
    if len(evidence.claim.terms) >= _LEAST_TERMS or len(claim.text) > _SHORT:
        return None
    if any(letter > _LAST_LATIN for letter in claim.text if letter.isalpha()):
        return None  # in scripts without spaces a sentence is one word
    return evidence.finding("located", "too short to be judged by itself")


def nothing_is_turned_round(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a claim that has the words of a sentence and says something else with them."""
    lexicon = evidence.scorer.lexicon
    sentence = max(
        evidence.likeliest_sentences, key=lambda text: opposition.share(claim.text, text, lexicon), default=""
    )
    difference = opposition.difference(claim.text, sentence, lexicon)
    if difference and comparisons.explains(difference, claim.text, [sentence], lexicon):
        return None
    if difference is None and (turned := comparisons.difference(claim.text, evidence.likeliest_sentences, lexicon)):
        difference, sentence = turned
    if difference is None:
        return None
    verdict: Verdict = "contradicted" if difference.kind in _REVERSED else "unsupported"
    return evidence.finding(verdict, difference.reason(evidence.noun), quote=sentence)


def part_is_supported(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Call located what would fail alone, but is a part of what several papers support together."""
    if not evidence.is_part or evidence.verdict not in ("unsupported", "misattributed"):
        return None
    return evidence.finding("located", "holds a part of what is claimed", quote=evidence.quoted(citation.quote))


def no_rival_is_better(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a citation where another paper supports the claim clearly better."""
    if evidence.verdict != "misattributed" or not evidence.rival:
        return None
    reason = f"“{evidence.rival[1]}” supports it clearly better"
    return evidence.finding("misattributed", reason, quote=evidence.quoted(citation.quote))


def support_is_above_the_floor(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Fail a claim of which the abstract has too little."""
    fitted = evidence.scorer.classifier
    if not evidence.support or evidence.support.score >= fitted.unsupported_below - fitted.grace:
        return None
    reason = f"the cited {evidence.noun} does not say so"
    return evidence.finding("unsupported", reason, quote=evidence.quoted(citation.quote))


def names_occur(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Call located a claim with a name or an acronym that none of the cited abstracts has."""
    if not evidence.missing.names:
        return None
    reason = f"not in the cited {evidence.noun}: {_listed(evidence.missing.names)}"
    return evidence.finding("located", reason, quote=evidence.quoted(citation.quote))


def no_twin_fits_better(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding | None:
    """Warn of a claim whose opposite fits the sentence better, by a cross-encoder where there is one: too weak a sign
    to fail it."""
    if evidence.reranker is None or not evidence.nearest_sentence:
        return None
    twin = twins.better(claim.text, evidence.nearest_sentence, evidence.scorer.lexicon, evidence.reranker)
    return evidence.finding("located", f"the opposite fits the sentence better: “{twin}”") if twin else None


def similarity_locates(claim: Statement, citation: CitationMark, evidence: CitedEvidence) -> Finding:
    """Say that something near the claim was found, which is all that similarity can tell; always decides."""
    reason = f"the cited {evidence.noun} says something near it" if evidence.verdict in ("weak", "unsupported") else ""
    return evidence.finding("located", reason, quote=evidence.quoted(citation.quote))


QUOTATION = Check("quote", statement_is_a_quote)
"""What `verifier` decides before anything is measured."""
CHECKS: tuple[Check, ...] = (
    Check("key", key_names_a_paper),
    Check("quote", quote_is_verbatim),
    QUOTATION,
    Check("quote", claim_is_verbatim),
    Check("facts", numbers_occur),
    Check("support", abstract_exists),
    Check("length", claim_can_be_judged),
    Check("opposition", nothing_is_turned_round),
    Check("support", part_is_supported),
    Check("contrast", no_rival_is_better),
    Check("support", support_is_above_the_floor),
    Check("facts", names_occur),
    Check("opposition", no_twin_fits_better),
    Check("support", similarity_locates),
)
"""The cascade in its order. A claim that cites nothing does not reach it: its step is "citation"."""


def _listed(facts: Sequence[str]) -> str:
    """Return the first facts of a claim that are missing, and how many more there are."""
    more = f" and {len(facts) - _MOST_LISTED:,} more" if len(facts) > _MOST_LISTED else ""
    return ", ".join(facts[:_MOST_LISTED]) + more


def title_and_text(abstract: Abstract) -> str:
    """Return the text in which facts and quotes of a claim about this paper have to stand."""
    return f"{abstract.paper.title}\n{abstract.text}"


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
