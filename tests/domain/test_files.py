"""A text -> a file that is whole or not there, whatever was left by others before."""

import os
from pathlib import Path

import pytest

from assistant.domain import files


def left_by_a_killed_process(path: Path) -> Path:
    """What a process with the number of this one left, as in a container, where all have the same."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text("half of ")
    return part


def test_what_a_killed_process_left_is_in_nobodys_way(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_text("before")
    for path, write in ((old, files.replace_private), (new, files.make_private)):
        left_by_a_killed_process(path)
        write(path, "whole")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"old": "whole", "new": "whole"}


def test_a_new_file_takes_the_place_of_nothing(tmp_path: Path) -> None:
    there, link = tmp_path / "there", tmp_path / "link"
    there.write_text("before")
    link.symlink_to("nowhere")
    for path in (there, link):
        with pytest.raises(FileExistsError):
            files.make_private(path, "after")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "there"]
    assert there.read_text() == "before"
    made = tmp_path / ("n" * 250)  # the longest that there can be, nearly
    files.make_private(made, "after")
    assert (made.read_text(), made.stat().st_mode & 0o777) == ("after", 0o600)
