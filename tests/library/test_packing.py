"""Long abstracts are stored packed by zlib; rows of before, which are not, are read beside them."""

import contextlib
import sqlite3
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from support import libraries
from support.alterations import change

from assistant.domain.records import Entry
from assistant.library import builder, database, editing, rows, writer
from assistant.library.catalogue import Catalogue
from assistant.library.snapshot import LibrarySnapshot


def long(number: int) -> Entry:
    return replace(libraries.entry(number), abstract=" ".join(libraries.entry(n).abstract for n in range(number, 30)))


ENTRIES = [libraries.entry(7), long(8), long(9)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Papers id7, whose abstract is short, id8 and id9; id9 as an older version stored it."""
    libraries.ingest(tmp_path / "library", ENTRIES)
    change(tmp_path / "library", "UPDATE papers SET abstract = ? WHERE id = 'id9'", ENTRIES[2].abstract)
    return tmp_path / "library"


def stored(folder: Path) -> list[object]:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection:
        return [abstract for (abstract,) in connection.execute("SELECT abstract FROM papers ORDER BY position")]


def read(folder: Path) -> tuple[list[tuple[str, str]], list[str]]:
    messages: list[str] = []
    with LibrarySnapshot(folder, on_message=messages.append) as library:
        return [(paper.id, paper.abstract) for paper in library.papers()], messages


def test_packed_and_plain_rows_are_one_library(folder: Path) -> None:
    short, packed, plain = stored(folder)
    assert (short, plain) == (ENTRIES[0].abstract, ENTRIES[2].abstract)
    assert isinstance(packed, bytes)
    assert zlib.decompress(packed).decode() == ENTRIES[1].abstract  # any program that has zlib reads it
    assert len(packed) * 2 < len(ENTRIES[1].abstract)
    whole = [(entry.id or "", entry.abstract) for entry in ENTRIES]
    assert read(folder) == (whole, [])
    with contextlib.closing(Catalogue(folder)) as catalogue:
        assert [(id, abstract) for id, _, abstract in catalogue.texts(["id7", "id8", "id9"])] == whole
    writer.remove(folder, ["id8", "id9"])
    assert editing.undo(folder) is not None
    assert (read(folder), stored(folder)[1:]) == ((whole, []), [packed, plain])
    assert libraries.ingest(folder, ENTRIES).unchanged == 3


def test_a_reindex_packs_what_an_older_version_stored_and_gives_free_pages_back(folder: Path) -> None:
    change(folder, "UPDATE papers SET abstract = abstract || 'x' WHERE id = 'id9'")  # damaged: nobody repairs it
    change(folder, "UPDATE papers SET abstract = ? WHERE id = 'id8'", ENTRIES[1].abstract)
    path = folder / database.NAME
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE spare AS SELECT zeroblob(1000000); DROP TABLE spare")
    before, size = read(folder)[0], path.stat().st_size
    with contextlib.closing(Catalogue(folder)) as catalogue:
        builder.reembed(folder, catalogue, libraries.HashedWords(), 0.0, lambda *_: None)
    assert read(folder)[0] == before == [(entry.id, entry.abstract) for entry in ENTRIES[:2]]
    assert [type(abstract) for abstract in stored(folder)] == [str, bytes, str]
    assert size - path.stat().st_size > 1_000_000


@pytest.mark.parametrize(
    "bytes_now",
    [
        zlib.compress(ENTRIES[1].abstract.replace("9 percent", "8 percent").encode()),
        zlib.compress(ENTRIES[1].abstract.encode())[:-1],
        zlib.compress(ENTRIES[1].abstract.encode()) + b"x",
        zlib.compress(b"\xff" * 1_000),
        zlib.compress(bytes(10_000_000)),  # 10 KB that would fill 10 MB
        b"",
    ],
    ids=["another text", "cut", "longer", "no UTF-8", "a bomb", "nothing"],
)
def test_what_no_text_was_packed_to_is_left_out(folder: Path, bytes_now: bytes) -> None:
    change(folder, "UPDATE papers SET abstract = ? WHERE id = 'id8'", bytes_now)
    papers, [message] = read(folder)
    assert [id for id, _ in papers] == ["id7", "id9"]
    assert "is not as it was written" in message


def test_a_text_of_any_length_comes_back() -> None:
    for text in ("", "x" * 399, "é" * 200, "word " * 199_999, "word " * 200_000):
        assert rows.unpacked(rows.packed(text)) == text
    assert rows.packed("word " * 200_000) == "word " * 200_000
