"""Turns <-> lines of JSON: all that was asked, retrieved, replied and checked; a paper's text once a conversation.

The first line names the format, the conversation and its library. Each other line is a turn, or takes one back. In a
turn, papers stand by their ids; `papers` has those that are new in the conversation, or have changed. A line ends with
the CRC-32 of the line without it, in hexadecimal; lines of earlier versions have none.
"""

import functools
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.domain import verdicts
from assistant.domain.answers import Answer
from assistant.domain.costs import Cost
from assistant.domain.records import SAMPLE_SOURCE, Claim, Finding, Paper

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FORMAT = 1
Json = Mapping[str, Any]
Record = TypeVar("Record")
_LATER: Mapping[type, Mapping[str, object]] = {
    Paper: {"aliases": (), "full_text": None},
    Finding: {"page": None},
    Answer: {"kind": "prose", "text": "", "is_near": True, "checker": None, "unchecked": 0, "cost": Cost()},
    Reading: {"intent": ""},
}
"""Fields that earlier versions did not write, with what they are where they are left out."""
_CHECKSUM = re.compile(r', "crc32": "([0-9a-f]{8})"\}$')


def opening_line(conversation: Conversation) -> str:
    """Return the first line of a conversation."""
    begun = conversation.begun.isoformat(timespec="seconds")
    return _line({"format": FORMAT, "id": conversation.id, "begun": begun, "library": conversation.library})


def undo_line(number: int) -> str:
    """Return the line that takes a turn back."""
    return _line({"undo": number})


def turn_line(turn: Turn, earlier: Mapping[str, Paper], replaces: int | None = None) -> str:
    """Return the line of a turn; `earlier` are the papers that the lines before it have, by id, and `replaces` is the
    number of the turn that it takes back."""
    papers = {paper.id: _to_json(_without_listings(paper)) for paper in _papers(turn)}
    unchanged = {id: _to_json(_without_listings(earlier[id])) for id in papers if id in earlier}
    answer = _to_json(replace(turn.answer, claims=(), evidence=())) | {
        "claims": [claim_record(claim) for claim in turn.answer.claims],
        "evidence": [{"key": item.key, "id": item.paper.id, "score": item.score} for item in turn.answer.evidence],
    }
    del answer["question"]  # it is the text of the reading
    return _line(
        {
            "turn": turn.number,
            "replaces": replaces,
            "at": turn.at.isoformat(timespec="seconds"),
            "question": turn.question,
            "reading": _to_json(turn.reading),
            **answer,
            "library": {"papers": turn.library_size, "fingerprint": turn.fingerprint},
            "papers": [paper for id, paper in papers.items() if paper != unchanged.get(id)],
        }
    )


def claim_record(claim: Claim) -> dict[str, Any]:
    """Return a claim with its findings as plain values, the papers by their ids."""
    findings = [
        _to_json(replace(finding, paper=None)) | {"paper": finding.paper.id if finding.paper else None}
        for finding in claim.findings
    ]
    return _to_json(replace(claim, findings=())) | {"findings": findings}


def parse(lines: Sequence[str]) -> Conversation:
    """Return the conversation that its lines make; raises `ValueError`, `KeyError`, `TypeError` or `IndexError`."""
    head = _event(lines[0], 1)
    if head["format"] != FORMAT:
        raise ValueError(f"format {head['format']}, which this version does not know")
    conversation = Conversation(head["id"], head["library"], datetime.fromisoformat(head["begun"]))
    papers: dict[str, Paper] = {}
    for number, line in enumerate(lines[1:], 2):
        event = _event(line, number)
        undone = {event["undo"]} if "undo" in event else {event["replaces"]} - {None}
        conversation = replace(conversation, undone=conversation.undone | undone)
        if "turn" in event:
            papers |= {paper["id"]: _from_json(Paper, paper) for paper in event["papers"]}
            conversation = replace(conversation, recorded=(*conversation.recorded, _turn(event, papers)))
    return conversation


def parted(content: bytes) -> tuple[bytes, bytes]:
    """Return the whole lines of a file, and what is torn after them.

    A last line that lacks only its end, or whose end is another sign by now, is whole.
    """
    end = content.rfind(b"\n") + 1
    last = content[end:]
    for line in (last, last[:-1]) if end else ():
        if _is_whole(line):
            return content[:end] + line, b""
    return content[:end], last


def papers_by_id(conversation: Conversation) -> dict[str, Paper]:
    """Return the papers, as they last were, that the lines of a conversation have."""
    return {paper.id: paper for turn in conversation.recorded for paper in _papers(turn)}


def _papers(turn: Turn) -> list[Paper]:
    """Return the papers of a turn in the order in which they are written; of two with one id the last one counts."""
    return [*(item.paper for item in turn.answer.evidence), *turn.cited]


def _turn(event: Json, papers: Mapping[str, Paper]) -> Turn:
    """Return the turn of a line, the papers put in the place of their ids."""
    evidence = [{**item, "paper": papers[item["id"]]} for item in event["evidence"]]
    claims = [_claim(claim, papers, extractive=event["model"] is None) for claim in event["claims"]]
    answer = {**event, "question": event["reading"]["text"], "claims": claims, "evidence": evidence}
    library = event["library"]
    turn = {"number": event["turn"], "library_size": library["papers"], "fingerprint": library["fingerprint"]}
    return _from_json(Turn, {**event, **turn, "answer": _from_json(Answer, answer)})


def _claim(claim: Json, papers: Mapping[str, Paper], *, extractive: bool) -> Json:
    """Return the fields of a claim, the papers put in the place of their ids, its verdicts in the words of now."""
    findings = claim["findings"]
    measured = [(finding["verdict"], finding["step"], finding["score"]) for finding in findings]
    verdict, by_finding = verdicts.renamed(claim["verdict"], claim["step"], measured, extractive=extractive)
    rows = [
        {**finding, "verdict": name, "paper": _paper(finding, papers)}
        for finding, name in zip(findings, by_finding, strict=True)
    ]
    return {**claim, "verdict": verdict, "findings": rows}


def _without_listings(paper: Paper) -> Paper:
    """Return a paper as it is written: with the listings alone that its remark rests on."""
    return replace(paper, listings=tuple(each for each in paper.listings if each.source == SAMPLE_SOURCE))


def _paper(finding: Json, papers: Mapping[str, Paper]) -> Paper | None:
    return papers[finding["paper"]] if finding["paper"] else None


def _line(event: Json) -> str:
    text = json.dumps(event, ensure_ascii=True)
    return f'{text[:-1]}, "crc32": "{zlib.crc32(text.encode("ascii")):08x}"}}\n'


def _event(line: str, number: int) -> Any:
    """Return what a line says; raises `ValueError` where it is not as it was written. Its `number` is for people."""
    if checksum := _CHECKSUM.search(line):
        line = line[: checksum.start()] + "}"
        if zlib.crc32(line.encode("ascii")) != int(checksum[1], 16):
            raise ValueError(f"line {number} has been changed: its checksum does not match")
    return json.loads(line)


def _is_whole(line: bytes) -> bool:
    """Whether a line is an object whose checksum, where it has one, is right."""
    try:
        return isinstance(_event(line.decode("ascii"), 0), dict)
    except (ValueError, RecursionError):
        return False


def _to_json(record: object) -> dict[str, Any]:
    """Return the fields of a record as plain values."""
    fields: dict[str, Any] = _adapters()[type(record)].dump_python(record, mode="json")
    for name, default in _LATER.get(type(record), {}).items():
        if getattr(record, name) == default:
            del fields[name]
    return fields


def _from_json(kind: type[Record], fields: Json) -> Record:
    """Return the record with these fields, others ignored; raises `ValueError`, which names the field that is wrong."""
    from pydantic import ValidationError

    try:
        record: Record = _adapters()[kind].validate_python(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    return record


@functools.cache
def _adapters() -> "dict[type, TypeAdapter[Any]]":
    """Return what turns records into plain values and back, by kind; only conversations pay for this import."""
    from pydantic import TypeAdapter

    return {kind: TypeAdapter(kind) for kind in (Turn, Answer, Reading, Claim, Finding, Paper)}
