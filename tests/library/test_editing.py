"""Tags, notes, marks and removals -> kept through all that happens to a library, and taken back as if never done."""

import contextlib
import functools
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support import libraries
from support.libraries import HashedWords

from assistant.domain.annotations import Annotations, Note
from assistant.domain.records import Entry, Listing
from assistant.library import annotations, backup, builder, database, editing, health, provenance, writer
from assistant.library.catalogue import Catalogue
from assistant.library.snapshot import LibrarySnapshot

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SAID = Annotations(("Thesis/methods", "rl"), (Note("Über moss:\n“slow”.", NOON),), NOON)


def say(folder: Path, *ids: str, words: Annotations = SAID) -> None:
    editing.annotate(folder, ids, lambda _: words, "note")


def said(folder: Path) -> dict[str, Annotations]:
    with contextlib.closing(Catalogue(folder)) as catalogue:
        stored = annotations.read(catalogue)
    assert stored.damaged == ()
    return dict(stored.by_id)


def content(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the catalogue that says something of papers, with their places."""
    tables = ("papers", "listings", "embeddings", "names", "annotations", "arrivals", "sources")
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection:
        rows = {table: sorted(connection.execute(f"SELECT * FROM {table}"), key=repr) for table in tables}
        rows["order"] = connection.execute("SELECT value FROM state WHERE key IN ('order', 'papers')").fetchall()
    return rows


def past(folder: Path) -> int:
    """How many rows are kept for what can be taken back."""
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection:
        tables = ("past_changes", "past_annotations", "past_papers", "past_listings")
        return sum(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables)


def faults(folder: Path) -> list[str]:
    with LibrarySnapshot(folder, heal=False) as library:
        return [fault.problem for fault in health.faults(folder, library.catalogue, library.problems)]


def results(folder: Path) -> libraries.Results:
    with LibrarySnapshot(folder, on_message=pytest.fail) as library:
        return libraries.results(library)


# -- what is said stays


def reindexed(folder: Path) -> Path:
    with contextlib.closing(Catalogue(folder)) as catalogue:
        builder.reembed(folder, catalogue, HashedWords(16), 0.0, lambda *_: None)
    return folder


def restored(folder: Path) -> Path:
    backup.write(folder, folder.parent / "copy.sqlite3")
    backup.restore(folder.parent / "copy.sqlite3", folder.parent / "other", 0.0, lambda *_: None)
    return folder.parent / "other"


def ingested(folder: Path) -> Path:
    libraries.ingest(folder, [libraries.entry(3, " More of it."), *libraries.entries(38, 45)])
    return folder


@pytest.mark.parametrize("happening", [ingested, reindexed, restored])
def test_what_is_said_of_papers_survives(folder: Path, happening: Callable[[Path], Path]) -> None:
    say(folder, "id3", "id39")
    assert said(happening(folder)) == {"id3": SAID, "id39": SAID}


def test_what_is_said_follows_a_paper_that_gets_another_id_and_is_joined_where_two_papers_become_one(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "library"
    listing = Listing("a.txt", 1, "Moss and its ways")
    other = replace(listing, source="b.txt", title="Moss and its ways (extended)")
    libraries.ingest(folder, [Entry(listing, "Moss grows slowly on stones.")])
    libraries.ingest(folder, [Entry(other, "Moss grows slowly on walls.", "10.1000/moss")])
    with contextlib.closing(Catalogue(folder)) as catalogue:
        first, second = (paper.id for paper in catalogue.papers())
    later = Note("walls", NOON.replace(hour=13))
    say(folder, first)
    say(folder, second, words=Annotations(("RL", "walls"), (later,), NOON.replace(hour=9)))
    row = Entry(
        replace(listing, source="c.txt"), "Moss grows slowly on stones.", "2401.00001", aliases=("10.1000/moss",)
    )
    assert set(libraries.ingest(folder, [row]).superseded) == {first, second}
    joined = Annotations(("RL", "walls", "Thesis/methods"), (*SAID.notes, later), NOON.replace(hour=9))
    assert said(folder) == {"2401.00001": joined}


def test_a_flipped_bit_is_told_and_what_was_said_is_left_out(folder: Path) -> None:
    say(folder, "id3", "id4")
    libraries.sql(folder / database.NAME, "UPDATE annotations SET tags = '[\"other\"]' WHERE paper_id = 'id3'")
    with contextlib.closing(Catalogue(folder)) as catalogue:
        stored = annotations.read(catalogue)
    assert (dict(stored.by_id), stored.damaged) == ({"id4": SAID}, ("id3",))
    [problem] = faults(folder)
    assert problem == "the tags and notes of id3 are not as they were written"
    editing.annotate(folder, ["id3"], lambda words: words.with_tags(["new"]), "tag")
    assert said(folder) == {"id3": Annotations(("new",)), "id4": SAID}
    assert faults(folder) == []


def test_version_4_is_read_as_it_is_and_upgraded_by_the_next_writer(folder: Path) -> None:
    before = content(folder)
    libraries.downgrade_upkeep(folder)
    assert said(folder) == {}
    assert editing.last(folder) is None
    with contextlib.closing(Catalogue(folder)) as catalogue:
        assert provenance.arrivals(catalogue, catalogue.positions(["id3"])) == {}
        assert [(row.name, row.papers, row.added, row.state) for row in provenance.sources(catalogue)] == [
            ("made.jsonl", libraries.MADE, None, "unknown")
        ]
    say(folder, "id3")
    assert said(folder) == {"id3": SAID}
    assert content(folder) == before | {
        "annotations": content(folder)["annotations"],
        "arrivals": [],
        "sources": [("made.jsonl", "", None, None, None, None)],
    }
    assert faults(folder) == []


# -- what was done is taken back


def test_papers_that_were_removed_come_back_as_they_were(folder: Path) -> None:
    say(folder, "id7", "id12")
    before, found = content(folder), results(folder)
    gone = [f"id{number}" for number in (0, 7, 20, 39)]
    assert writer.remove(folder, [*gone, "no such id"]) == gone
    assert said(folder) == {"id12": SAID}
    undoing = editing.last(folder)
    assert undoing
    assert (undoing.change.what, list(undoing.titles)) == ("remove", gone)
    assert editing.undo(folder) == undoing
    assert content(folder) == before
    assert results(folder) == found
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, libraries.MADE)] * 3)
    assert faults(folder) == []


def test_changes_are_taken_back_last_first(folder: Path) -> None:
    states = [content(folder)]
    steps: tuple[Callable[[], object], ...] = (
        lambda: say(folder, "id1", "id2"),
        lambda: editing.annotate(folder, ["id1"], lambda words: words.with_tags(["x"], ["rl"]), "tag", "+x, -rl"),
        lambda: writer.remove(folder, ["id1", "id5"]),
        lambda: editing.annotate(folder, ["id2", "id1"], lambda words: replace(words, read=None), "read", "unread"),
        lambda: writer.remove(folder, ["id2"]),
    )
    for step in steps:
        step()
        states.append(content(folder))
    done = []
    for state in reversed(states):
        assert {**content(folder), "embeddings": []} == {**state, "embeddings": []}  # of those gone they are kept
        undoing = editing.undo(folder)
        done.append((undoing.change.what, undoing.change.detail, list(undoing.titles)) if undoing else None)
    assert done == [
        ("remove", "", ["id2"]), ("read", "unread", ["id2"]), ("remove", "", ["id1", "id5"]),
        ("tag", "+x, -rl", ["id1"]), ("note", "", ["id1", "id2"]), None,
    ]  # fmt: skip
    assert past(folder) == 0
    assert content(folder) == states[0]


def test_what_changes_nothing_is_no_change_to_take_back(folder: Path) -> None:
    say(folder, "id1")
    assert editing.annotate(folder, ["id1", "gone"], lambda words: words.with_tags(["RL"]), "tag") == {}
    undoing = editing.undo(folder)
    assert undoing
    assert undoing.change.what == "note"


@pytest.mark.parametrize("ends", [ingested, reindexed, lambda folder: editing.forget(folder)])
def test_a_merge_and_vectors_of_another_embedder_end_what_can_be_taken_back(
    folder: Path, ends: Callable[[Path], object]
) -> None:
    say(folder, "id1")
    writer.remove(folder, ["id1"])
    assert past(folder) > 0
    ends(folder)
    assert (past(folder), editing.undo(folder)) == (0, None)
    with contextlib.closing(Catalogue(folder)) as catalogue:
        assert catalogue.forget() == 0


def test_an_ingest_that_changes_nothing_and_a_reindex_leave_what_can_be_taken_back(folder: Path) -> None:
    writer.remove(folder, ["id39"])
    libraries.ingest(folder, libraries.entries(0, 39))
    with contextlib.closing(Catalogue(folder)) as catalogue:
        builder.reembed(folder, catalogue, HashedWords(), 0.0, lambda *_: None)
    assert editing.undo(folder)
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, libraries.MADE)] * 3)


def test_no_more_than_a_hundred_changes_are_kept(folder: Path) -> None:
    for number in range(103):
        editing.annotate(folder, ["id1"], functools.partial(Annotations.with_tags, add=[str(number)]), "tag")
    count = 0
    while editing.undo(folder):
        count += 1
    assert (count, said(folder)) == (100, {"id1": Annotations(("0", "1", "2"))})


def test_to_remove_papers_that_are_gone_is_no_change(folder: Path) -> None:
    say(folder, "id3")
    assert writer.remove(folder, ["id99"]) == []
    undoing = editing.last(folder)
    assert undoing
    assert undoing.change.what == "note"
