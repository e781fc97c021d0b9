"""What checking may find of a claim: its verdicts, their signs, and the words of earlier versions for them."""

from collections.abc import Mapping, Sequence
from typing import Literal

from assistant.domain.counts import number_of

Verdict = Literal["quoted", "supported", "located", "unsupported", "contradicted", "misattributed", "uncited"]
"""quoted: the paper's own sentence, shown as that. supported: verbatim in the abstract, or judged so by a checker that
read both. located: near a sentence of the abstract, and nobody judged whether it says so. unsupported: the abstract
does not say so. contradicted: it says the reverse. misattributed: another paper says it. uncited: nothing is cited."""

Step = str
"""The name of the check that decided a verdict: "citation" where nothing is cited, "length" where a claim is too long,
else one of those that verification makes ("key", "quote", "facts", "support", "contrast", or a name of your own)."""

MARKS: Mapping[Verdict, str] = {
    "quoted": "❝",
    "supported": "✓",
    "located": "≈",
    "unsupported": "✗",
    "contradicted": "✗",
    "misattributed": "⇄",
    "uncited": "∅",
}
"""The sign of each verdict, in the order in which they are counted."""


def counts(
    verdicts: Sequence[Verdict],
    papers: int,
    marks: Mapping[Verdict, str] = MARKS,
    *,
    checker: str | None = None,
    unchecked: int = 0,
) -> str:
    """Return how many claims got which verdict: "3 claims: 2 supported ✓, 1 located ≈ (no checker)"; or, where all are
    quotes, how many there are: "3 quotes from 2 papers". Where a checker judged, its name follows, and how many claims
    it left `unchecked`.

    >>> counts(["supported", "located", "located"], 1, checker="judge", unchecked=1)
    '3 claims: 1 supported ✓, 2 located ≈ (not settled) · checked by judge · 1 not checked'
    """
    if verdicts and set(verdicts) == {"quoted"}:
        return f"{number_of('quote', len(verdicts))} from {number_of('paper', papers)}"
    remark = {"located": " (not settled)" if checker else "" if unchecked else " (no checker)"}
    by_verdict = {verdict: verdicts.count(verdict) for verdict in MARKS}
    parts = [f"{count} {name} {marks[name]}{remark.get(name, '')}" for name, count in by_verdict.items() if count]
    judged = f" · checked by {checker}" if checker else ""
    judged += f" · {unchecked} not checked" if unchecked else ""
    return f"{number_of('claim', len(verdicts))}{': ' * bool(parts)}{', '.join(parts)}{judged}"


def conclusion(
    verdicts: Sequence[Verdict],
    papers: int,
    model: str | None,
    marks: Mapping[Verdict, str] = MARKS,
    *,
    checker: str | None = None,
    unchecked: int = 0,
) -> str:
    """Return the counts of an answer that cites so many papers, who judged its claims and who wrote it: models by their
    names as shown."""
    counted = counts(verdicts, papers, marks, checker=checker, unchecked=unchecked)
    if model is not None:
        return f"{counted} · model {model}"
    rest = "; no model was asked, so nothing was concluded" if set(verdicts) == {"quoted"} else " · no model"
    return f"{counted}{rest}"


def renamed(
    verdict: str, step: str, findings: Sequence[tuple[str, str, float]], *, extractive: bool
) -> tuple[str, list[str]]:
    """Return the verdict of a claim, and those of its findings (verdict, step, score), in the words of now.

    Earlier versions said "weak" for located; "supported" for what similarity alone had found (only of claims that were
    verbatim was the score 1); and "supported" for the quotes of an extractive answer. What this version writes stays.
    """
    score = max((score for _, name, score in findings if name == step), default=0.0)
    by_finding = [_renamed(*finding, extractive=extractive) for finding in findings]
    return _renamed(verdict, step, score, extractive=extractive), by_finding


def _renamed(verdict: str, step: str, score: float, *, extractive: bool) -> str:
    if verdict == "weak":
        return "located"
    if verdict != "supported" or step not in ("quote", "support"):
        return verdict
    if extractive:
        return "quoted"
    return "supported" if step == "quote" and score == 1.0 else "located"
