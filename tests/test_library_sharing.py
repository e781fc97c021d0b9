"""Several processes on one library -> one writes at a time, and each reader sees a whole library."""

import os
import signal
from pathlib import Path

import library_support as support
import pytest
from library_children import Child, ingest_held, ingest_now, wait_for_lock

from assistant.errors import FingerprintError, LockedError
from assistant.library import indexes, intake, locks
from assistant.library.catalogue import Catalogue
from assistant.library.reader import Library


def test_of_two_ingests_at_once_the_second_waits_and_both_succeed(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    first = Child(ingest_held, folder, 0, 20)
    assert first.hear() == "holding"
    second = Child(ingest_now, folder, 10, 30)
    assert second.hear() == "waiting"
    first.pipe.send("go on")
    assert (first.hear(), second.hear()) == (20, 10)
    assert (first.end(), second.end()) == (0, 0)
    assert support.parts(folder) == support.Parts(*[support.ids(0, 30)] * 3)


def test_who_does_not_wait_is_told_which_process_is_writing(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    child = Child(ingest_held, folder, 0, 3)
    assert child.hear() == "holding"
    with pytest.raises(LockedError) as caught, locks.writing(folder, 0.0):
        pass
    assert str(caught.value).startswith(f"{folder} is being written by process {child.pid} on ")
    assert caught.value.exit_code == 6
    waiting = Child(wait_for_lock, folder)
    assert waiting.hear() == "waiting"
    os.kill(waiting.pid, signal.SIGINT)
    assert (waiting.hear(), waiting.end()) == ("interrupted", 0)
    child.process.kill()
    assert child.end() == -9
    with locks.writing(folder, 10.0):  # the kernel gave up the lock of the dead
        pass


def test_a_reader_sees_the_library_as_it_was_until_the_ingest_has_ended(tmp_path: Path) -> None:
    folder = support.made(tmp_path)
    with Library(folder) as before:
        old = support.results(before)
        seen: list[tuple[str, support.Results, support.Results]] = []

        def look(what: str, done: int, of: int) -> None:
            before.refresh()
            with Library(folder, heal=False) as during:
                assert len(during.ids) == support.MADE
                seen.append((f"{what} {done}/{of}", support.results(before), support.results(during)))

        intake.add(folder, support.entries(35, 60), support.HashedWords(), progress=look)
        steps = ["embedding 0/20", "embedding 20/20", "indexing 0/60", "indexing 60/60"]
        assert seen == [(step, old, old) for step in steps]
        assert support.results(before) == old
        assert len(list((folder / "chroma").iterdir())) == 2  # the old one is still held
        before.refresh()
        with Library(folder) as after:
            assert support.results(before) == support.results(after) != old
        assert set(before.ids) == support.ids(0, 60)
    support.ingest(folder, support.entries(0, 20))  # changes nothing, but sweeps
    assert [path.name for path in (folder / "chroma").iterdir()] == ["2"]


def test_a_reader_of_another_embedder_is_refused_each_time_it_asks(tmp_path: Path) -> None:
    folder = support.made(tmp_path)
    other = support.HashedWords(16)
    message = (
        f"{folder} was built with hashed-words/32+title+sentences/1, and this is hashed-words/16+title+sentences/1; "
        "run `assistant reindex` with --embedder NAME to compute its vectors anew, or "
        "choose the embedder it was built with (--embedder)"
    )
    rows = [support.entry(0)]
    for attempt in (lambda: Library(folder, other.fingerprint), lambda: support.ingest(folder, rows, other)):
        with pytest.raises(FingerprintError) as caught:
            attempt()
        assert (str(caught.value), caught.value.exit_code) == (message, 6)
    with Library(folder, support.HashedWords().fingerprint) as reader:
        catalogue = Catalogue(folder)
        assert indexes.renew(folder, catalogue, other, 0.0, lambda *_: None) == support.MADE
        catalogue.close()
        for _ in range(2):
            with pytest.raises(FingerprintError, match="run `assistant reindex`"):
                reader.refresh()
    with Library(folder, other.fingerprint) as reader:
        assert (set(reader.ids), reader.problems, reader.dimension) == (support.ids(0, support.MADE), {}, 16)
