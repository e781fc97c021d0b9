"""Conversations on disk: whole after every kill, refused where damaged, private, and read as they were written."""

import json
import os
import random
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from support import chat_children, libraries
from support.chat_children import begin, conversation_of, keep, turn
from support.library_children import Child

from assistant.answering.conversation import transcript
from assistant.answering.conversation.archive import Archive
from assistant.domain.errors import ArchiveError
from assistant.domain.records import Evidence

KILLS = [5, pytest.param(25, marks=pytest.mark.slow)]
ROOT = Path(__file__).parents[3]


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
        conversation = archive.reload(begin())
        assert len(conversation.recorded) in (acknowledged, acknowledged + 1)
        assert conversation == replace(
            begin(), recorded=tuple(turn(n) for n in range(1, len(conversation.recorded) + 1))
        )
        acknowledged = len(conversation.recorded)
    assert acknowledged > kills / 2


def test_a_file_cut_anywhere_loads_without_what_is_torn_which_is_told_and_kept(tmp_path: Path) -> None:
    messages: list[str] = []
    archive = Archive(tmp_path, messages.append)
    whole = conversation_of(archive, 3)
    path, aside = tmp_path / "c.jsonl", tmp_path / "c.torn"
    written = path.read_bytes()
    ends = [place + 1 for place, byte in enumerate(written) if byte == ord("\n")]
    chance = random.Random(7)
    near = {max(0, end + off) for end in ends for off in (-2, -1, 0, 1)}
    for cut in sorted({*near, 0, 1, *chance.sample(range(len(written)), 30)}):
        path.write_bytes(written[:cut])
        lines = sum(end <= cut for end in ends)
        lines += lines > 0 and cut + 1 in ends  # nothing of it is missing but its end
        torn = written[ends[lines - 1] if lines else 0 : cut]
        assert archive.ids() == (["c"] if cut else [])
        before = archive.reload(begin())
        assert before.recorded == whole.recorded[: max(0, lines - 1)]
        if lines:
            assert (archive.load("c"), len(messages)) == (before, 1 if torn else 0)
        elif cut:
            with pytest.raises(ArchiveError, match="its first line is cut short"):
                archive.load("c")
        after = replace(keep(archive, before, turn(9)), unkept=())
        assert archive.load("c") == after
        with archive.lock("c"):
            assert len(path.read_bytes().split(b"\n")) == len(after.recorded) + 2
        assert (aside.read_bytes() if torn else b"") == (torn + b"\n" if torn else b"")
        aside.unlink(missing_ok=True)
        messages.clear()


def test_torn_lines_are_told_with_where_they_are_and_kept_one_below_the_other(tmp_path: Path) -> None:
    messages: list[str] = []
    archive = Archive(tmp_path, messages.append)
    conversation = conversation_of(archive, 1)
    for half in (b'{"turn": 2, "ques', b'{"turn": 2'):
        with (tmp_path / "c.jsonl").open("ab") as file:
            file.write(half)
        assert archive.load("c") == conversation
        conversation = keep(archive, conversation, turn(len(conversation.recorded) + 1))
    path = tmp_path / "c.jsonl"
    assert messages[:2] == [
        f"{path}: its last line is torn (17 bytes that are no whole turn), and is left out; it stays where it is until "
        "the conversation goes on, and in c.torn from then on",
        f"the torn last line of conversation c is in {tmp_path}/c.torn now",
    ]
    assert (tmp_path / "c.torn").read_bytes() == b'{"turn": 2, "ques\n{"turn": 2\n'
    assert archive.load("c") == conversation
    archive.delete("c")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bit", range(8))
def test_a_bit_flipped_in_the_last_newline_loses_no_turn(archive: Archive, bit: int) -> None:
    conversation = conversation_of(archive, 2)
    path = archive.folder / "c.jsonl"
    written = path.read_bytes()
    path.write_bytes(written[:-1] + bytes([written[-1] ^ 1 << bit]))
    assert archive.load("c") == conversation
    conversation = keep(archive, conversation, turn(3))
    assert archive.load("c") == conversation
    assert path.read_bytes()[: len(written)] == written
    assert not (archive.folder / "c.torn").exists()


def test_a_changed_letter_is_noticed(archive: Archive) -> None:
    conversation_of(archive, 2)
    path = archive.folder / "c.jsonl"
    written = path.read_bytes()
    path.write_bytes(written.replace(b"So it is.", b"So id is.", 1))
    with pytest.raises(ArchiveError, match="line 2 has been changed: its checksum does not match"):
        archive.load("c")


def test_lines_that_could_not_be_kept_are_kept_with_the_next(archive: Archive) -> None:
    conversation = conversation_of(archive, 1)
    line = transcript.turn_line(turn(2), transcript.papers_by_id(conversation))
    conversation = replace(conversation, recorded=(*conversation.recorded, turn(2)), unkept=(line,))
    assert archive.reload(conversation) is conversation
    conversation = keep(archive, conversation, turn(3))
    assert archive.load("c") == replace(conversation, unkept=()) == archive.reload(replace(conversation, unkept=()))


def test_a_file_that_cannot_be_read_is_listed_and_refused_at_once(archive: Archive) -> None:
    conversation_of(archive, 1)
    (archive.folder / "loop.jsonl").symlink_to("loop.jsonl")
    os.mkfifo(archive.folder / "pipe.jsonl")
    (archive.folder / "folder.jsonl").mkdir()
    (archive.folder / "gone.jsonl").symlink_to("nowhere")
    assert sorted(archive.ids()) == ["c", "folder", "loop", "pipe"]
    for id in ("folder", "loop", "pipe"):
        with pytest.raises(ArchiveError, match="this conversation cannot be read"):
            archive.load(id)
        with pytest.raises(ArchiveError, match="this turn is not kept"):
            keep(archive, begin(id), turn(1))


def test_a_name_that_no_folder_can_have_is_told(tmp_path: Path) -> None:
    archive = Archive(tmp_path / ("x" * 5_000))
    archive.sweep()
    with pytest.raises(ArchiveError, match="chats cannot be read") as caught:
        archive.ids()
    assert caught.value.cause == "File name too long"


def test_what_killed_chats_left_is_swept_unless_somebody_has_it(archive: Archive) -> None:
    conversation_of(archive, 1)
    for name in ("a.jsonl", "a.lock", "b.lock", "d.jsonl", "c.lock"):
        (archive.folder / name).touch()
    with Archive(archive.folder).lock("b"):
        archive.sweep()
        assert sorted(path.name for path in archive.folder.iterdir()) == ["b.lock", "c.jsonl"]


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
    error = caught.value
    assert (error.what, error.path) == ("is no conversation of this version", path)
    assert error.cure == "mend it, or move it elsewhere"
    assert error.cause
    assert path.read_bytes() == content


def test_a_line_lost_in_the_middle_is_damage_and_not_passed_over(archive: Archive) -> None:
    conversation_of(archive, 3)
    path = archive.folder / "c.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[1][:50] + b"\n", *lines[2:]]))
    with pytest.raises(ArchiveError, match="no conversation of this version"):
        archive.load("c")


def test_a_disk_that_is_full_or_read_only_loses_no_turn_that_was_kept(tmp_path: Path) -> None:
    may = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", tmp_path], check=False, capture_output=True)
    if may.returncode:
        pytest.skip(f"no file system can be mounted here: {may.stderr.decode().strip()}")
    done = subprocess.run(
        ["unshare", "-m", sys.executable, "-m", "support.chat_children", tmp_path],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    path, cure = tmp_path / "chats" / "c.jsonl", "ASSISTANT_CHATS names another folder for chats"
    assert json.loads(done.stdout) == {
        "full": f"{path}: this turn is not kept (No space left on device); {cure}",
        "whole": True,
        "on": True,
        "read": True,
        "append": f"{path}: this turn is not kept (Read-only file system); {cure}",
        "delete": f"{path}: cannot be locked (Read-only file system); {cure}",
        "lock": f"{path.with_name('d.jsonl')}: cannot be locked (Read-only file system); {cure}",
    }


def test_half_a_character_does_not_keep_a_turn_from_disk(archive: Archive) -> None:
    broken = replace(turn(1), question="half \ud83d a character")
    assert archive.load(keep(archive, begin(), broken).id).recorded == (broken,)


def test_a_paper_is_written_once_a_conversation_and_again_where_it_changed(archive: Archive) -> None:
    conversation = begin()
    editions = []
    for number, edition in enumerate(("", "", "New.", "", ""), 1):
        paper = chat_children.paper(1, edition)
        listed = replace(paper, listings=(libraries.entry(1).listing,))
        answer = replace(turn(number).answer, evidence=(Evidence("P1", listed, 1.0),), claims=())
        conversation = keep(archive, archive.reload(conversation), replace(turn(number), answer=answer))
        editions.append(paper)
    events = [json.loads(line) for line in (archive.folder / "c.jsonl").read_text().splitlines()[1:]]
    assert [len(event["papers"]) for event in events] == [1, 0, 1, 1, 0]
    assert [turn.answer.evidence[0].paper for turn in archive.load("c").recorded] == editions
