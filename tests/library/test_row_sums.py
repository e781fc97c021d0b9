"""Rows that are gone, added or altered by nobody who may -> noticed, told with a cure, and accepted by it."""

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support import libraries
from support.libraries import HashedWords

from assistant.domain.annotations import Annotations
from assistant.domain.errors import LibraryError
from assistant.library import annotations, builder, database, editing, health, provenance, writer
from assistant.library.catalogue import Catalogue

SAID = Annotations(("wood",), (), datetime(2026, 3, 1, tzinfo=UTC))
GONE = "of the tags, notes and marks that were written some are gone, or others are there"
ADDED = "when papers were added is not as it was written"
READ = "when sources were added, and what their files were, is not as it was written"
TAKEN_BACK = "what it takes to take changes back is not as it was written"
CHANGES = {
    "DELETE FROM annotations WHERE paper_id = 'id3'": GONE,
    "INSERT INTO annotations SELECT 'id9', tags, notes, read, checksum FROM annotations WHERE paper_id = 'id3'":
        "the tags and notes of id9 are not as they were written",
    "UPDATE arrivals SET at = '2020' || substr(at, 5)": ADDED,
    "DELETE FROM arrivals": ADDED,
    "UPDATE sources SET added = '2020' || substr(added, 5)": READ,
    "UPDATE past_changes SET at = '2020' || substr(at, 5)": TAKEN_BACK,
    "DELETE FROM past_changes WHERE number = 2": TAKEN_BACK,
    "INSERT INTO past_changes SELECT number + 5, what, detail, at FROM past_changes": TAKEN_BACK,
    "UPDATE past_annotations SET paper_id = 'id8' WHERE paper_id = 'id4'": TAKEN_BACK,
    "UPDATE past_papers SET title = 'Another'": TAKEN_BACK,
    "DELETE FROM past_listings": TAKEN_BACK,
}  # fmt: skip


@pytest.fixture
def told(folder: Path) -> Path:
    """A library in which something is said of papers, and of which papers were removed."""
    editing.annotate(folder, ["id3", "id4"], lambda _: SAID, "tag")
    writer.remove(folder, ["id4", "id5"])
    return folder


def problems(folder: Path) -> list[str]:
    with contextlib.closing(Catalogue(folder)) as catalogue:
        return [fault.problem for fault in health.faults(folder, catalogue, {})]


def test_where_no_row_was_altered_nothing_is_told(told: Path) -> None:
    assert problems(told) == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_row_that_is_gone_added_or_altered_is_told(told: Path, change: str) -> None:
    libraries.sql(told / database.NAME, change)
    assert problems(told) == [CHANGES[change]]
    with contextlib.closing(Catalogue(told)) as catalogue:
        assert annotations.read(catalogue).problems == ((CHANGES[change],) if "annotations SELECT" in change or
                                                        "FROM annotations" in change else ())  # fmt: skip
        assert bool(provenance.arrivals(catalogue, {"id3": 3})) == (CHANGES[change] != ADDED)
        assert provenance.sources(catalogue)[0].added is None or CHANGES[change] != READ


@pytest.mark.parametrize("change", [change for change, problem in CHANGES.items() if problem == TAKEN_BACK])
def test_what_cannot_be_taken_back_as_it_was_is_not_and_can_be_forgotten(told: Path, change: str) -> None:
    libraries.sql(told / database.NAME, change)
    for undo in (editing.last, editing.undo):
        with pytest.raises(LibraryError, match=TAKEN_BACK) as caught:
            undo(told)
        assert caught.value.cure.startswith("`assistant undo --forget`")
    assert libraries.parts(told).catalogue == libraries.ids(0, libraries.MADE) - {"id4", "id5"}
    editing.forget(told)
    assert (problems(told), editing.undo(told)) == ([], None)


def test_what_is_damaged_stays_so_until_it_is_accepted(told: Path) -> None:
    libraries.sql(told / database.NAME, "DELETE FROM annotations WHERE paper_id = 'id3'")
    libraries.sql(told / database.NAME, "DELETE FROM arrivals")
    editing.annotate(told, ["id7"], lambda _: SAID, "tag")
    libraries.ingest(told, libraries.entries(50, 51))
    assert problems(told) == [GONE, ADDED]
    with contextlib.closing(Catalogue(told)) as catalogue:
        builder.reembed(told, catalogue, HashedWords(), 0.0, lambda *_: None)
    assert problems(told) == []
    with contextlib.closing(Catalogue(told)) as catalogue:
        assert annotations.read(catalogue).by_id == {"id7": SAID}


def test_facts_that_are_damaged_are_not_vouched_for_by_a_tag(told: Path) -> None:
    libraries.sql(told / database.NAME, "UPDATE state SET value = '31' WHERE key = 'dimension'")
    for change in (lambda: editing.annotate(told, ["id7"], lambda _: SAID, "tag"), lambda: editing.forget(told)):
        with pytest.raises(LibraryError, match="what the catalogue says of itself is not as it was written"):
            change()
