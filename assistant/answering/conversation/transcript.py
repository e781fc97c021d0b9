"""Turns <-> lines of JSON: all that was asked, found, replied and checked; a paper's text once a conversation."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.domain.records import Answer, Claim, Evidence, Finding, Paper, Seconds

FORMAT = 1
Event = Mapping[str, Any]


def begin(conversation: Conversation) -> str:
    """Return the first line of a conversation."""
    begun = conversation.begun.isoformat(timespec="seconds")
    return _line({"format": FORMAT, "id": conversation.id, "begun": begun, "library": conversation.library})


def undo(number: int) -> str:
    """Return the line that takes a turn back."""
    return _line({"undo": number})


def turn(taken: Turn, known: Mapping[str, Paper], replaces: int | None = None) -> str:
    """Return the line of a turn; `known` are the papers that earlier lines hold, by id."""
    answer = taken.answer
    written = {paper.id: _paper(paper) for paper in _papers(taken)}
    return _line(
        {
            "turn": taken.number,
            "replaces": replaces,
            "at": taken.at.isoformat(timespec="seconds"),
            "question": taken.question,
            "reading": asdict(taken.reading),
            "status": answer.status,
            "claims": [claim_record(claim) for claim in answer.claims],
            "evidence": [{"key": item.key, "id": item.paper.id, "score": item.score} for item in answer.evidence],
            "model": answer.model,
            "notes": answer.notes,
            "prompt": answer.prompt,
            "tokens": answer.tokens,
            "seconds": asdict(answer.seconds),
            "confidence": answer.confidence,
            "reply": answer.reply,
            "library": {"papers": taken.papers, "fingerprint": taken.fingerprint},
            "papers": [held for id, held in written.items() if held != (_paper(known[id]) if id in known else None)],
        }
    )


def read(lines: list[str]) -> Conversation:
    """Return the conversation that its lines tell; raises `ValueError`, `KeyError` or `TypeError` for others."""
    head = json.loads(lines[0])
    if head["format"] != FORMAT:
        raise ValueError(f"format {head['format']}, which this version does not know")
    conversation = Conversation(head["id"], head["library"], datetime.fromisoformat(head["begun"]))
    held: dict[str, Paper] = {}
    for text in lines[1:]:
        event = json.loads(text)
        undone = {event["undo"]} if "undo" in event else {event["replaces"]} - {None}
        conversation = replace(conversation, undone=conversation.undone | undone)
        if "turn" in event:
            held |= {paper["id"]: _read_paper(paper) for paper in event["papers"]}
            taken = _read_turn(event, held.__getitem__)
            conversation = replace(conversation, recorded=(*conversation.recorded, taken))
    return conversation


def known(conversation: Conversation) -> dict[str, Paper]:
    """Return the papers, as last seen, that the lines of a conversation hold."""
    return {paper.id: paper for taken in conversation.recorded for paper in _papers(taken)}


def _line(event: Event) -> str:
    return json.dumps(event, ensure_ascii=True) + "\n"


def claim_record(claim: Claim) -> Event:
    """Return a claim with its findings, the papers by their ids."""
    findings = [asdict(replace(finding, paper=None)) | {"paper": _id(finding)} for finding in claim.findings]
    return asdict(replace(claim, findings=())) | {"findings": findings}


def _papers(taken: Turn) -> list[Paper]:
    """Return the papers of a turn in the order in which they are written, the last of an id the one that holds."""
    return [*(item.paper for item in taken.answer.evidence), *taken.cited]


def _id(finding: Finding) -> str | None:
    return finding.paper.id if finding.paper else None


def _paper(paper: Paper) -> Event:
    return asdict(replace(paper, listings=())) | {"date": paper.day}


def _read_paper(held: Event) -> Paper:
    day = date.fromisoformat(held["date"]) if held["date"] else None
    return Paper(**{**held, "date": day, "authors": tuple(held["authors"]), "listings": ()})


def _read_turn(event: Event, paper: Callable[[str], Paper]) -> Turn:
    reading = event["reading"]
    answer = Answer(
        question=reading["text"],
        status=event["status"],
        claims=tuple(_read_claim(claim, paper) for claim in event["claims"]),
        evidence=tuple(Evidence(item["key"], paper(item["id"]), item["score"]) for item in event["evidence"]),
        model=event["model"],
        notes=tuple(event["notes"]),
        prompt=tuple(event["prompt"]) if event["prompt"] else None,
        tokens=tuple(event["tokens"]),
        seconds=Seconds(**event["seconds"]),
        confidence=event.get("confidence"),
        reply=event["reply"],
    )
    return Turn(
        number=event["turn"],
        at=datetime.fromisoformat(event["at"]),
        question=event["question"],
        reading=Reading(**{**reading, "papers": tuple(reading["papers"]), "tokens": tuple(reading["tokens"])}),
        answer=answer,
        papers=event["library"]["papers"],
        fingerprint=event["library"]["fingerprint"],
    )


def _read_claim(held: Event, paper: Callable[[str], Paper]) -> Claim:
    findings = tuple(
        Finding(**{**finding, "paper": paper(finding["paper"]) if finding["paper"] else None})
        for finding in held["findings"]
    )
    return Claim(**{**held, "findings": findings})
