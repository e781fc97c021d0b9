"""An address, and the environment that names what it does not -> the folder that a reader's digests are kept in."""

from dataclasses import replace
from pathlib import Path

from assistant.app import folders
from assistant.domain.settings import Settings


def test_digests_of_two_databases_of_one_cloud_are_kept_apart() -> None:
    settings = Settings(Path("library"), chosen=True)

    def place(vectors: str, database: str = "") -> Path:
        return folders.digests_folder(replace(settings, vectors=vectors), {"CHROMA_DATABASE": database})

    assert folders.digests_folder(settings, {}) == Path("library")
    assert place("cloud", "one") == place("cloud?database=one", "two") != place("cloud", "two")
    assert place("http://host:8000", "one") == place("http://host:8000")
