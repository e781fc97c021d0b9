"""A folder -> a lock that one process has, that names it, and that goes with it; and systems that have other locks."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from support import libraries
from support.library_children import Child, wait_for_lock

from assistant.domain.errors import LibraryError, LockedError
from assistant.library import locks

ROOT = Path(__file__).parents[2]


def locked_error(folder: Path) -> LockedError:
    with pytest.raises(LockedError) as caught, locks.exclusive_lock(folder, 0.0):
        pass
    return caught.value


def test_the_process_that_has_the_lock_is_named_and_leaves_no_name_behind(tmp_path: Path) -> None:
    (tmp_path / "writer.json").write_text('{"pid": 1, "host": "of one that was killed", "command": ""}')
    with locks.exclusive_lock(tmp_path, 0.0):
        error = locked_error(tmp_path)
        command = " ".join(sys.argv)[:200]
        assert error.what == f"being written by process {os.getpid()} on {socket.gethostname()} ({command})"
        assert (error.path, error.cure) == (tmp_path, "wait for it to finish, then run this again")
    assert [path.name for path in tmp_path.iterdir()] == ["writer.lock"]
    child = Child(wait_for_lock, tmp_path)
    assert [child.hear(), child.hear(), child.end()] == ["waiting", "had it", 0]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_where_the_name_cannot_be_read_it_is_another_process(tmp_path: Path, text: str) -> None:
    with locks.exclusive_lock(tmp_path, 0.0):
        (tmp_path / "writer.json").write_text(text)
        assert locked_error(tmp_path).what == "being written by another process"
        (tmp_path / "writer.json").unlink()
        os.mkfifo(tmp_path / "writer.json")
        assert locked_error(tmp_path).what == "being written by another process"


def test_a_lock_that_is_a_link_changes_no_file_elsewhere(tmp_path: Path) -> None:
    notes, folder = tmp_path / "notes", tmp_path / "library"
    notes.write_text("mine")
    folder.mkdir()
    (folder / "writer.json").symlink_to(notes)
    with locks.exclusive_lock(folder, 0.0):
        assert json.loads((folder / "writer.json").read_text())["pid"] == os.getpid()
    (folder / "writer.lock").unlink()
    (folder / "writer.lock").symlink_to(notes)
    with pytest.raises(LibraryError) as caught, locks.exclusive_lock(folder, 0.0):
        pass
    assert str(caught.value) == (
        f"{folder}/writer.lock: is a link to something else, where a file or folder should be; "
        "nothing was opened or changed; remove it if you do not know it"
    )
    assert notes.read_text() == "mine"


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LibraryError) as caught, locks.exclusive_lock(tmp_path / "none", 0.0):
        pass
    assert (caught.value.what, caught.value.cause) == ("the library cannot be written", "No such file or directory")


WITHOUT_FCNTL = """
import importlib, pkgutil, sys, warnings
from pathlib import Path

class NoFcntl:
    def find_spec(self, name, path=None, target=None):
        if name == "fcntl":
            raise ImportError("No module named 'fcntl'")

sys.meta_path.insert(0, NoFcntl())
import assistant.library
for module in pkgutil.iter_modules(assistant.library.__path__):
    importlib.import_module(f"assistant.library.{module.name}")
assert "fcntl" not in sys.modules
from assistant.domain.errors import LibraryError
from assistant.library import locks
from assistant.library.snapshot import LibrarySnapshot

folder = Path(sys.argv[1])
with LibrarySnapshot(folder, on_message=print) as library:
    print(len(library.papers()), library.problems, locks.is_locked(library.vector_index_folder))
try:
    with locks.exclusive_lock(folder, 0.0):
        print("locked")
except LibraryError as error:
    print(error.what, "/", error.cure)
"""


def test_where_there_is_no_fcntl_a_library_is_read_and_never_written_without_a_lock(tmp_path: Path) -> None:
    """As on Windows; but Windows has locks of its own, and here there are then none."""
    folder = libraries.made(tmp_path)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WITHOUT_FCNTL, folder], capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{libraries.MADE} {{}} False",
        "this file system has no file locks / keep the library on another",
    ]
    assert {path.name for path in folder.iterdir() if path.is_file()} <= {"catalogue.sqlite3", "writer.lock"}
