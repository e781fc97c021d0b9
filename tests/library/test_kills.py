"""Ingests killed at any moment -> a library that opens, whole, with all that was acknowledged."""

import contextlib
import random
import threading
import time
from pathlib import Path

import pytest
from support import libraries
from support.library_children import BATCH, Child, edit, ingest_batches

from assistant.library import annotations, editing
from assistant.library.catalogue import Catalogue

KILLS = [5, pytest.param(25, marks=pytest.mark.slow)]


def ingest_until_killed(folder: Path, first: int, until: int, delay: float) -> int:
    """Run ingests from batch `first` on, kill them `delay` seconds after `until` acknowledged ones; return how many."""
    child = Child(ingest_batches, folder, first, 1000)
    assert child.hear() == "began"
    for number in range(until):
        assert (child.hear(), child.hear()) == (first + number, "began")
    timer = threading.Timer(delay, child.process.kill)
    timer.start()
    acknowledged = until
    while (message := child.hear()) is not None:
        acknowledged += message != "began"
    timer.join()
    assert child.end() == -9
    return acknowledged


@pytest.mark.parametrize("kills", KILLS)
def test_killed_at_any_moment_nothing_acknowledged_is_lost_and_the_parts_agree(tmp_path: Path, kills: int) -> None:
    folder = tmp_path / "library"
    chance = random.Random(20_260_301)
    child = Child(ingest_batches, folder, 0, 2)
    assert [child.hear(), child.hear(), child.hear()] == ["began", 0, "began"]
    began = time.monotonic()
    assert (child.hear(), child.end()) == (1, 0)
    whole = time.monotonic() - began
    acknowledged = 2
    for kill in range(kills):
        until = int(kill % 4 == 0)  # these have something new to lose, whatever the speed of the machine
        acknowledged += ingest_until_killed(folder, acknowledged, until, chance.uniform(0, 1.05 * whole))
        parts = libraries.parts(folder)
        assert parts.catalogue == parts.words == parts.vectors
        # The one under way when the signal came may have been committed, and not said so.
        assert parts.catalogue in (libraries.ids(0, acknowledged * BATCH), libraries.ids(0, (acknowledged + 1) * BATCH))

    child = Child(ingest_batches, folder, 0, acknowledged + 1)
    while child.hear() is not None:
        pass
    assert child.end() == 0
    everything = libraries.ids(0, (acknowledged + 1) * BATCH)
    assert libraries.parts(folder) == libraries.Parts(everything, everything, everything)
    leftovers = [len(list((folder / kind).iterdir())) for kind in ("chroma", "lexical")]
    assert leftovers == [1, 1]


@pytest.mark.parametrize("kills", KILLS)
def test_killed_while_it_tags_removes_and_takes_back_a_library_is_whole_and_all_can_be_taken_back(
    folder: Path, kills: int
) -> None:
    chance = random.Random(20_260_302)
    everything, gone = libraries.ids(0, libraries.MADE), sorted(libraries.ids(3, 9))
    for _ in range(kills):
        child = Child(edit, folder, gone)
        timer = threading.Timer(chance.uniform(0, 0.6), child.process.kill)
        steps = [child.hear()]
        timer.start()
        while (message := child.hear()) is not None:
            steps.append(message)
        timer.join()
        assert child.end() == -9
        ids = libraries.parts(folder).catalogue
        # What was under way when the signal came may have been committed, and not said so.
        whole, cut = everything, everything - set(gone)
        assert ids in {"tagged": (whole, cut), "removed": (cut, whole), "undone": (whole,)}[steps[-1]]
        with contextlib.closing(Catalogue(folder)) as catalogue:
            said = annotations.read(catalogue)
        assert set(said.by_id) == ids
        assert len({words.tags for words in said.by_id.values()}) == 1
        tags = len(said.by_id["id0"].tags)
        assert tags in (steps.count("tagged"), steps.count("tagged") + 1)
        while editing.undo(folder):
            pass
        assert libraries.parts(folder) == libraries.Parts(everything, everything, everything)
        with contextlib.closing(Catalogue(folder)) as catalogue:
            assert annotations.read(catalogue) == annotations.StoredAnnotations({})
