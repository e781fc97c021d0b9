"""Another vector index, by one row of a table -> a library that ingests, searches, heals and reindexes with it."""

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from support import libraries
from support.libraries import HashedWords
from support.numpy_index import OPENINGS, SCRATCH, VECTORS

from assistant.domain.errors import LibraryError
from assistant.library import builder, database, index, writer
from assistant.library.catalogue import Catalogue
from assistant.library.snapshot import LibrarySnapshot

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A library of the papers that `libraries.made` has, with a numpy file for a vector index."""
    monkeypatch.setitem(index.VECTOR_INDEXES, "numpy", "support.numpy_index:NumpyIndex")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'tests'}")  # for the child that tries a new index
    folder = tmp_path / "numpy"
    writer.make(folder, HashedWords(), "numpy")
    libraries.ingest(folder, libraries.entries(0, libraries.MADE))
    return folder


def generation(folder: Path) -> tuple[int, int]:
    """The current generation, and that of the vector index."""
    with contextlib.closing(Catalogue(folder)) as catalogue:
        return catalogue.generation(), catalogue.numbers()["numpy"]


def test_another_index_is_used_by_every_part_of_a_library(folder: Path, tmp_path: Path) -> None:
    with LibrarySnapshot(libraries.made(tmp_path)) as library:
        expected = libraries.results(library)
    assert {path.name for path in folder.iterdir() if path.is_dir()} == {"numpy", "lexical"}
    with LibrarySnapshot(folder, on_message=pytest.fail) as library:
        assert not library.uses_exact_search
        assert libraries.results(library) == expected  # it gives all 40 chunks where it is asked for 400
        assert library.vector_index_folder == folder / "numpy" / "1"

    edited = libraries.entry(7)
    changed = [replace(edited, abstract=f"One sentence more. {edited.abstract}"), libraries.entry(40)]
    libraries.ingest(folder, changed)  # compared beside it
    assert generation(folder) == (2, 1)
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, 41)] * 3)
    writer.remove(folder, ["id40"])
    libraries.ingest(folder, [libraries.entry(7)])
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, 40)] * 3)

    other = HashedWords(16)
    with contextlib.closing(Catalogue(folder)) as catalogue:
        assert builder.reembed(folder, catalogue, other, 0.0, lambda *_: None) == libraries.MADE
    assert generation(folder) == (5, 5)
    with LibrarySnapshot(folder, other.fingerprint, on_message=pytest.fail) as library:
        near = libraries.results(library, other)
        assert libraries.examined(library) == []
    with LibrarySnapshot(folder, other.fingerprint) as library:
        assert libraries.results(library, other) == near


def test_what_an_index_may_change_by_being_opened_is_for_the_index_to_say(folder: Path) -> None:
    place = folder / "numpy" / "1"
    with contextlib.closing(Catalogue(folder)) as catalogue:
        assert {Path(path).name for path in catalogue.files(1) if path.startswith("numpy/")} == {OPENINGS, VECTORS}
    (place / SCRATCH).write_bytes(b"anything")
    (place / OPENINGS).write_bytes((place / OPENINGS).read_bytes() + b".")  # somebody opened it: tried once, and sound
    openings = [(place / OPENINGS).stat().st_size]
    for _ in range(2):
        with LibrarySnapshot(folder, on_message=pytest.fail) as library:
            assert library.problems == {}
        openings.append((place / OPENINGS).stat().st_size)
    assert openings[1:] == [openings[0] + 1] * 2


def test_damage_to_another_index_is_noticed_and_healed(folder: Path) -> None:
    (folder / "numpy" / "1" / VECTORS).write_bytes(b"not numpy's")
    messages: list[str] = []
    with LibrarySnapshot(folder, on_message=messages.append) as library:
        assert (library.problems, library.catalogue.generation()) == ({}, 2)
    problem = f"numpy/1/{VECTORS} was changed or cut"
    assert messages == [f"the indexes of {folder} are damaged ({problem}); rebuilding them from the catalogue"]
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, libraries.MADE)] * 3)


def test_an_index_that_the_program_does_not_have_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(index.VECTOR_INDEXES, "numpy")
    message = "this program has no vector index called 'numpy'; use a program that has it, or one of: chroma"
    for attempt in (
        lambda: LibrarySnapshot(folder),
        lambda: libraries.ingest(folder, libraries.entries(0, 50)),
        lambda: writer.make(folder, HashedWords(), "numpy"),
    ):
        with pytest.raises(LibraryError) as caught:
            attempt()
        assert str(caught.value) == f"{folder}: {message}"


def test_a_library_of_before_vector_indexes_had_names_has_chroma(tmp_path: Path) -> None:
    folder = libraries.made(tmp_path)
    with contextlib.closing(sqlite3.connect(folder / database.NAME, isolation_level=None)) as connection:
        connection.execute("DELETE FROM state WHERE key = 'vector_index'")
    with contextlib.closing(Catalogue(folder)) as catalogue:
        catalogue.set_state()  # with a checksum of what is left
    with LibrarySnapshot(folder, on_message=pytest.fail) as library:
        assert library.vector_index_folder == folder / "chroma" / "1"
        assert libraries.examined(library) == []
