"""Damaged indexes -> noticed, answered around, and built anew without computing an embedding."""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from support import libraries
from support.libraries import HashedWords

from assistant.library import chunks, health, locks
from assistant.library.catalogue import Catalogue
from assistant.library.chroma import ChromaIndex
from assistant.library.index import REINDEX, ChunkRow
from assistant.library.snapshot import LibrarySnapshot

PAPERS, CHUNKS = 260, 4  # a long abstract's whole and passages: more than the 1,000 from which Chroma writes its graph
MORE = " And more of this, so much that no embedder reads it to its end." * 35
FINGERPRINT = HashedWords().fingerprint


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("master") / "library"
    libraries.ingest(folder, [libraries.entry(number, MORE) for number in range(PAPERS)])
    return folder


@pytest.fixture(scope="module")
def expected(master: Path) -> libraries.Results:
    with LibrarySnapshot(master, FINGERPRINT, on_message=pytest.fail) as library:
        assert library.chunks == CHUNKS * PAPERS
        return libraries.results(library)


@pytest.fixture
def folder(master: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(master, tmp_path / "library"))


def delete(path: Path) -> None:
    path.unlink()


def halve(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def spoil(path: Path) -> None:
    path.write_bytes(b"\xa5" * path.stat().st_size)


def test_every_file_damaged_in_every_way_is_noticed_and_answered_around(
    folder: Path, master: Path, expected: libraries.Results
) -> None:
    recorded = [path for path in libraries.tree(master) if path.startswith(("chroma/", "lexical/"))]
    files = [path for path in recorded if not path.endswith(".lock")]
    assert len([path for path in files if path.startswith("chroma/")]) == 6
    assert len([path for path in files if path.startswith("lexical/")]) > 6
    for file in files:
        for damage in (delete, halve, spoil):
            if not (master / file).stat().st_size and damage is not delete:
                continue  # an empty file is its own half
            damage(folder / file)
            messages: list[str] = []
            with LibrarySnapshot(folder, FINGERPRINT, on_message=messages.append, heal=False) as library:
                assert list(library.problems) == [file.split("/")[0]], f"{damage.__name__} {file}"
                assert libraries.results(library) == expected, f"{damage.__name__} {file}"
                library.catalogue.release()
            shutil.copy2(master / file, folder / file)
    for kind in ("chroma", "lexical"):
        (folder / kind).rename(folder / "elsewhere")
        with LibrarySnapshot(folder, FINGERPRINT, heal=False) as library:
            assert list(library.problems) == [kind]
            assert libraries.results(library) == expected
        (folder / "elsewhere").rename(folder / kind)
    with LibrarySnapshot(folder, FINGERPRINT, on_message=pytest.fail, heal=False) as library:
        assert libraries.examined(library) == []


def delete_both(folder: Path) -> None:
    for kind in ("chroma", "lexical"):
        shutil.rmtree(folder / kind)


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "both deleted": (delete_both, "lexical/1/"),
    "a graph spoiled": (
        lambda folder: spoil(next(folder.glob("chroma/1/*/data_level0.bin"))),
        "data_level0.bin was changed or cut",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_indexes_are_built_anew_without_an_embedding(
    folder: Path, expected: libraries.Results, damage: str
) -> None:
    change, problem = DAMAGES[damage]
    change(folder)
    messages: list[str] = []
    with LibrarySnapshot(folder, FINGERPRINT, on_message=messages.append) as library:  # it has no embedder to call
        assert len(messages) == 1
        assert problem in messages[0]
        assert messages[0].endswith("); rebuilding them from the catalogue")
        assert (library.problems, library.catalogue.generation()) == ({}, 2)
        assert libraries.results(library) == expected
        assert damage != "a graph spoiled" or libraries.examined(library) == []  # once: it takes a second
    embedder = HashedWords()
    again = libraries.ingest(folder, [libraries.entry(number, MORE) for number in range(PAPERS)], embedder)
    assert (again.embedded, embedder.read) == (0, [])
    with LibrarySnapshot(folder, FINGERPRINT, on_message=pytest.fail) as library:
        assert libraries.results(library) == expected


def test_where_it_cannot_be_rebuilt_at_once_the_answers_are_right_all_the_same(
    folder: Path, expected: libraries.Results
) -> None:
    shutil.rmtree(folder / "chroma")
    messages: list[str] = []
    with locks.exclusive_lock(folder, 0.0), LibrarySnapshot(folder, on_message=messages.append) as library:
        assert libraries.results(library) == expected
        assert list(library.problems) == ["chroma"]
    assert f"{folder}: being written by process" in messages[1]
    assert messages[1].endswith("; answering by exact search. `assistant reindex` rebuilds them")


def test_the_graph_finds_what_exact_search_finds(folder: Path, expected: libraries.Results) -> None:
    with LibrarySnapshot(folder, on_message=pytest.fail) as library:
        assert not library.uses_exact_search
        near, exact = libraries.results(library), expected
        for near_papers, exact_papers in zip(near, exact, strict=True):
            assert len({id for id, _ in near_papers} & {id for id, _ in exact_papers}) >= 9
    # Opening Chroma changed its file; the reader that did so has said so, and the next need not look into it.
    before = (folder / "chroma/1/chroma.sqlite3").stat().st_mtime_ns
    with LibrarySnapshot(folder, on_message=pytest.fail) as library:
        assert library.problems == {}
    assert (folder / "chroma/1/chroma.sqlite3").stat().st_mtime_ns == before


def test_where_the_graph_fails_in_the_middle_exact_search_answers(folder: Path, expected: libraries.Results) -> None:
    messages: list[str] = []
    with LibrarySnapshot(folder, on_message=messages.append) as library:
        halve(folder / "chroma/1/chroma.sqlite3")  # after it was looked at
        assert libraries.results(library) == expected
        assert list(library.problems) == ["chroma"]
    assert len(messages) == 1
    assert messages[0].startswith(f"{folder}/chroma/1: the vector index failed (")
    assert messages[0].endswith("; run `assistant reindex`; answering by exact search")


def test_one_vector_that_is_another_is_noticed_by_a_deep_check(folder: Path) -> None:
    with LibrarySnapshot(folder) as library:
        paper = library.papers(["id1"])[0]  # of which no sample of 64 among 340 has a chunk
        chunk = chunks.split(paper)[0]
        other = np.eye(1, library.dimension, dtype=np.float32)[0]
        with contextlib.closing(ChromaIndex(library.vector_index_folder)) as vectors:
            vectors.put([ChunkRow(chunk.id, paper.id, paper.title, paper.day or "", chunk.text, other)])
        assert health.faults(folder, library.catalogue, {}) == []
        faults = health.faults(folder, library.catalogue, {}, "deep")
    assert [(fault.problem, fault.cure) for fault in faults] == [(f"chunk {chunk.id} has another vector", REINDEX)]


def test_a_file_that_says_it_is_large_and_is_not_is_not_read(folder: Path) -> None:
    """What somebody sends may say that it has a terabyte, as recorded, and take no room at all."""
    [file] = [path for path in libraries.tree(folder) if path.endswith("data_level0.bin")]
    with (folder / file).open("r+b") as stream:
        stream.truncate(2**40)
    with contextlib.closing(Catalogue(folder)) as catalogue, catalogue.transaction():
        catalogue.run("UPDATE files SET size = ?, modified = 0 WHERE path = ?", (2**40, file))
    with LibrarySnapshot(folder, heal=False) as library:
        problem = f"{file} has 1,099,511,627,776 bytes, hardly any of which are on the disk"
        assert library.problems == {"chroma": problem}
        (folder / file).unlink()
