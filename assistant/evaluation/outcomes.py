"""What came of one case <-> one line of a run: plain values, enough to judge it again without a library."""

import functools
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from assistant.domain import verdicts
from assistant.domain.answers import Answer, Seconds
from assistant.domain.errors import ModelError
from assistant.domain.records import Claim, Evidence, Finding
from assistant.domain.sentences import Span
from assistant.evaluation.cases import Case

if TYPE_CHECKING:
    from pydantic import TypeAdapter

DEPTH = 50
"""How many papers of a ranking are written down."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is run once: a case, and the number of the repeat, from 1."""

    case: str
    repeat: int


@dataclass(frozen=True, slots=True)
class FindingOutcome:
    """A `Finding` with its paper by id."""

    paper: str | None
    key: str
    verdict: str
    step: str
    quote: str
    score: float
    reason: str
    span: Span | None = None
    """Where the quote stands in the abstract; None where it does not, and in runs made before this was kept."""


@dataclass(frozen=True, slots=True)
class ClaimOutcome:
    """A `Claim` with its findings."""

    text: str
    verdict: str
    step: str
    findings: tuple[FindingOutcome, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """One answered question; papers are named by their ids, rankings are best first."""

    question: str
    read_as: str
    """The question as it was understood in its conversation."""
    status: str
    claims: tuple[ClaimOutcome, ...]
    retrieved: tuple[str, ...]
    """The ranking, at most `DEPTH` papers: deeper than the evidence."""
    evidence: tuple[str, ...]
    confidence: float | None
    model: str | None
    notes: tuple[str, ...]
    prompt: tuple[str, str] | None
    tokens: tuple[int | None, int | None]
    """Input and output."""
    seconds: Seconds
    reply: str
    said: str = ""
    """What the assistant says itself, and no paper."""
    how: str | None = None
    """How a turn of a conversation was understood; None, as for all that follows, for a question asked alone."""
    retrieved_gold: tuple[str, ...] | None = None
    """The ranking where right answers, and not the assistant's own, are the history."""
    retrieved_alone: tuple[str, ...] | None = None
    """The ranking without a history."""
    retrieved_standalone: tuple[str, ...] | None = None
    """The ranking of the same question written by hand so that it stands alone."""

    @property
    def cited(self) -> frozenset[str]:
        """All that its claims cite; a key that names no paper stands for itself."""
        return frozenset(id for claim in self.claims for id in cited_ids(claim))

    @property
    def text(self) -> str:
        """All that its claims say."""
        return " ".join(claim.text for claim in self.claims)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one case: a turn for each of its questions, or the error that kept it from being answered."""

    case: str
    repeat: int
    state: Literal["done", "error"]
    error: str
    """The message of the error, "" for none."""
    turns: tuple[TurnOutcome, ...]
    error_type: str | None = None
    """The name of the error's class: `ModelError` where the endpoint failed, anything else is a fault of ours."""

    @property
    def key(self) -> Key:
        """What it is about."""
        return Key(self.case, self.repeat)

    @property
    def failed(self) -> bool:
        """Whether it could not be asked."""
        return self.state == "error"


def done(case: Case, repeat: int, turns: Sequence[TurnOutcome]) -> Outcome:
    """Return the outcome of a case that was answered."""
    return Outcome(case.id, repeat, "done", "", tuple(turns))


def failed(case: Case, repeat: int, error: Exception) -> Outcome:
    """Return the outcome of a case that could not be asked."""
    kind = ModelError if isinstance(error, ModelError) else type(error)
    return Outcome(case.id, repeat, "error", str(error) or kind.__name__, (), kind.__name__)


def turn(question: str, answer: Answer, ranking: Sequence[Evidence]) -> TurnOutcome:
    """Return the record of one answered turn; `ranking` goes deeper than the evidence."""
    seconds = answer.seconds
    return TurnOutcome(
        question=question,
        read_as=answer.question,
        status=answer.status,
        claims=tuple(_claim(claim) for claim in answer.claims),
        retrieved=ids(ranking),
        evidence=ids(answer.evidence),
        confidence=answer.confidence,
        model=answer.model,
        notes=answer.notes,
        prompt=answer.prompt,
        tokens=answer.tokens,
        seconds=Seconds(
            retrieve=round(seconds.retrieve, 4),
            generate=round(seconds.generate, 4),
            verify=round(seconds.verify, 4),
            total=round(seconds.total, 4),
        ),
        reply=answer.reply,
        said=answer.text,
    )


def line(outcome: Outcome) -> str:
    """Return the line of a run: one JSON object in ASCII, without what the outcome does not have."""
    row = _without_none(asdict(outcome), ("error_type",))
    row["turns"] = [_without_none(turn, _IN_CONVERSATIONS) for turn in row["turns"]]
    return json.dumps(row, ensure_ascii=True) + "\n"


def read(text: str) -> Outcome:
    """Return the outcome of a line; raises `ValueError`, which says what is wrong with it, for any other text."""
    from pydantic import ValidationError

    try:
        outcome = _adapter().validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(": ".join((*map(str, first["loc"]), first["msg"]))) from error
    return replace(outcome, turns=tuple(_renamed(turn) for turn in outcome.turns))


def _renamed(turn: TurnOutcome) -> TurnOutcome:
    """Return a turn with its verdicts in the words of now."""
    claims = []
    for claim in turn.claims:
        measured = [(finding.verdict, finding.step, finding.score) for finding in claim.findings]
        verdict, by_finding = verdicts.renamed(claim.verdict, claim.step, measured, extractive=turn.model is None)
        pairs = zip(claim.findings, by_finding, strict=True)
        findings = tuple(replace(finding, verdict=name) for finding, name in pairs)
        claims.append(replace(claim, verdict=verdict, findings=findings))
    return replace(turn, claims=tuple(claims))


def cited_ids(claim: ClaimOutcome) -> frozenset[str]:
    """Return what a claim cites; a key that names no paper stands for itself."""
    return frozenset(finding.paper or f"?{finding.key}" for finding in claim.findings)


def ids(ranking: Sequence[Evidence]) -> tuple[str, ...]:
    """Return the papers of a ranking by their ids."""
    return tuple(item.paper.id for item in ranking)


def abstention(answer: Answer) -> Answer:
    """Return an answer without its claims."""
    return replace(answer, status="abstained", claims=())


_IN_CONVERSATIONS = ("how", "retrieved_gold", "retrieved_alone", "retrieved_standalone")


def _without_none(row: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None or name not in names}


def _claim(claim: Claim) -> ClaimOutcome:
    return ClaimOutcome(claim.text, claim.verdict, claim.step, tuple(map(_finding, claim.findings)), claim.reason)


def _finding(finding: Finding) -> FindingOutcome:
    return FindingOutcome(
        paper=finding.paper.id if finding.paper else None,
        key=finding.key,
        verdict=finding.verdict,
        step=finding.step,
        quote=finding.quote,
        score=finding.score,
        reason=finding.reason,
        span=_place(finding.quote, finding.paper.abstract) if finding.paper else None,
    )


def _place(quote: str, abstract: str) -> Span | None:
    """Return where a quote stands in an abstract, whatever the white space within it; None where it does not."""
    words = quote.split()
    match = re.search(r"\s+".join(map(re.escape, words)), abstract) if words else None
    return match.span() if match else None


@functools.cache
def _adapter() -> "TypeAdapter[Outcome]":
    from pydantic import TypeAdapter

    return TypeAdapter(Outcome)
