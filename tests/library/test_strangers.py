"""A library folder from a stranger -> read, or refused by name; nothing outside of it is read, written or removed."""

import contextlib
import os
import shutil
import socket
import stat
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from support import libraries

from assistant.domain.errors import LibraryError
from assistant.library import builder, database, generations
from assistant.library.catalogue import Catalogue
from assistant.library.snapshot import LibrarySnapshot

UNTOUCHED = "nothing was opened or changed; remove it if you do not know it"


def entries(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def link(path: Path, home: Path) -> str:
    path.symlink_to(home if path.name in ("chroma", "lexical", "1") else home / "notes.txt")
    return "a link to something else"


def dangling(path: Path, home: Path) -> str:
    path.symlink_to(home / "new.txt")
    return "a link to something else"


def itself(path: Path, _: Path) -> str:
    path.symlink_to(path)
    return "a link to something else"


def pipe(path: Path, _: Path) -> str:
    os.mkfifo(path)
    return "a named pipe"


def listener(path: Path, _: Path) -> str:
    with contextlib.chdir(path.parent), contextlib.closing(socket.socket(socket.AF_UNIX)) as server:
        server.bind(path.name)  # the whole path may be too long for a socket's address
    return "a socket"


def device(path: Path, _: Path) -> str:
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # /dev/zero: it never ends
    except PermissionError:
        pytest.skip("only the superuser makes devices")
    return "a device"


NAMES = (
    "catalogue.sqlite3 catalogue.sqlite3-wal catalogue.sqlite3-shm catalogue.sqlite3-journal writer.lock chroma "
    "lexical chroma/1 lexical/1 chroma/1/chroma.sqlite3 chroma/1/chroma.sqlite3-journal lexical/1/meta.json "
    "lexical/1/.tantivy-meta.lock lexical/1/new"
).split()
# A link leads elsewhere and a pipe never ends: both under every name. What a form is called is told by one function.
CASES = (
    *((name, form) for name in NAMES for form in (link, pipe)),
    *((name, form) for name in ("catalogue.sqlite3", "lexical/1/new") for form in (dangling, itself, listener, device)),
)


@pytest.mark.parametrize(("name", "form"), CASES, ids=lambda part: part if isinstance(part, str) else part.__name__)
def test_what_is_no_file_is_refused_by_name_and_not_opened(
    folder: Path, home: Path, name: str, form: Callable[[Path, Path], str]
) -> None:
    path = folder / name
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    kind = form(path, home)
    before = libraries.tree(home), entries(home)
    for heal in (True, False):
        with pytest.raises(LibraryError) as caught:
            LibrarySnapshot(folder, heal=heal)
        expected = f"{path}: is {kind}, where a file or folder should be; {UNTOUCHED}"
        assert (caught.value.exit_code, str(caught.value)) == (6, expected)
    # A writer opens nothing in there either, or refuses it too; where it only replaces it, the library is sound again.
    with contextlib.suppress(LibraryError):
        libraries.ingest(folder, libraries.entries(0, 70))
        assert libraries.parts(folder).catalogue == libraries.ids(0, 70)
    assert (libraries.tree(home), entries(home)) == before


@pytest.mark.parametrize("name", ["chroma", "lexical"])
def test_no_generation_is_swept_through_a_link(folder: Path, home: Path, name: str) -> None:
    shutil.rmtree(home / "1")
    shutil.copytree(folder / name / "1", home / "1")
    shutil.rmtree(folder / name)
    (folder / name).symlink_to(home)
    (folder / ("lexical" if name == "chroma" else "chroma") / "1").rename(folder / "elsewhere")
    before = libraries.tree(home)
    attempts: list[Callable[[], object]] = [
        lambda: LibrarySnapshot(folder),
        lambda: libraries.ingest(folder, libraries.entries(0, 70)),
        lambda: Catalogue(folder),
    ]
    for attempt in attempts:
        with pytest.raises(LibraryError, match="is a link to something else"):
            attempt()
    generations.sweep(folder, [1, 2, 2023], {})  # as a library does that became a link while it was open
    generations.discard(folder, 2)
    assert libraries.tree(home) == before


def test_only_generations_that_the_catalogue_recorded_are_swept_and_links_in_them_lead_nowhere(
    folder: Path, home: Path
) -> None:
    with contextlib.closing(Catalogue(folder)) as catalogue:
        catalogue.set_state(former="7 8")
    for kind in ("chroma", "lexical"):
        (folder / kind / "2023").mkdir()  # a name like a generation's, and none of ours
        (folder / kind / "7").mkdir()
        (folder / kind / "7" / "deep").symlink_to(home)
        (folder / kind / "8").symlink_to(home)
        (folder / kind / "2").symlink_to(home)  # where the next generation goes
    (folder / f".{database.NAME}.new").symlink_to(home / "notes.txt")
    before = libraries.tree(home)
    libraries.damage_indexes(folder)
    with LibrarySnapshot(folder, on_message=lambda _: None) as library:
        assert library.problems == {}
        assert library.catalogue.generation() == 2
        state = library.catalogue.state()
    assert state["former"] == "1"
    libraries.ingest(folder, libraries.entries(0, 8))  # changes nothing, but sweeps what the reader had
    for kind in ("chroma", "lexical"):
        assert sorted(path.name for path in (folder / kind).iterdir()) == ["2", "2023"]
    assert libraries.parts(folder).words == libraries.ids(0, libraries.MADE)
    assert libraries.tree(home) == before


@pytest.mark.parametrize("name", ["catalogue.sqlite3-wal", "catalogue.sqlite3-shm", "writer.lock"])
def test_a_file_that_is_written_is_no_file_elsewhere_too(folder: Path, home: Path, name: str) -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).hardlink_to(home / "notes.txt")
    with pytest.raises(LibraryError) as caught:
        libraries.ingest(folder, libraries.entries(0, 70))
    assert str(caught.value) == (
        f"{folder / name}: is a hard link: it has another name elsewhere; copy the folder (cp -r) and use the copy"
    )
    assert (home / "notes.txt").read_text() == "my notes"


def test_a_catalogue_that_is_a_file_elsewhere_too_is_only_read(folder: Path, home: Path) -> None:
    (home / "theirs").hardlink_to(folder / database.NAME)
    before = (home / "theirs").read_bytes()
    with LibrarySnapshot(folder, on_message=pytest.fail) as library:
        assert set(library.ids) == libraries.ids(0, libraries.MADE)
    with pytest.raises(LibraryError) as caught:
        libraries.ingest(folder, libraries.entries(0, 70))
    assert str(caught.value) == (
        f"{folder}: is only read (catalogue.sqlite3 is a hard link: it has another name elsewhere); "
        "copy the folder (cp -r) and use the copy"
    )
    assert (home / "theirs").read_bytes() == before


def test_an_index_that_is_a_file_elsewhere_too_is_made_anew(folder: Path, home: Path) -> None:
    (home / "theirs").hardlink_to(folder / "chroma/1/chroma.sqlite3")
    before = (home / "theirs").read_bytes()
    messages: list[str] = []
    with LibrarySnapshot(folder, on_message=messages.append) as library:
        assert (library.problems, library.catalogue.generation()) == ({}, 2)
    assert messages == [
        f"the indexes of {folder} are damaged (chroma/1/chroma.sqlite3 is a hard link: it has another name elsewhere); "
        "rebuilding them from the catalogue"
    ]
    assert (home / "theirs").read_bytes() == before


def journal(path: Path, victim: Path) -> None:
    """Lay a journal beside a database that has SQLite roll nothing back and delete another file.

    After https://www.sqlite.org/fileformat2.html#the_rollback_journal: a header of one sector, no page, and the name of
    a super-journal with its page number (that of the lock), length, sum and the magic.
    """
    magic, page, name = bytes.fromhex("d9d505f920a163d7"), 4096, str(victim).encode()
    pages = path.stat().st_size // page
    header = (magic + struct.pack(">IIIII", 0, 0, pages, 512, page)).ljust(512, b"\0")
    end = struct.pack(">I", (1 << 30) // page + 1) + name + struct.pack(">II", len(name), sum(name)) + magic
    path.with_name(f"{path.name}-journal").write_bytes(header + end)


def test_a_journal_has_sqlite_delete_no_file(folder: Path, home: Path) -> None:
    shutil.copy(folder / database.NAME, home / database.NAME)
    journal(home / database.NAME, home / "2" / "photo.jpg")
    libraries.sql(home / database.NAME, "SELECT * FROM state")
    assert not (home / "2" / "photo.jpg").exists()  # SQLite itself does so

    journal(folder / database.NAME, home / "notes.txt")
    with pytest.raises(LibraryError) as caught:
        LibrarySnapshot(folder)
    assert str(caught.value) == (
        f"{folder / database.NAME}-journal: is a journal that names another file, for SQLite to delete; "
        "nothing was changed; remove it if this library is not your own"
    )
    (folder / f"{database.NAME}-journal").unlink()
    journal(folder / "chroma/1/chroma.sqlite3", home / "notes.txt")
    messages: list[str] = []
    with LibrarySnapshot(folder, on_message=messages.append) as library:
        assert libraries.examined(library) == []
    assert "chroma/1/chroma.sqlite3-journal is a journal that names another file" in messages[0]
    assert (home / "notes.txt").read_text() == "my notes"


def test_what_is_made_in_a_folder_that_others_may_read_is_private(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir(mode=0o755)
    libraries.ingest(folder, libraries.entries(0, 3))
    with contextlib.closing(Catalogue(folder)) as catalogue:
        catalogue.snapshot()
        builder.check(catalogue, libraries.HashedWords().fingerprint)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    private = {"catalogue.sqlite3", "catalogue.sqlite3-wal", "catalogue.sqlite3-shm", "writer.lock"}
    assert modes == dict.fromkeys(private, 0o600) | {"chroma": 0o700, "lexical": 0o700}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755


@pytest.mark.parametrize("name", [database.NAME, f"{database.NAME}-wal", f"{database.NAME}-journal"])
def test_a_file_of_a_terabyte_that_was_never_written_is_refused(tmp_path: Path, name: str) -> None:
    folder = libraries.made(tmp_path)
    with (folder / name).open("ab") as file:
        file.truncate(2**40)
    message = f"{name}: has 1,099,511,627,776 bytes, hardly any of which are on the disk"
    with pytest.raises(LibraryError, match=message):
        LibrarySnapshot(folder)
    (folder / name).unlink()
