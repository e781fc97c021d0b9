"""Turns as lines of JSON: read as they were written, by this version and by the ones before it."""

import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import chat_children
from support.chat_children import begin, turn

from assistant.answering.conversation import transcript
from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.domain.answers import Answer, Seconds
from assistant.domain.records import Claim, Evidence, Finding, Paper

FORMAT_1 = Path(__file__).with_name("format-1.jsonl").read_text(encoding="ascii")
"""A file of format 1, as the first version wrote it: two turns, the second in place of the first, then undone."""


def conversation_of_format_1() -> Conversation:
    at = datetime(2026, 3, 1, 12, 30, 5, tzinfo=timezone(timedelta(hours=1)))
    moss = Paper(
        "k1", "How Moss Grows", "Moss grows slowly. It likes ü shade.", date(2024, 1, 31), True,
        ("A. Moss", "B. Fern"), 2, "https://x.example/1",
    )  # fmt: skip
    evidence = (Evidence("P0a1b", moss, 1.25), Evidence("P2c3d", Paper("k2", "Ferns", "Ferns unroll."), 0.5))
    quote = Finding(moss, "P0a1b", "supported", "quote", "Moss grows slowly.", 1.0)
    unknown = Finding(None, "P9", "unsupported", "key", reason="names no paper")
    claims = (
        Claim("Moss grows slowly.", "supported", "quote", (quote,)),
        Claim("Ferns fly.", "unsupported", "key", (unknown,), "names no paper"),
    )
    first = Answer(
        "How does moss grow?", "answered", claims, evidence, "m", ("A note.",), ("answer.v1", "ab" * 32), (900, None),
        Seconds(0.1, 1.5, 0.25, 1.85), 0.75, "Moss grows slowly [P0a1b]. Ferns fly [P9].",
    )  # fmt: skip
    reading = Reading("And ferns?", "rule", ("k1",), True, "How Moss Grows And ferns?", "a note", (12, 3))
    turns = (
        Turn(1, at, "How does moss grow?", Reading("How does moss grow?"), first, 2, "vectors"),
        Turn(2, at, "And ferns?", reading, Answer("And ferns?", "abstained", (), evidence[1:]), 2, "vectors"),
    )
    return Conversation("20260301-123000-ab12", "/some/library", at, turns, frozenset({1, 2}))


def test_a_file_of_format_1_is_read_and_would_be_written_the_same() -> None:
    conversation = conversation_of_format_1()
    first, second = conversation.recorded
    assert transcript.parse(FORMAT_1.splitlines()) == conversation
    lines = [
        transcript.opening_line(conversation),
        transcript.turn_line(first, {}),
        transcript.turn_line(second, transcript.papers_by_id(replace(conversation, recorded=(first,))), replaces=1),
        transcript.undo_line(2),
    ]
    assert re.sub(r', "crc32": "[0-9a-f]{8}"', "", "".join(lines)) == FORMAT_1  # which has no checksums yet


def test_a_line_from_before_a_field_was_added_gets_its_default_and_an_unknown_field_is_passed_over() -> None:
    head, line, *_ = FORMAT_1.splitlines()
    event = json.loads(line)
    del event["confidence"], event["reading"]["tokens"], event["papers"][0]["authors"]
    event["claims"][0]["mood"] = "sure"
    [turn] = transcript.parse([head, json.dumps(event)]).recorded
    assert (turn.answer.confidence, turn.reading.tokens) == (None, (None, None))
    assert turn.answer.evidence[0].paper.authors == ()
    assert [claim.text for claim in turn.answer.claims] == ["Moss grows slowly.", "Ferns fly."]


def test_verdicts_of_earlier_versions_are_read_in_the_words_of_now() -> None:
    head, line, *_ = FORMAT_1.splitlines()

    def read(**changes: object) -> list[tuple[str, str]]:
        event = json.loads(line)
        claim = event["claims"][0]
        for one in (claim, claim["findings"][0]):
            one |= {name: value for name, value in changes.items() if name in ("verdict", "step", "score")}
        event["model"] = changes.get("model", "m")
        [turn] = transcript.parse([head, json.dumps(event)]).recorded
        return [(claim.verdict, claim.findings[0].verdict) for claim in turn.answer.claims]

    failing = ("unsupported", "unsupported")
    assert read() == [("supported", "supported"), failing]  # verbatim, by a model
    assert read(step="support", score=0.9) == [("located", "located"), failing]
    assert read(verdict="weak", step="support", score=0.4) == [("located", "located"), failing]
    assert read(model=None) == [("quoted", "quoted"), failing]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"verdict": "supported"', '"verdict": "true"', "claims.0.verdict: Input should be 'quoted', 'supported',"),
        ('"score": 1.25', '"score": "high"', "evidence.0.score: Input should be a valid number"),
        ('"date": "2024-01-31"', '"date": "soon"', "date: Input should be a valid date"),
        ('"how": "alone", ', '"how": 7, ', "reading.how: Input should be 'alone', 'rule' or 'model'"),
    ],
)
def test_a_wrong_value_is_named_by_its_field(old: str, new: str, message: str) -> None:
    head, line, *_ = FORMAT_1.splitlines()
    assert old in line
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        transcript.parse([head, line.replace(old, new, 1)])


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
COUNTS = st.none() | st.integers(0, 9_999)


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    """Any turn; its papers, of three, may have another text in each."""
    papers = [
        replace(chat_children.paper(n, draw(TEXTS)), authors=tuple(draw(st.lists(TEXTS, max_size=2)))) for n in range(3)
    ]
    undated = st.sampled_from([*papers, replace(papers[2], date=None, url="https://x.example/ü", author_count=3)])
    retrieved = {paper.id: paper for paper in draw(st.lists(undated, max_size=4))}
    cited = st.sampled_from([*retrieved.values(), None]) if retrieved else st.none()
    finding = st.builds(Finding, cited, TEXTS, st.just("located"), st.just("support"), TEXTS, st.floats(0, 1), TEXTS)
    claim = st.builds(
        Claim, TEXTS, st.just("located"), st.just("support"), st.lists(finding, max_size=2).map(tuple), TEXTS
    )
    answer = Answer(
        question=draw(TEXTS),
        status=draw(st.sampled_from(["answered", "abstained"])),
        claims=tuple(draw(st.lists(claim, max_size=2))),
        evidence=tuple(Evidence(f"P{n}", paper, draw(st.floats(0, 2))) for n, paper in enumerate(retrieved.values())),
        model=draw(st.none() | TEXTS),
        notes=tuple(draw(st.lists(TEXTS, max_size=2))),
        prompt=draw(st.none() | st.tuples(TEXTS, TEXTS)),
        tokens=draw(st.tuples(COUNTS, COUNTS)),
        seconds=Seconds(draw(st.floats(0, 9)), draw(st.floats(0, 9))),
        confidence=draw(st.none() | st.floats(0, 1)),
        reply=draw(TEXTS),
    )
    reading = Reading(
        answer.question, draw(st.sampled_from(["alone", "rule", "model"])), tuple(retrieved), draw(st.booleans()),
        draw(TEXTS), draw(TEXTS), draw(st.tuples(COUNTS, COUNTS)),
    )  # fmt: skip
    return Turn(0, chat_children.BEGUN, draw(TEXTS), reading, answer, draw(st.integers(0, 9)), draw(TEXTS))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(turns(), st.sampled_from(["", "replaces", "undo"])), max_size=5))
def test_turns_are_read_as_they_were_written(made: list[tuple[Turn, str]]) -> None:
    conversation = begin()
    lines = [transcript.opening_line(conversation)]
    for number, (unnumbered, how) in enumerate(made, 1):
        replaces = number - 1 if how == "replaces" and number > 1 else None
        undone = {taken_back for taken_back in (replaces, number if how == "undo" else None) if taken_back}
        numbered = replace(unnumbered, number=number)
        lines.append(transcript.turn_line(numbered, transcript.papers_by_id(conversation), replaces))
        lines += [transcript.undo_line(number)] if how == "undo" else []
        conversation = replace(
            conversation,
            recorded=(*conversation.recorded, numbered),
            undone=conversation.undone | undone,
        )
    assert all(line.isascii() and line.count("\n") == 1 for line in lines)
    assert transcript.parse("".join(lines).splitlines()) == conversation


def test_the_lines_hold_all_of_a_turn() -> None:
    head, event = map(json.loads, (transcript.opening_line(begin()), transcript.turn_line(turn(1), {})))
    assert len(head.pop("crc32")) == len(event.pop("crc32")) == 8
    assert head == {"format": 1, "id": "c", "begun": "2026-03-01T12:30:00+00:00", "library": "/some/library"}
    names = ("turn", "question", "model", "prompt", "tokens", "reply")
    assert {name: event[name] for name in names} == {
        "turn": 1,
        "question": "What of 1?",
        "model": "m",
        "prompt": ["answer.v1", "ab" * 32],
        "tokens": [900, None],
        "reply": "word " * 2_000,
    }
    assert event["reading"]["text"] == "What of 1, in full?"
    assert event["evidence"] == [
        {"key": "P0001", "id": "id1", "score": 0.5},
        {"key": "P0006", "id": "id6", "score": 1 / 7},
    ]
    assert event["claims"][0]["verdict"] == "supported"
    assert event["claims"][0]["findings"][0]["paper"] == "id1"
    assert event["seconds"] == {"retrieve": 0.1, "generate": 1.5, "verify": 0.25, "total": 1.85}
    assert event["library"] == {"papers": 48, "fingerprint": "vectors"}
    assert event["papers"][0]["abstract"] == "It is about 1."
