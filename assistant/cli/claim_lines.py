"""A line of JSON with a claim -> a statement to verify; a claim with its verdict -> what is printed of it as JSON."""

import json
from typing import TYPE_CHECKING, Any

from assistant.domain.limits import CITATION_LIMIT, LINE_LIMIT, NAME_LIMIT, excess

if TYPE_CHECKING:
    from assistant.domain.records import Claim
    from assistant.verification.claims import Statement
    from assistant.verification.documents import DocumentVerifier


def parse(number: int, raw: bytes) -> "Statement | str":
    """Return the claim of a line, or what is wrong with it."""
    from assistant.verification.claims import CitationMark, Statement

    if len(raw) > LINE_LIMIT:
        return f"line {number}: has more than {LINE_LIMIT:,} bytes"
    try:
        row = json.loads(raw)
    except (ValueError, RecursionError) as error:
        return f"line {number}: not JSON ({error})"
    claim, names = (row.get("claim"), row.get("papers", [])) if isinstance(row, dict) else (None, None)
    if not isinstance(claim, str) or not claim.strip():
        return f'line {number}: needs a "claim" with words'
    if not isinstance(names, list) or not all(isinstance(name, str | int) for name in names):
        return f'line {number}: "papers" must be a list of titles or ids'
    if len(names) > CITATION_LIMIT:
        return f"line {number}: cites {len(names):,} papers; the limit is {CITATION_LIMIT}"
    if reason := excess(max(map(str, names), key=len, default=""), NAME_LIMIT):
        return f'line {number}: a name in "papers" {reason}'
    return Statement(claim, tuple(CitationMark(str(name), wellformed=True) for name in names))


def record(claim: "Claim", verifier: "DocumentVerifier") -> dict[str, Any]:
    """Return the verdict on a claim as it is printed."""
    from assistant.verification.entailment import is_judged

    best = claim.best
    checker = verifier.checker.name if verifier.checker and is_judged(claim) else None
    return {
        "verdict": claim.verdict,
        "step": claim.step,
        "checker": checker,
        "quote": best.quote if best else "",
        "page": best.page if best else None,
        "score": best.score if best else 0.0,
        "reason": claim.reason,
        "papers": [
            {
                "id": finding.paper.id if finding.paper else None,
                "title": finding.paper.title if finding.paper else finding.key,
                "verdict": finding.verdict,
            }
            for finding in claim.findings
        ],
    }
