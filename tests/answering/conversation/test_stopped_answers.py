"""An answer that was stopped while it was shown -> a turn that is kept, and said to be."""

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import libraries
from support.chat_children import begin

from assistant.answering.conversation import session
from assistant.answering.conversation.archive import Archive
from assistant.answering.pipeline import Pipeline
from assistant.cli.commands.chat import loop, state
from assistant.library.snapshot import LibrarySnapshot


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
        chat = state.Chat(
            session.Session(archive, len), Pipeline(library, embedder), begin(), lambda pipeline, _: pipeline
        )
        with contextlib.redirect_stdout(Interrupted()):
            assert loop.run(chat, Typed("Who measures moss?", "Who counts comets?", "/undo"), talkative=False) == 0
    conversation = archive.load("c")
    assert [(turn.number, turn.question) for turn in conversation.recorded] == [
        (1, "Who measures moss?"),
        (2, "Who counts comets?"),
    ]
    assert conversation.undone == {2}
    assert capsys.readouterr().err == (
        "assistant: stopped; the turn was on disk already, /undo takes it back\n"
        "assistant: taken back: Who counts comets?\n"
    )
