"""A damaged catalogue -> an error that says so, never an empty library, and nothing further lost."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from support import libraries
from support.library_children import Child, ingest_paused

from assistant.domain.errors import LibraryError
from assistant.library import database, schema
from assistant.library.snapshot import LibrarySnapshot

CURE = (
    "); nothing was changed; move {folder} aside and run `assistant restore FILE --library {folder}` if you have a "
    "backup, otherwise `assistant ingest` on your listings again"
)


def cut(part: float) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])

    return damage


def cut_to(size: int) -> Callable[[Path], None]:
    """Keep so many bytes; a negative size counts from the end."""

    def damage(path: Path) -> None:
        path.write_bytes(path.read_bytes()[:size])

    return damage


def garbage(start: float, length: int) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(int(path.stat().st_size * start) // 4096 * 4096)
            file.write(bytes(range(256)) * (length // 256))

    return damage


def newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute(f"PRAGMA user_version = {schema.VERSION + 1}")
    connection.close()


def unreadable_schema(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content.replace(b"key TEXT PRIMARY KEY", b"key TEXT PRIMARY KE\xd9", 1))


def another_programs(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "deleted": (Path.unlink, "it is missing"),
    "emptied": (cut_to(0), "it is empty"),
    "cut to 10 bytes": (cut_to(10), "it is not a SQLite file"),
    "cut to a page": (cut_to(4096), "it is cut short (4,096 of "),
    "cut to a half": (cut(0.5), "it is cut short ("),
    "cut by a byte": (cut_to(-1), "it is cut short ("),
    "garbage for a header": (garbage(0, 512), "it is not a SQLite file"),
    "garbage for the first page's end": (lambda path: patch(path, 100, 3996), "database disk image is malformed"),
    "garbage in the middle": (garbage(0.3, 65536), "database disk image is malformed"),
    "a header that names billions of pages": (lambda path: patch(path, 28, 4), "it is cut short ("),
    "a schema that is no text": (unreadable_schema, "its schema is damaged"),
    "a newer version": (
        newer,
        f"it is of version {schema.VERSION + 1}, this program reads versions up to {schema.VERSION}",
    ),
    "another program's": (another_programs, "it is not a catalogue of this program"),
}


def patch(path: Path, start: int, length: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:start] + b"\xa5" * length + content[start + length :])


def read_everything(folder: Path) -> None:
    with LibrarySnapshot(folder, on_message=pytest.fail) as library:
        assert len(library.papers()) == len(library.table.ids) == libraries.MADE


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_catalogue_is_an_error_and_stays_as_it_is(folder: Path, damage: str) -> None:
    path = folder / database.NAME
    change, cause = DAMAGES[damage]
    change(path)
    before = libraries.tree(folder)
    attempts: list[Callable[[], object]] = [lambda: read_everything(folder)]
    if damage != "garbage in the middle":  # where the first pages are whole, an ingest fails later, at the same error
        attempts.append(lambda: libraries.ingest(folder, libraries.entries(0, 70)))
    for attempt in attempts:
        with pytest.raises(LibraryError) as caught:
            attempt()
        assert caught.value.exit_code == 6
        assert str(caught.value).startswith(f"{path}: the catalogue cannot be used ({cause}")
        newer = "nothing was changed; use the newer program"
        assert str(caught.value).endswith(newer if damage == "a newer version" else CURE.format(folder=folder))
    after = libraries.tree(folder)
    after.pop("writer.lock", None)
    before.pop("writer.lock", None)
    assert after == before


def test_where_there_was_never_a_library_there_is_none(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(LibraryError) as caught:
            LibrarySnapshot(folder)
        assert str(caught.value) == (
            f"{folder}: there is no library here; make it with `assistant ingest PATH --library {folder}`"
        )
    assert list(tmp_path.iterdir()) == []


def test_killed_while_the_log_is_moved_into_the_file_nothing_is_lost(folder: Path, tmp_path: Path) -> None:
    # What SQLite leaves then: a header that tells the size to come, the pages still in the log, the file too short.
    child = Child(ingest_paused, folder, 100, 300)
    assert child.hear() == "holding"
    connection = sqlite3.connect(folder / database.NAME, isolation_level=None)
    connection.execute("BEGIN")  # a reader keeps the child from moving its log at the end
    connection.execute("SELECT count(*) FROM papers").fetchall()
    child.pipe.send("go on")
    assert child.hear() == 200
    path = folder / database.NAME
    short, log = path.read_bytes(), path.with_name(f"{database.NAME}-wal").read_bytes()
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert child.end() == 0
    whole = path.read_bytes()
    assert len(whole) > len(short)
    path.write_bytes(whole[:4096] + short[4096:])
    path.with_name(f"{database.NAME}-wal").write_bytes(log)
    shutil.copytree(folder, tmp_path / "logless")
    with LibrarySnapshot(folder) as library:
        assert set(library.ids) == libraries.ids(0, libraries.MADE) | libraries.ids(100, 300)
    assert path.read_bytes()[4096:] == whole[4096:]
    (tmp_path / "logless" / f"{database.NAME}-wal").unlink()
    with pytest.raises(LibraryError, match="it is cut short"):
        LibrarySnapshot(tmp_path / "logless")
