"""A library -> one file, whoever reads or writes meanwhile -> the same library; and a log that is not of its file."""

import contextlib
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import libraries
from support.library_children import Child, ingest_paused

from assistant.domain.errors import LibraryError, UsageError
from assistant.library import backup, database, log_checksums
from assistant.library.scratch import scratch_folder
from assistant.library.snapshot import LibrarySnapshot


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "copies").mkdir()
    return tmp_path / "copies" / "papers.sqlite3"


@contextlib.contextmanager
def reader(folder: Path) -> Iterator[None]:
    """Have somebody read the library as it is now, as a chat does, until this ends."""
    with contextlib.closing(sqlite3.connect(folder / database.NAME, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM papers").fetchall()
        yield


def restore(source: Path, folder: Path) -> backup.BackupReport:
    return backup.restore(source, folder, 0.0, lambda *_: None)


def log(folder: Path) -> Path:
    return folder / f"{database.NAME}-wal"


def test_a_backup_removes_what_a_killed_one_left_and_nothing_that_is_used(folder: Path, target: Path) -> None:
    own, others = target.parent / f".{target.name}.assistant-scratch-", target.parent / ".other.assistant-scratch-1"
    for path in (Path(f"{own}killed"), others):
        path.mkdir()
        (path / database.NAME).write_text("half")
    link = Path(f"{own}link")
    link.symlink_to(others)
    with scratch_folder(target.parent, target.name) as used:
        assert not Path(f"{own}killed").exists()
        backup.write(folder, target)
        assert set(target.parent.iterdir()) == {target, others, used, link}
    assert set(target.parent.iterdir()) == {target, others, link}


def test_a_backup_is_one_private_file_of_which_the_same_library_is_made(folder: Path, target: Path) -> None:
    with LibrarySnapshot(folder) as library:
        papers, results = library.papers(), libraries.results(library)
    report = backup.BackupReport(libraries.MADE, libraries.MADE)
    assert backup.write(folder, target) == report
    assert list(target.parent.iterdir()) == [target]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    content = target.read_bytes()
    other = target.parent / "new" / "library"
    assert restore(target, other) == report
    assert libraries.parts(other) == libraries.Parts(*[libraries.ids(0, libraries.MADE)] * 3)
    with LibrarySnapshot(other) as library:
        assert (library.papers(), libraries.results(library)) == (papers, results)
        assert libraries.examined(library) == []
    assert target.read_bytes() == content
    assert libraries.ingest(other, libraries.entries(0, 50)).embedded == 10


def test_a_backup_has_what_a_reader_keeps_in_the_log(folder: Path, target: Path) -> None:
    with reader(folder):
        libraries.ingest(folder, libraries.entries(40, 60))
        assert log(folder).stat().st_size > 0
        assert backup.write(folder, target).papers == 60
    restore(target, target.parent / "library")
    assert libraries.parts(target.parent / "library") == libraries.Parts(*[libraries.ids(0, 60)] * 3)


def test_a_backup_made_while_an_ingest_runs_is_of_the_library_before(folder: Path, target: Path) -> None:
    child = Child(ingest_paused, folder, 100, 110)
    assert child.hear() == "holding"
    assert backup.write(folder, target).papers == libraries.MADE
    child.pipe.send("go on")
    assert (child.hear(), child.end()) == (10, 0)
    restore(target, target.parent / "library")
    assert libraries.parts(target.parent / "library") == libraries.Parts(*[libraries.ids(0, libraries.MADE)] * 3)


def test_an_ingest_ends_with_the_log_merged_unless_somebody_reads(folder: Path) -> None:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection:
        connection.execute("SELECT count(*) FROM papers").fetchall()  # open, and reading nothing: the log stays
        libraries.ingest(folder, libraries.entries(40, 45))
        assert log(folder).stat().st_size == 0
        shutil.copy(folder / database.NAME, folder.parent / "copy.sqlite3")
    restore(folder.parent / "copy.sqlite3", folder.parent / "restored")
    assert libraries.parts(folder.parent / "restored").catalogue == libraries.ids(0, 45)
    with reader(folder):
        assert len(libraries.ingest(folder, libraries.entries(45, 50)).added) == 5


def test_nothing_is_overwritten(folder: Path, target: Path) -> None:
    target.write_text("mine")
    with pytest.raises(UsageError, match="there is such a file already"):
        backup.write(folder, target)
    assert target.read_text() == "mine"
    with pytest.raises(UsageError, match="there is no such folder"):
        backup.write(folder, target.parent / "none" / "x")
    target.unlink()
    backup.write(folder, target)
    before = libraries.tree(folder)
    with pytest.raises(UsageError, match="there is a library here"):
        restore(target, folder)
    with pytest.raises(UsageError, match="there is no such file"):
        restore(target.parent / "none", target.parent / "library")
    assert libraries.tree(folder) == before
    assert list(target.parent.iterdir()) == [target]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def write_text(path: Path) -> None:
    path.write_text("x" * 200)


def flip(text: bytes) -> Callable[[Path], None]:
    """Flip a bit of the first byte of a text that the file has."""

    def damage(path: Path) -> None:
        content = bytearray(path.read_bytes())
        content[content.index(text)] ^= 1
        path.write_bytes(content)

    return damage


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty": (lambda path: os.truncate(path, 0), "it is no backup, or a damaged one (it is empty)"),
    "a text": (write_text, "a damaged one (it is not a SQLite file)"),
    "cut": (cut, "a damaged one (it is cut short ("),
    "an abstract": (flip(b"9 percent"), "it is damaged: 'How to "),
    "a fact of the state": (flip(b"hashed-words/32"), "what the catalogue says of itself is not as it was written"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_no_backup_or_a_damaged_one_is_refused(folder: Path, target: Path, damage: str) -> None:
    backup.write(folder, target)
    change, problem = DAMAGES[damage]
    change(target)
    place = target.parent / "library"
    with pytest.raises(LibraryError) as caught:
        restore(target, place)
    assert (problem in str(caught.value), caught.value.exit_code) == (True, 6), str(caught.value)
    assert str(caught.value).startswith(f"{target}: ")
    assert database.vacant(place)
    assert not (place / ".restoring").exists()


def test_a_backup_of_a_damaged_library_says_so(folder: Path, target: Path) -> None:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        connection.execute("UPDATE papers SET title = 'x' WHERE id = 'id8'")
    assert [paper.id for paper in backup.write(folder, target).damaged] == ["id8"]


def killed_with_a_log(folder: Path) -> tuple[bytes, bytes]:
    """Return an old copy of the catalogue, and the log of a later one, which is left as a killed reader leaves it."""
    old = (folder / database.NAME).read_bytes()
    libraries.ingest(folder, libraries.entries(40, 60))
    with reader(folder):
        libraries.ingest(folder, libraries.entries(60, 90))
        return old, log(folder).read_bytes()


@pytest.mark.parametrize("has_revision", [True, False])
def test_a_log_that_is_not_of_the_catalogue_is_told(folder: Path, has_revision: bool) -> None:
    if not has_revision:
        with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
            connection.execute("DELETE FROM state WHERE key = 'revision'")
    old, later = killed_with_a_log(folder)
    (folder / database.NAME).write_bytes(old)
    log(folder).write_bytes(later)
    with pytest.raises(LibraryError) as caught, LibrarySnapshot(folder) as library:
        library.papers()
    name = database.NAME
    if has_revision:
        text = str(caught.value)
    else:  # what SQLite says of the two together, and a look at the catalogue alone
        text = str(caught.value).replace(
            "(database disk image is malformed)", f"(the log beside it, {name}-wal, is of another one)"
        )
        text = text.replace(f"without the log beside it, {name}-wal, it is sound: ", "").split("; otherwise move ")[0]
    assert text == (
        f"{folder / name}: the catalogue cannot be used (the log beside it, {name}-wal, is of another one); nothing "
        f"was changed; if you put a copy back, move {name}-wal and {name}-shm away and run this again"
    )
    log(folder).rename(folder / "aside")
    with LibrarySnapshot(folder) as library:
        assert {paper.id for paper in library.papers()} == libraries.ids(0, libraries.MADE)


def test_a_catalogue_with_a_log_beside_it_is_no_backup(folder: Path, tmp_path: Path) -> None:
    _, later = killed_with_a_log(folder)
    copy = tmp_path / "copy.sqlite3"
    shutil.copy(folder / database.NAME, copy)
    copy.with_name("copy.sqlite3-wal").write_bytes(later)
    with pytest.raises(LibraryError, match="not whole without its log; run `assistant backup FILE"):
        restore(copy, tmp_path / "restored")


def test_a_copy_of_a_snapshot_is_the_library_as_it_was_whoever_writes_meanwhile(folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    with LibrarySnapshot(folder) as library:
        papers, results = library.papers(), libraries.results(library)
        libraries.ingest(folder, libraries.entries(libraries.MADE, libraries.MADE + 1))
        backup.copy(library, copy)
    with LibrarySnapshot(copy, on_message=pytest.fail) as library:
        assert (library.papers(), libraries.results(library)) == (papers, results)
    assert libraries.parts(copy).vectors == libraries.ids(0, libraries.MADE)
    assert {path.stat().st_mode & 0o077 for path in (copy, copy / database.NAME, copy / "chroma")} == {0}


def test_a_flipped_bit_in_the_log_loses_nothing_without_a_word(folder: Path, tmp_path: Path) -> None:
    """SQLite takes a log to end before the first frame whose checksum is wrong."""
    with reader(folder):
        libraries.ingest(folder, libraries.entries(libraries.MADE, libraries.MADE + 1))
        copy = Path(shutil.copytree(folder, tmp_path / "copy"))
    content = log(copy).read_bytes()
    assert len(content) > 4 * 4120
    last = len(content) - 4120
    for place in (0, 3, 9, 16, 24, 32, 36, 40, 48, 56, 57 + 4096, last, last + 5, last + 8, last + 16, last + 4119):
        log(copy).write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        before = libraries.tree(copy)
        for attempt in (lambda: LibrarySnapshot(copy), lambda: libraries.ingest(copy, libraries.entries(0, 1))):
            with pytest.raises(LibraryError, match=r"-wal, is damaged, and has changes after that") as caught:
                attempt()
            assert {**libraries.tree(copy), "writer.lock": b""} == {**before, "writer.lock": b""}
    size = int(caught.value.cure.split("truncate -s ")[1].split()[0])
    assert size == last
    os.truncate(log(copy), size)
    with LibrarySnapshot(copy, heal=False) as library:
        assert library.catalogue.count()[0] == libraries.MADE


def test_a_log_that_was_broken_off_at_any_byte_is_no_damage(folder: Path) -> None:
    with reader(folder):
        libraries.ingest(folder, libraries.entries(libraries.MADE, libraries.MADE + 1))
        content = log(folder).read_bytes()
    for size in (*range(0, 64, 9), *range(4100, len(content), 331), len(content)):
        log(folder).write_bytes(content[:size])
        assert log_checksums.sound_bytes(log(folder), 4096) is None
