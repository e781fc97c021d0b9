"""Verified claims, some of which fail -> what a model is told of these: the citation, the sentence, what is wanted."""

from collections.abc import Iterator, Mapping, Sequence

from assistant.answering.evidence_prompt import neutralise
from assistant.answering.numbered_sources import NumberedSources
from assistant.domain.records import Claim, Finding
from assistant.domain.verdicts import Verdict
from assistant.verification.verifier import FAILING

_WANTED: Mapping[Verdict, str] = {
    "uncited": "end it with the number of the sentence that says so, or leave it out",
    "unsupported": "say only what that sentence says, cite one that says this, or leave it out",
    "contradicted": "that sentence says otherwise: say what it says",
    "misattributed": "cite the source that says it",
}


def describe(claims: Sequence[Claim], sources: NumberedSources) -> str:
    """Return the failing claims, each with what it was compared with, what was found, and what is wanted."""
    return "\n".join(row for claim in claims if claim.verdict in FAILING for row in _rows(claim, sources))


def _rows(claim: Claim, sources: NumberedSources) -> Iterator[str]:
    failing = [finding for finding in claim.findings if finding.verdict in FAILING]
    numbers = [_number(finding, sources) for finding in claim.findings]
    cited = f" [{', '.join(dict.fromkeys(numbers))}]" if numbers else ""
    yield f"- {neutralise(claim.text)}{cited}"
    for finding in failing[:1]:
        if finding.quote:
            yield f"  compared with {_number(finding, sources)}: {neutralise(finding.quote)}"
    yield f"  {claim.verdict}: {neutralise(claim.reason)}" if claim.reason else f"  {claim.verdict}"
    yield f"  wanted: {_WANTED.get(claim.verdict, _WANTED['unsupported'])}"


def _number(finding: Finding, sources: NumberedSources) -> str:
    """Return the number of the sentence that was compared, else of the paper; else what the model wrote."""
    papers = [number for number, mark in sources.marks.items() if mark.key == finding.key]
    exact = [number for number in papers if finding.quote and sources.marks[number].sentence == finding.quote]
    return next(iter(exact or papers), finding.key)
