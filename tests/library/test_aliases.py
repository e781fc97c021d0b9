"""Other ids of a paper, written to a library -> the same ids read from it."""

import contextlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from support import libraries

from assistant.domain.errors import LibraryError
from assistant.domain.records import Entry, Listing, Paper
from assistant.ingest.abstracts import Conflict
from assistant.library import builder, database, rows, schema, writer
from assistant.library.catalogue import Catalogue
from assistant.library.snapshot import LibrarySnapshot


def row(id: str, source: str, abstract: str = "Oaks are tall. They grow.") -> Entry:
    return Entry(Listing(source, 1, "Oaks"), abstract, id)


def ids(folder: Path) -> dict[str, tuple[str, ...]]:
    with LibrarySnapshot(folder) as library:
        return {paper.id: paper.aliases for paper in library.papers()}


def test_the_other_ids_of_a_paper_are_kept_until_it_is_removed(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    libraries.ingest(folder, [row("7", "c"), *libraries.entries(0, 2)])
    libraries.ingest(folder, [row("10.1000/oaks", "b")])
    assert ids(folder) == {"id0": (), "id1": (), "10.1000/oaks": ("7@c",)}
    report = libraries.ingest(folder, [row("2401.00001", "a")])
    assert (len(report.updated), report.superseded) == (1, ("10.1000/oaks",))
    both = {"id0": (), "id1": (), "2401.00001": ("10.1000/oaks", "7@c")}
    assert ids(folder) == both
    listings = [row("2401.00001", "a"), row("10.1000/OAKS", "b"), row("7", "c")]
    report = libraries.ingest(folder, listings)
    assert (report.unchanged, report.merged, ids(folder)) == (1, 2, both)
    writer.remove(folder, ["2401.00001"])
    libraries.ingest(folder, [replace(row("2401.00001", "a"), abstract="New.")])
    assert ids(folder) == {"id0": (), "id1": (), "2401.00001": ()}


def test_a_cut_abstract_is_reported_and_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    libraries.ingest(folder, [row("7", "c")])
    report = libraries.ingest(folder, [row("7", "c", "Oaks are tall. They gr...")])
    assert (report.unchanged, report.embedded, report.conflicts) == (1, 0, (Conflict("c", 1, "7", "Oaks"),))
    with LibrarySnapshot(folder) as library:
        assert [paper.abstract for paper in library.papers()] == ["Oaks are tall. They grow."]


# -- version 2, which kept the other ids of all papers in one fact about the library


def downgrade(folder: Path, aliases: str) -> None:
    """Make of a catalogue what the second version of the schema wrote; `aliases` is the fact."""
    libraries.downgrade_lookups(folder)
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        connection.execute("ALTER TABLE papers DROP COLUMN aliases")
        papers = connection.execute(f"SELECT {rows.FORMER_COLUMNS} FROM papers").fetchall()
        for paper in papers:
            query = f"SELECT {rows.LISTING_COLUMNS} FROM listings WHERE paper_id = ? ORDER BY rowid"
            checksum = rows.checksum(paper, connection.execute(query, paper[:1]).fetchall())
            connection.execute("UPDATE papers SET checksum = ? WHERE id = ?", (checksum, paper[0]))
        facts = dict(connection.execute("SELECT key, value FROM state")) | {"aliases": aliases}
        facts["checksum"] = rows.state_checksum(facts)
        connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", facts.items())
        connection.execute("PRAGMA user_version = 2")


def facts(folder: Path) -> set[str]:
    with contextlib.closing(Catalogue(folder)) as catalogue:
        return set(catalogue.state())


def version_2(folder: Path) -> dict[str, tuple[str, ...]]:
    """Make a library of version 2 in which one of two papers has another id; return what it should tell of ids."""
    libraries.ingest(folder, [row("10.1000/oaks", "b"), *libraries.entries(0, 1)])
    downgrade(folder, '{"10.1000/oaks": ["7@c"]}')
    return {"10.1000/oaks": ("7@c",), "id0": ()}


def test_version_2_is_read_as_it_is_and_upgraded_by_the_next_writer(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    expected = version_2(folder)
    assert (ids(folder), "aliases" in facts(folder)) == (expected, True)
    libraries.ingest(folder, libraries.entries(0, 1))
    with LibrarySnapshot(folder) as library:
        assert libraries.examined(library) == []
        assert library.catalogue.version() == schema.VERSION
    assert (ids(folder), "aliases" in facts(folder)) == (expected, False)
    assert libraries.ingest(folder, [row("7", "c")]).updated == ()


def test_what_was_damaged_in_version_2_is_left_out_before_and_after(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    version_2(folder)
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        connection.execute("UPDATE papers SET url = 'x' WHERE id = 'id0'")
    assert ids(folder) == {"10.1000/oaks": ("7@c",)}
    libraries.ingest(folder, libraries.entries(1, 2))
    assert ids(folder) == {"10.1000/oaks": ("7@c",), "id1": ()}


def test_damaged_facts_of_version_2_are_not_vouched_for_by_the_upgrade(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    version_2(folder)
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        connection.execute("UPDATE state SET value = replace(value, '7@c', '8@c') WHERE key = 'aliases'")
    for _ in range(2):
        with pytest.raises(LibraryError, match="what the catalogue says of itself"):
            libraries.ingest(folder, libraries.entries(1, 2))
    with contextlib.closing(Catalogue(folder)) as catalogue:
        builder.reembed(folder, catalogue, libraries.HashedWords(), 0, lambda *_: None)
    assert ids(folder) == {"10.1000/oaks": (), "id0": ()}


def test_an_altered_id_of_a_paper_is_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    libraries.ingest(folder, [row("10.1000/oaks", "b"), row("7", "c"), *libraries.entries(0, 1)])
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        connection.execute("UPDATE papers SET aliases = replace(aliases, '7@c', '8@c')")
    assert ids(folder) == {"id0": ()}


def test_adding_a_paper_writes_the_ids_of_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    libraries.ingest(folder, [row("10.1000/oaks", "b"), row("7", "c")])
    with contextlib.closing(Catalogue(folder)) as catalogue, catalogue.transaction():
        [(before,)] = catalogue.read("SELECT total_changes()")
        catalogue.put([(Paper("x", "Elms", "Tall.", aliases=("8@d", "9@e")), "hash")])
        [(after,)] = catalogue.read("SELECT total_changes()")
    notes = 6 + len(Catalogue(folder).state())  # of its names, and of the facts about the library
    assert after - before <= 1 + notes
