"""What an answer quotes and where the answer stands in the abstracts -> whether the answering sentence is quoted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.domain.sentences import Span
from assistant.evaluation.outcomes import TurnOutcome

_SHARE = 0.5
"""Of the characters of a marked span, how many a quote has to hold: a cut sentence still answers, its end alone does
not."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote by its place."""

    paper: str | None
    span: Span | None
    """None where the words are not in the abstract."""


def of(turn: TurnOutcome) -> list[Quote]:
    """Return what the claims of a turn quote, in their order."""
    findings = [finding for claim in turn.claims for finding in claim.findings]
    return [Quote(finding.paper, finding.span) for finding in findings if finding.quote]


def hit(quotes: Sequence[Quote], answers: Mapping[str, Sequence[Span]]) -> bool:
    """Return whether one of the quotes holds at least half of a marked span of its paper, or lies within one."""
    return any(
        _answers(quote.span, marked)
        for quote in quotes
        if quote.paper and quote.span
        for marked in answers.get(quote.paper, ())
    )


def _answers(quote: Span, marked: Span) -> bool:
    shared = min(quote[1], marked[1]) - max(quote[0], marked[0])
    return shared >= _SHARE * (marked[1] - marked[0]) or shared == quote[1] - quote[0]
