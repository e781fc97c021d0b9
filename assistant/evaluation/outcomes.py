"""What came of one case <-> one line of a run: plain values, enough to judge it again without a library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.answering.conversation import transcript
from assistant.domain.records import Answer, Evidence
from assistant.evaluation.suites import Case

DEPTH = 50
"""How many papers of a ranking are kept."""


@dataclass(frozen=True, slots=True)
class Key:
    """What is run once: a case, and the how-manieth time."""

    case: str
    repeat: int


def turn(question: str, answer: Answer, ranked: Sequence[Evidence], **more: Any) -> dict[str, Any]:
    """Return the record of one answered turn; `ranked` are the papers found, deeper than the evidence."""
    return {
        "question": question,
        "read_as": answer.question,
        "status": answer.status,
        "claims": [transcript.claim_record(claim) for claim in answer.claims],
        "retrieved": [item.paper.id for item in ranked],
        "evidence": [item.paper.id for item in answer.evidence],
        "confidence": answer.confidence,
        "model": answer.model,
        "notes": list(answer.notes),
        "prompt": answer.prompt,
        "tokens": answer.tokens,
        "seconds": {
            "retrieve": round(answer.seconds.retrieve, 4),
            "generate": round(answer.seconds.generate, 4),
            "verify": round(answer.seconds.verify, 4),
            "total": round(answer.seconds.total, 4),
        },
        "reply": answer.reply,
        **more,
    }


def line(case: Case, repeat: int, turns: Sequence[Mapping[str, Any]], error: str = "") -> dict[str, Any]:
    """Return the line of one case; `error` says what kept it from being answered."""
    return {
        "case": case.id,
        "repeat": repeat,
        "state": "error" if error else "done",
        "error": error,
        "turns": list(turns),
    }


def key(row: Mapping[str, Any]) -> Key:
    """Return what a line is about."""
    return Key(row["case"], row["repeat"])


def bare(answer: Answer) -> Answer:
    """Return an answer without its claims: an abstention."""
    return replace(answer, status="abstained", claims=())
