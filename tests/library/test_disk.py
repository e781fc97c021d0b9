"""A library on a disk that is full, read only, copied or left untidy -> a clear error, or the library as it was."""

import contextlib
import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from support import libraries

from assistant.domain.errors import LibraryError
from assistant.library import disk, probe
from assistant.library.catalogue import Catalogue
from assistant.library.chroma import ChromaIndex
from assistant.library.snapshot import LibrarySnapshot

ROOT = Path(__file__).parents[2]


def run(*words: str | Path) -> list[str]:
    """Run Python with our packages at hand; return the lines it prints."""
    done = subprocess.run(
        [*map(str, words)], capture_output=True, text=True, cwd=ROOT, check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_on_a_full_disk_the_library_stays_as_it_was(tmp_path: Path) -> None:
    may = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", tmp_path], check=False, capture_output=True)
    if may.returncode:
        pytest.skip(f"no file system can be mounted here: {may.stderr.decode().strip()}")
    lines = run("unshare", "-m", sys.executable, "-m", "support.full_disk", tmp_path)
    *tries, end = map(json.loads, lines)
    message = f"{tmp_path}/library: no space left on the disk; free some and run this again"
    assert [(attempt["message"], attempt["same"]) for attempt in tries] == [(message, True)] * 3
    assert end == {"added": 20, "whole": True}


def test_with_no_room_on_the_disk_all_that_reads_works(tmp_path: Path) -> None:
    may = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", tmp_path], check=False, capture_output=True)
    if may.returncode:
        pytest.skip(f"no file system can be mounted here: {may.stderr.decode().strip()}")
    lines = map(json.loads, run("unshare", "-m", sys.executable, "-m", "support.full_disk", tmp_path, "read"))
    for line, (case, is_locked) in zip(lines, (("bytes", True), ("files", False), ("log", True)), strict=True):
        assert (line["case"], line["commands"]) == (case, 7)
        status, (without_room, with_room) = line["differences"]
        unlike = [pair for pair in zip(*map(str.splitlines, status), strict=True) if len(set(pair)) > 1]
        [(unopened, opened)] = unlike  # what was checked: to open the vector index writes
        assert unopened.endswith("to open the vector index writes, and nothing may be written here")
        assert opened.endswith("and a sample of the vector index; --deep compares all of that")
        # The chat: answered, but not kept.
        refusal = "this turn is not kept" if is_locked else "cannot be locked"
        assert without_room[0] == "6"
        assert with_room[0] == "0"
        assert refusal in without_room
        assert "No space left on device" in without_room
        assert without_room.split("assistant:")[0][1:] == with_room.split("assistant:")[0][1:]


READ_ONLY = """
import json
import subprocess
import sys
from pathlib import Path
from assistant.domain.errors import LibraryError
from assistant.library.snapshot import LibrarySnapshot
from assistant.library.chroma import ChromaIndex
from support import libraries

messages = []
for name in "library", "copied":
    folder = Path(sys.argv[1]) / name
    with LibrarySnapshot(folder, "hashed-words/32", on_message=messages.append) as library:
        print(libraries.results(library), messages, library.problems, libraries.examined(library))
command = [sys.executable, "-m", "assistant", "status", "--json", "--embedder", "hashing:32", "--library", folder]
print(json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)["checked"])
try:
    libraries.ingest(folder, libraries.entries(0, 70))
except LibraryError as error:
    print(error.exit_code, error)
"""


def test_a_read_only_folder_can_be_read_and_says_that_it_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    with LibrarySnapshot(folder) as library:
        expected = libraries.results(library)
    copied = tmp_path / "copied"
    shutil.copytree(folder, copied)
    age(copied)
    before = libraries.tree(tmp_path)
    if os.geteuid() == 0:  # whom permissions do not stop, but a read-only mount does
        mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
        lines = run("unshare", "-m", "sh", "-c", mount, tmp_path, sys.executable, "-c", READ_ONLY, tmp_path)
    else:
        modes = {path: path.stat().st_mode for path in (tmp_path, *tmp_path.rglob("*"))}
        for path, mode in modes.items():
            path.chmod(mode & ~0o222)
        lines = run(sys.executable, "-c", READ_ONLY, tmp_path)
        for path, mode in modes.items():
            path.chmod(mode)
    assert lines[:2] == [f"{expected} [] {{}} []"] * 2  # by exact search, for to open Chroma writes
    assert lines[2] == "files"  # for the same reason
    assert lines[3].startswith(f"6 {copied}: the library cannot be written (")
    assert lines[3].endswith("); make it writable, or name another with --library")
    assert libraries.tree(tmp_path) == before


def age(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))


def test_a_copied_library_is_looked_through_once(folder: Path) -> None:
    age(folder)
    with LibrarySnapshot(folder, on_message=pytest.fail) as library:
        assert library.problems == {}
        recorded = library.catalogue.files(1)  # of the snapshot, from before they were looked at
    catalogue = Catalogue(folder)
    renewed = catalogue.files(1)
    catalogue.close()
    times = {path: (folder / path).stat().st_mtime_ns for path in recorded}
    assert renewed == {path: (size, times[path], digest) for path, (size, _, digest) in recorded.items()}
    assert [path for path, time in times.items() if time != 1_000_000_000] == [
        "chroma/1/chroma.sqlite3"
    ]  # it was tried


def test_when_others_opened_the_vector_index_it_is_tried_once(folder: Path) -> None:
    with contextlib.closing(ChromaIndex(folder / "chroma" / "1")) as vectors:
        assert vectors.count() == libraries.MADE
    changed = (folder / "chroma/1/chroma.sqlite3").stat().st_mtime_ns
    for tried in (True, False):  # trying it means opening it, which leaves a mark
        with LibrarySnapshot(folder, on_message=pytest.fail) as library:
            assert library.problems == {}
        now = (folder / "chroma/1/chroma.sqlite3").stat().st_mtime_ns
        assert (now != changed) is tried
        changed = now


def test_the_next_writer_sweeps_what_killed_ones_left_but_not_what_a_reader_uses(folder: Path) -> None:
    with LibrarySnapshot(folder) as reader:
        libraries.ingest(folder, libraries.entries(0, 42))
        for leftover in ("chroma/3/deep", "lexical/3", "chroma/9", "chroma/notes"):
            (folder / leftover).mkdir(parents=True)
        libraries.ingest(folder, libraries.entries(0, 8))
        names = {path.name for path in (folder / "chroma").iterdir()}
        assert names == {"1", "9", "notes"}  # 1 has a tail; 9 and notes were never recorded: none of ours
        assert {path.name for path in (folder / "lexical").iterdir()} == {"1", "2"}  # a reader has 1
        assert set(reader.ids) == libraries.ids(0, libraries.MADE)
        assert reader.words.size == libraries.MADE
    libraries.ingest(folder, libraries.entries(0, 8))
    assert {path.name for path in (folder / "chroma").iterdir()} == {"1", "9", "notes"}
    assert {path.name for path in (folder / "lexical").iterdir()} == {"2"}


IO_ERROR = sqlite3.OperationalError("disk I/O error")
BLOCKS, FREE, FILES, FREE_FILES, FLAG = 2, 4, 5, 7, 8  # places in what statvfs gives


def measured(monkeypatch: pytest.MonkeyPatch, changes: dict[int, int]) -> None:
    """Every disk is of 1,000 blocks and full, but for these changes."""
    facts = {BLOCKS: 1000, FREE: 0} | changes
    room = os.statvfs_result([facts.get(place, 4096 if place < BLOCKS else 0) for place in range(10)])
    monkeypatch.setattr(os, "statvfs", lambda _: room)


@pytest.mark.parametrize(
    ("changes", "full"), [({}, True), ({FREE: 1000}, False), ({BLOCKS: 0}, False), ({FLAG: os.ST_RDONLY}, False)]
)
def test_only_a_disk_that_can_be_written_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[int, int], full: bool
) -> None:
    measured(monkeypatch, changes)
    assert (disk.full(tmp_path, IO_ERROR) is not None) is full


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({FREE: 100}, "hardly any space left on the disk, 400 KB (disk I/O error); free some and run this again"),
        (
            {FREE: 1000, FILES: 50, FREE_FILES: 3},
            "no room for another file on the disk: no inode is left; remove some files and run this again",
        ),
    ],
)
def test_a_disk_with_hardly_any_room_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[int, int], message: str
) -> None:
    measured(monkeypatch, changes)
    assert str(disk.full(tmp_path, IO_ERROR)) == f"{tmp_path}: {message}"


def test_on_a_full_disk_other_failures_keep_their_own_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured(monkeypatch, {})
    wrapped = LibraryError("the index failed")
    assert disk.full(tmp_path, wrapped)
    wrapped.__cause__ = PermissionError(errno.EACCES, "Permission denied")
    for error in (wrapped, FileNotFoundError(errno.ENOENT, "No such file"), wrapped.__cause__):
        assert disk.full(tmp_path, error) is None
    assert disk.full(tmp_path, OSError(errno.ENOSPC, "No space"))
    assert disk.full(tmp_path, OSError(errno.EDQUOT, "Quota"))


def test_a_full_disk_that_has_room_again_is_known_by_what_caused_the_failure(tmp_path: Path) -> None:
    wrapped = LibraryError("the index failed")
    assert disk.full(tmp_path, wrapped) is None
    wrapped.__cause__ = RuntimeError("(code: 13) database or disk is full")
    assert str(disk.full(tmp_path, wrapped)).startswith(f"{tmp_path}: no space left on the disk")


def test_proc_is_not_full() -> None:
    assert disk.full(Path("/proc/1"), IO_ERROR) is None


def test_an_index_of_nothing_is_sound(tmp_path: Path) -> None:
    ChromaIndex(tmp_path, size=1).close()
    assert probe.examine("chroma", tmp_path, 0, {}) is None
