"""What every test of the command line may ask for: chats with the sample that are kept in a folder of the test."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from assistant.answering.conversation.archive import Archive


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An empty folder of chats."""
    return Archive(tmp_path / "chats")


@pytest.fixture
def environment(clean_environment: Mapping[str, str], sample_library: Path, archive: Archive) -> dict[str, str]:
    """The environment of a chat with the sample that keeps its conversations in `archive`."""
    buffered = {name: value for name, value in clean_environment.items() if name != "PYTHONUNBUFFERED"}
    return {**buffered, "ASSISTANT_LIBRARY": str(sample_library), "ASSISTANT_CHATS": str(archive.folder)}
