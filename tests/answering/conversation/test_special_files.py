"""Pipes and links under the names of conversations -> refused by name; nothing waits for them or is written through."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from support.chat_children import begin, keep, turn

from assistant.answering.conversation.archive import Archive
from assistant.domain.errors import ArchiveError


def link(path: Path) -> None:
    (path.parent.parent / "notes.txt").write_text("my notes")
    path.symlink_to("../notes.txt")


FORMS: dict[str, Callable[[Path], None]] = {
    "a named pipe": os.mkfifo,
    "a link to a file": link,
    "a link to itself": lambda path: path.symlink_to(path),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_conversation_that_is_no_file_is_refused_and_not_written(tmp_path: Path, form: str) -> None:
    archive = Archive(tmp_path / "chats")
    keep(archive, begin("other"), turn(1))
    path = archive.folder / "c.jsonl"
    FORMS[form](path)
    assert "other" in archive.ids()
    attempts: list[Callable[[], object]] = [
        lambda: archive.load("c"),
        lambda: keep(archive, begin("c"), turn(1)),
    ]
    for attempt in attempts:
        with pytest.raises(ArchiveError) as caught:
            attempt()
        assert (caught.value.exit_code, caught.value.path) == (6, path)
    assert len(archive.load("other").turns) == 1
    if form == "a link to a file":
        assert (tmp_path / "notes.txt").read_text() == "my notes"


@pytest.mark.parametrize("form", ["a link to a file", "a link to itself"])
def test_a_lock_is_not_taken_through_a_link(tmp_path: Path, form: str) -> None:
    archive = Archive(tmp_path / "chats")
    archive.folder.mkdir()
    FORMS[form](archive.folder / "c.lock")
    with pytest.raises(ArchiveError, match="cannot be locked"), archive.lock("c"):
        pass
    if form == "a link to a file":
        assert (tmp_path / "notes.txt").read_text() == "my notes"
