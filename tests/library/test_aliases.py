"""Other ids of a paper, written to a library -> the same ids read from it."""

from dataclasses import replace
from pathlib import Path

from support import libraries

from assistant.domain.records import Entry, Listing
from assistant.ingest.abstracts import Conflict
from assistant.library import writer
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
    rows = [row("2401.00001", "a"), row("10.1000/OAKS", "b"), row("7", "c")]
    report = libraries.ingest(folder, rows)
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
