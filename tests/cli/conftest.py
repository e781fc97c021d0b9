"""What every test of the command line may ask for: chats with the sample that are kept in a folder of the test."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from support import commands, libraries
from support.chats import Chat, Talk
from support.homes import Home
from support.terminal import Terminal, masked

from assistant.answering.conversation.archive import Archive


@pytest.fixture
def environment(clean_environment: Mapping[str, str], sample_library: Path, archive: Archive) -> dict[str, str]:
    """The environment of a chat with the sample that keeps its conversations in `archive`; models are shown so much
    that they are asked once a question."""
    buffered = {name: value for name, value in clean_environment.items() if name != "PYTHONUNBUFFERED"}
    own = {"ASSISTANT_LIBRARY": str(sample_library), "ASSISTANT_CHATS": str(archive.folder)}
    return {**buffered, **own, "ASSISTANT_EVIDENCE": "10000"}


@pytest.fixture
def home(tmp_path: Path, clean_environment: Mapping[str, str]) -> Home:
    """A small library, and an environment that names it."""
    libraries.made(tmp_path)
    settled = {
        "ASSISTANT_LIBRARY": str(tmp_path / "library"), "ASSISTANT_CHATS": str(tmp_path / "chats"),
        "ASSISTANT_EMBEDDER": "hashing", "ASSISTANT_MODEL": "none",
    }  # fmt: skip
    return Home(tmp_path, {**clean_environment, **settled})


@pytest.fixture
def talk(environment: Mapping[str, str], tmp_path: Path) -> Talk:
    """Return what pipes lines into a chat; it returns the exit code and all that was shown, in order."""

    def one(*lines: str | bytes, options: tuple[str, ...] = (), **more: str) -> tuple[int, str]:
        typed = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)
        done = commands.in_this_process(["chat", *options], typed, tmp_path, {**environment, **more}, merged=True)
        return done.returncode, masked(done.stdout)

    return one


@pytest.fixture
def chat(environment: dict[str, str]) -> Chat:
    """Return what opens a chat on a terminal; words are its options, named values its environment."""

    def begin(*words: str, **more: str) -> Terminal:
        return Terminal("chat", *words, environment=environment, **more)

    return begin
