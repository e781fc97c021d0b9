"""What every test of the library may ask for: a small library, and what a user has beside it."""

from pathlib import Path

import pytest
from support import libraries


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of the papers that `libraries.made` has."""
    return libraries.made(tmp_path)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """What a user has beside the library, under names that a library has too."""
    home = tmp_path / "home"
    for year in ("1", "2", "2023"):
        (home / year).mkdir(parents=True)
        (home / year / "photo.jpg").write_text("mine")
    (home / "notes.txt").write_text("my notes")
    return home
