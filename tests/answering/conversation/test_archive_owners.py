"""Conversations on disk -> open in one chat at a time, read by their owner alone, and found again."""

import contextlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from support import chat_children
from support.chat_children import conversation_of, keep, turn
from support.library_children import Child

from assistant.answering.conversation.archive import Archive
from assistant.domain.errors import ArchiveError, UsageError

ROOT = Path(__file__).parents[3]


def test_a_copy_of_a_file_is_a_conversation_of_its_own(archive: Archive) -> None:
    first = conversation_of(archive, 2)
    (archive.folder / "copy.jsonl").write_bytes((archive.folder / "c.jsonl").read_bytes())
    copy = archive.load("copy")
    assert copy == replace(first, id="copy")
    keep(archive, copy, turn(3))
    assert [len(archive.load(id).recorded) for id in ("c", "copy")] == [2, 3]


def test_one_conversation_is_open_in_one_chat(archive: Archive) -> None:
    conversation_of(archive, 1)
    with archive.lock("c"):
        with pytest.raises(ArchiveError, match="conversation c is open in another chat; leave it there first"):
            archive.delete("c")
        with archive.lock("other"), pytest.raises(ArchiveError), archive.lock("c"):
            pass
        assert len(archive.load("c").recorded) == 1
    archive.delete("c")
    assert archive.ids() == []
    assert list(archive.folder.iterdir()) == []


def test_the_lock_of_a_killed_chat_is_free(archive: Archive) -> None:
    conversation_of(archive, 1)
    child = Child(chat_children.hold, archive.folder)
    assert child.hear() == "holding"
    with pytest.raises(ArchiveError, match="conversation c is open in another chat"):
        archive.delete("c")
    child.process.kill()
    assert child.end() == -9
    with archive.lock("c"):
        pass
    assert [path.name for path in archive.folder.iterdir()] == ["c.jsonl"]


def test_conversations_need_no_locks_of_the_operating_system_to_be_imported() -> None:
    code = "import sys; sys.modules['fcntl'] = None; import assistant.answering.conversation.archive"
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)


def test_a_chat_in_which_nothing_was_asked_leaves_no_file_however_it_ends(archive: Archive) -> None:
    for error in (None, KeyboardInterrupt, BlockingIOError):
        with contextlib.suppress(KeyboardInterrupt, BlockingIOError), archive.lock("c"):
            assert archive.ids() == []
            if error:
                raise error
        assert list(archive.folder.iterdir()) == []


def test_only_their_owner_can_read_conversations(archive: Archive) -> None:
    before = os.umask(0)
    try:
        conversation_of(archive, 1)
        with archive.lock("d"):
            modes = [path.stat().st_mode & 0o777 for path in (archive.folder, *archive.folder.iterdir())]
    finally:
        os.umask(before)
    assert modes == [0o700, 0o600, 0o600]


def test_the_conversation_that_went_on_last_comes_first(archive: Archive) -> None:
    assert archive.ids() == []
    conversations = [conversation_of(archive, 1, id) for id in "abc"]
    for second, id in enumerate("bca"):
        os.utime(archive.folder / f"{id}.jsonl", (second, second))
    (archive.folder / "empty.jsonl").touch()
    (archive.folder / "history").write_text("typed\n")
    assert archive.ids() == ["a", "c", "b"]
    keep(archive, conversations[1], turn(2))
    assert archive.ids() == ["b", "a", "c"]


def test_a_conversation_is_found_by_the_beginning_of_its_id(archive: Archive) -> None:
    for id in ("2026-aa", "2026-ab", "2026", "x"):
        conversation_of(archive, 1, id)
    assert [archive.find(name) for name in ("2026-aa", "2026-ab", "2026", "x")] == ["2026-aa", "2026-ab", "2026", "x"]
    for name, message in (
        ("2026-", "2 conversations begin with 2026-; `assistant history` lists them"),
        ("nope", "no conversation is called 'nope'; `assistant history` lists them"),
        ("", "no conversation is called ''; `assistant history` lists them"),
        ("../chats/x", "no conversation is called '../chats/x'; `assistant history` lists them"),
    ):
        with pytest.raises(UsageError) as caught:
            archive.find(name)
        assert str(caught.value) == message
