"""Conversations on disk: whole after every kill, refused where damaged, private, and read as they were written."""

import contextlib
import io
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import chat_children, libraries
from support.chat_children import begin, keep, turn
from support.library_children import Child

from assistant.answering.conversation import session, transcript
from assistant.answering.conversation.archive import Archive
from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.answering.pipeline import Pipeline
from assistant.cli.commands.chat import loop, state
from assistant.domain.errors import ArchiveError, UsageError
from assistant.domain.records import Answer, Claim, Evidence, Finding, Seconds
from assistant.library.snapshot import LibrarySnapshot

KILLS = [5, pytest.param(25, marks=pytest.mark.slow)]
ROOT = Path(__file__).parents[3]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "chats")


def kept(archive: Archive, turns: int, id: str = "c") -> Conversation:
    conversation = begin(id)
    for number in range(1, turns + 1):
        conversation = keep(archive, conversation, turn(number))
    return conversation


@pytest.mark.parametrize("kills", KILLS)
def test_killed_at_any_moment_at_most_the_turn_in_flight_is_missing(archive: Archive, kills: int) -> None:
    chance = random.Random(20_260_301)
    acknowledged = 0
    for kill in range(kills):
        child = Child(chat_children.keep_turns, archive.folder)
        assert child.hear() == "began"
        for _ in range(kill % 3):
            acknowledged = child.hear()
        timer = threading.Timer(chance.uniform(0, 0.02), child.process.kill)
        timer.start()
        while (heard := child.hear()) is not None:
            acknowledged = heard
        timer.join()
        assert child.end() == -9
        found = archive.kept(begin())
        assert len(found.recorded) in (acknowledged, acknowledged + 1)
        assert found == replace(begin(), recorded=tuple(turn(n) for n in range(1, len(found.recorded) + 1)))
        acknowledged = len(found.recorded)
    assert acknowledged > kills / 2


def test_a_file_cut_anywhere_loads_without_the_line_that_was_cut_and_goes_on(archive: Archive) -> None:
    whole = kept(archive, 3)
    path = archive.folder / "c.jsonl"
    written = path.read_bytes()
    ends = [place + 1 for place, byte in enumerate(written) if byte == ord("\n")]
    chance = random.Random(7)
    near = {max(0, end + off) for end in ends for off in (-2, -1, 0, 1)}
    for cut in sorted({*near, 0, 1, *chance.sample(range(len(written)), 30)}):
        path.write_bytes(written[:cut])
        lines = sum(end <= cut for end in ends)
        assert archive.ids() == (["c"] if lines else [])
        before = archive.kept(begin())
        assert before.recorded == whole.recorded[: max(0, lines - 1)]
        after = keep(archive, before, turn(9))
        assert archive.load("c") == after
        with archive.held("c"):
            assert len(path.read_bytes().split(b"\n")) == len(after.recorded) + 2


@pytest.mark.parametrize(
    "content",
    [
        b"\n", b"[]\n", b"null\n", b"7\n", b"{}\n", b"not json\n", b"\xff\xfe\n", b"[" * 90_000 + b"\n",
        b'{"format": 2, "id": "c", "begun": "2026-03-01T00:00:00+00:00", "library": "l"}\n',
        b'{"format": 1, "id": "c", "begun": "yesterday", "library": "l"}\n',
        b'{"format": 1, "id": "c", "begun": "2026-03-01T00:00:00+00:00", "library": "l"}\n{"turn": 1}\n',
        b'{"format": 1, "id": "c", "begun": "2026-03-01T00:00:00+00:00", "library": "l"}\n17\n',
    ],
    ids=lambda content: content[:20].decode("latin-1") + str(len(content)),
)  # fmt: skip
def test_a_damaged_file_is_named_with_what_to_do(archive: Archive, content: bytes) -> None:
    archive.folder.mkdir()
    path = archive.folder / "c.jsonl"
    path.write_bytes(content)
    with pytest.raises(ArchiveError) as caught:
        archive.load(archive.find("c"))
    assert str(caught.value).startswith(f"{path} is no conversation of this version (")
    assert str(caught.value).endswith("); mend it, or move it elsewhere")
    assert path.read_bytes() == content


def test_a_line_lost_in_the_middle_is_damage_and_not_passed_over(archive: Archive) -> None:
    kept(archive, 3)
    path = archive.folder / "c.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[1][:50] + b"\n", *lines[2:]]))
    with pytest.raises(ArchiveError, match="no conversation of this version"):
        archive.load("c")


def test_a_copy_of_a_file_is_a_conversation_of_its_own(archive: Archive) -> None:
    first = kept(archive, 2)
    (archive.folder / "copy.jsonl").write_bytes((archive.folder / "c.jsonl").read_bytes())
    copy = archive.load("copy")
    assert copy == replace(first, id="copy")
    keep(archive, copy, turn(3))
    assert [len(archive.load(id).recorded) for id in ("c", "copy")] == [2, 3]


def test_one_conversation_is_open_in_one_chat(archive: Archive) -> None:
    kept(archive, 1)
    with archive.held("c"):
        with pytest.raises(ArchiveError, match="conversation c is open in another chat; leave it there first"):
            archive.delete("c")
        with archive.held("other"), pytest.raises(ArchiveError), archive.held("c"):
            pass
        assert len(archive.load("c").recorded) == 1
    archive.delete("c")
    assert archive.ids() == []
    assert list(archive.folder.iterdir()) == []


def test_a_chat_in_which_nothing_was_asked_leaves_no_file_however_it_ends(archive: Archive) -> None:
    for error in (None, KeyboardInterrupt, BlockingIOError):
        with contextlib.suppress(KeyboardInterrupt, BlockingIOError), archive.held("c"):
            assert archive.ids() == []
            if error:
                raise error
        assert list(archive.folder.iterdir()) == []


def test_only_their_owner_can_read_conversations(archive: Archive) -> None:
    before = os.umask(0)
    try:
        kept(archive, 1)
        with archive.held("d"):
            modes = [path.stat().st_mode & 0o777 for path in (archive.folder, *archive.folder.iterdir())]
    finally:
        os.umask(before)
    assert modes == [0o700, 0o600, 0o600]


def test_the_conversation_that_went_on_last_comes_first(archive: Archive) -> None:
    assert archive.ids() == []
    conversations = [kept(archive, 1, id) for id in "abc"]
    for second, id in enumerate("bca"):
        os.utime(archive.folder / f"{id}.jsonl", (second, second))
    (archive.folder / "empty.jsonl").touch()
    (archive.folder / "history").write_text("typed\n")
    assert archive.ids() == ["a", "c", "b"]
    keep(archive, conversations[1], turn(2))
    assert archive.ids() == ["b", "a", "c"]


def test_a_conversation_is_found_by_the_beginning_of_its_id(archive: Archive) -> None:
    for id in ("2026-aa", "2026-ab", "2026", "x"):
        kept(archive, 1, id)
    assert [archive.find(name) for name in ("2026-aa", "2026-ab", "2026", "x")] == ["2026-aa", "2026-ab", "2026", "x"]
    for name, told in (
        ("2026-", "2 conversations begin with 2026-; `assistant chats` lists them"),
        ("nope", "no conversation is called 'nope'; `assistant chats` lists them"),
        ("", "no conversation is called ''; `assistant chats` lists them"),
        ("../chats/x", "no conversation is called '../chats/x'; `assistant chats` lists them"),
    ):
        with pytest.raises(UsageError) as caught:
            archive.find(name)
        assert str(caught.value) == told


def test_a_disk_that_is_full_or_read_only_loses_no_turn_that_was_kept(tmp_path: Path) -> None:
    may = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", tmp_path], check=False, capture_output=True)
    if may.returncode:
        pytest.skip(f"no file system can be mounted here: {may.stderr.decode().strip()}")
    done = subprocess.run(
        ["unshare", "-m", sys.executable, "-m", "support.chat_children", tmp_path],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    path = tmp_path / "chats" / "c.jsonl"
    assert json.loads(done.stdout) == {
        "full": f"{path}: No space left on device; this turn is not kept",
        "whole": True,
        "on": True,
        "read": True,
        "append": f"{path}: Read-only file system; this turn is not kept",
        "delete": f"{path}: Read-only file system; ASSISTANT_CHATS names another folder for chats",
        "held": f"{path.with_name('d.jsonl')}: Read-only file system; ASSISTANT_CHATS names another folder for chats",
    }


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
COUNTS = st.none() | st.integers(0, 9_999)


@st.composite
def turns(draw: st.DrawFn) -> Turn:
    """Any turn; its papers, of three, may have another text in each."""
    papers = [
        replace(chat_children.paper(n, draw(TEXTS)), authors=tuple(draw(st.lists(TEXTS, max_size=2)))) for n in range(3)
    ]
    undated = st.sampled_from([*papers, replace(papers[2], date=None, url="https://x.example/ü", author_count=3)])
    found = {paper.id: paper for paper in draw(st.lists(undated, max_size=4))}
    cited = st.sampled_from([*found.values(), None]) if found else st.none()
    finding = st.builds(Finding, cited, TEXTS, st.just("weak"), st.just("support"), TEXTS, st.floats(0, 1), TEXTS)
    claim = st.builds(
        Claim, TEXTS, st.just("weak"), st.just("support"), st.lists(finding, max_size=2).map(tuple), TEXTS
    )
    answer = Answer(
        question=draw(TEXTS),
        status=draw(st.sampled_from(["answered", "abstained"])),
        claims=tuple(draw(st.lists(claim, max_size=2))),
        evidence=tuple(Evidence(f"P{n}", paper, draw(st.floats(0, 2))) for n, paper in enumerate(found.values())),
        model=draw(st.none() | TEXTS),
        notes=tuple(draw(st.lists(TEXTS, max_size=2))),
        prompt=draw(st.none() | st.tuples(TEXTS, TEXTS)),
        tokens=draw(st.tuples(COUNTS, COUNTS)),
        seconds=Seconds(draw(st.floats(0, 9)), draw(st.floats(0, 9))),
        confidence=draw(st.none() | st.floats(0, 1)),
        reply=draw(TEXTS),
    )
    reading = Reading(
        answer.question, draw(st.sampled_from(["alone", "rule", "model"])), tuple(found), draw(st.booleans()),
        draw(TEXTS), draw(TEXTS), draw(st.tuples(COUNTS, COUNTS)),
    )  # fmt: skip
    return Turn(0, chat_children.BEGUN, draw(TEXTS), reading, answer, draw(st.integers(0, 9)), draw(TEXTS))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(turns(), st.sampled_from(["", "replaces", "undo"])), max_size=5))
def test_turns_are_read_as_they_were_written(made: list[tuple[Turn, str]]) -> None:
    conversation = begin()
    lines = [transcript.begin(conversation)]
    for number, (taken, how) in enumerate(made, 1):
        replaces = number - 1 if how == "replaces" and number > 1 else None
        undone = {replaces} - {None} | ({number} if how == "undo" else set())
        numbered = replace(taken, number=number)
        lines.append(transcript.turn(numbered, transcript.known(conversation), replaces))
        lines += [transcript.undo(number)] if how == "undo" else []
        conversation = replace(
            conversation,
            recorded=(*conversation.recorded, numbered),
            undone=conversation.undone | {one for one in undone if one},
        )
    assert all(line.isascii() and line.count("\n") == 1 for line in lines)
    assert transcript.read("".join(lines).splitlines()) == conversation


def test_half_a_character_does_not_keep_a_turn_from_disk(archive: Archive) -> None:
    taken = replace(turn(1), question="half \ud83d a character")
    assert archive.load(keep(archive, begin(), taken).id).recorded == (taken,)


def test_a_paper_is_written_once_a_conversation_and_again_where_it_changed(archive: Archive) -> None:
    conversation = begin()
    editions = []
    for number, edition in enumerate(("", "", "New.", "", ""), 1):
        held = chat_children.paper(1, edition)
        listed = replace(held, listings=(libraries.entry(1).listing,))
        taken = replace(
            turn(number), answer=replace(turn(number).answer, evidence=(Evidence("P1", listed, 1.0),), claims=())
        )
        conversation = keep(archive, archive.kept(conversation), taken)
        editions.append(held)
    events = [json.loads(line) for line in (archive.folder / "c.jsonl").read_text().splitlines()[1:]]
    assert [len(event["papers"]) for event in events] == [1, 0, 1, 1, 0]
    assert [taken.answer.evidence[0].paper for taken in archive.load("c").recorded] == editions


class Typed:
    """What a person types, one thing after another."""

    interactive = True

    def __init__(self, *typed: str) -> None:
        self._typed: Iterator[str] = iter(typed)

    def read(self) -> str | None:
        return next(self._typed, None)


class Interrupted(io.StringIO):
    """An output at whose first line somebody presses Ctrl-C."""

    pressed = False

    def write(self, text: str) -> int:
        if not self.pressed:
            self.pressed = True
            raise KeyboardInterrupt
        return super().write(text)


def test_an_answer_stopped_while_it_is_shown_is_kept_and_said_to_be(
    archive: Archive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    embedder = libraries.HashedWords()
    with LibrarySnapshot(libraries.made(tmp_path), embedder.fingerprint) as library:
        chat = state.Chat(session.Session(archive, len), Pipeline(library, embedder), begin())
        with contextlib.redirect_stdout(Interrupted()):
            assert loop.run(chat, Typed("Who measures moss?", "Who counts comets?", "/undo"), talkative=False) == 0
    found = archive.load("c")
    assert [(taken.number, taken.question) for taken in found.recorded] == [
        (1, "Who measures moss?"),
        (2, "Who counts comets?"),
    ]
    assert found.undone == {2}
    assert capsys.readouterr().err == (
        "assistant: stopped; the turn was on disk already, /undo takes it back\n"
        "assistant: taken back: Who counts comets?\n"
    )


def test_the_file_holds_all_of_a_turn(archive: Archive) -> None:
    kept(archive, 1)
    head, event = map(json.loads, (archive.folder / "c.jsonl").read_text().splitlines())
    assert head == {"format": 1, "id": "c", "begun": "2026-03-01T12:30:00+00:00", "library": "/some/library"}
    held: dict[str, Any] = {name: event[name] for name in ("turn", "question", "model", "prompt", "tokens", "reply")}
    assert held == {
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
