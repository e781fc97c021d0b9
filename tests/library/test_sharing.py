"""Several processes on one library -> one writes at a time, and each reader sees a whole library."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support import libraries
from support.library_children import Child, ingest_now, ingest_paused, wait_for_lock

from assistant.domain.errors import FingerprintError, LockedError
from assistant.library import builder, chunks, locks, writer
from assistant.library.catalogue import Catalogue
from assistant.library.snapshot import LibrarySnapshot


def test_of_two_ingests_at_once_the_second_waits_and_both_succeed(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    first = Child(ingest_paused, folder, 0, 20)
    assert first.hear() == "holding"
    second = Child(ingest_now, folder, 10, 30)
    assert second.hear() == "waiting"
    first.pipe.send("go on")
    assert (first.hear(), second.hear()) == (20, 10)
    assert (first.end(), second.end()) == (0, 0)
    assert libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, 30)] * 3)


def test_who_does_not_wait_is_told_which_process_is_writing(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    child = Child(ingest_paused, folder, 0, 3)
    assert child.hear() == "holding"
    with pytest.raises(LockedError) as caught, locks.exclusive_lock(folder, 0.0):
        pass
    assert str(caught.value).startswith(f"{folder}: being written by process {child.pid} on ")
    assert (caught.value.exit_code, caught.value.path) == (6, folder)
    assert caught.value.cure == "wait for it to finish, then run this again"
    waiting = Child(wait_for_lock, folder)
    assert waiting.hear() == "waiting"
    os.kill(waiting.pid, signal.SIGINT)
    assert (waiting.hear(), waiting.end()) == ("interrupted", 0)
    child.process.kill()
    assert child.end() == -9
    with locks.exclusive_lock(folder, 10.0):  # the kernel gave up the lock of the dead
        pass


def test_a_reader_sees_the_library_as_it_was_until_the_ingest_has_ended(tmp_path: Path) -> None:
    folder = libraries.made(tmp_path)
    with LibrarySnapshot(folder) as before:
        old = libraries.results(before)
        seen: list[tuple[str, libraries.Results, libraries.Results]] = []

        def look(what: str, done: int, of: int) -> None:
            before.refresh()
            with LibrarySnapshot(folder, heal=False) as during:
                assert len(during.ids) == libraries.MADE
                seen.append((f"{what} {done}/{of}", libraries.results(before), libraries.results(during)))

        writer.add(folder, libraries.entries(35, 60), libraries.HashedWords(), on_progress=look)
        steps = ["embedding 0/20", "embedding 20/20", "embedding 20/20", "indexing 0/60", "indexing 60/60"]
        assert seen == [(step, old, old) for step in steps]
        assert libraries.results(before) == old
        assert len(list((folder / "lexical").iterdir())) == 2  # a reader still has the old one
        before.refresh()
        with LibrarySnapshot(folder) as after:
            assert libraries.results(before) == libraries.results(after) != old
        assert set(before.ids) == libraries.ids(0, 60)
    libraries.ingest(folder, libraries.entries(0, 20))  # changes nothing, but sweeps
    assert [path.name for path in (folder / "lexical").iterdir()] == ["2"]
    assert [path.name for path in (folder / "chroma").iterdir()] == ["1"]


def test_a_reader_of_another_embedder_is_refused_each_time_it_asks(tmp_path: Path) -> None:
    folder = libraries.made(tmp_path)
    other = libraries.HashedWords(16)
    message = (
        f"{folder}: built with hashed-words/32+{chunks.SCHEME}, and this is hashed-words/16+{chunks.SCHEME}; "
        "run `assistant reindex` with --embedder NAME to compute its vectors anew, or "
        "choose the embedder it was built with (--embedder)"
    )
    rows = [libraries.entry(0)]
    for attempt in (lambda: LibrarySnapshot(folder, other.fingerprint), lambda: libraries.ingest(folder, rows, other)):
        with pytest.raises(FingerprintError) as caught:
            attempt()
        assert (str(caught.value), caught.value.exit_code) == (message, 6)
    with LibrarySnapshot(folder, libraries.HashedWords().fingerprint) as reader:
        catalogue = Catalogue(folder)
        assert builder.reembed(folder, catalogue, other, 0.0, lambda *_: None) == libraries.MADE
        catalogue.close()
        for _ in range(2):
            with pytest.raises(FingerprintError, match="run `assistant reindex`"):
                reader.refresh()
    with LibrarySnapshot(folder, other.fingerprint) as reader:
        assert (set(reader.ids), reader.problems, reader.dimension) == (libraries.ids(0, libraries.MADE), {}, 16)


@pytest.mark.parametrize("more", [0, 2])
def test_another_program_that_closes_leaves_the_log_of_a_library_that_is_open_here(tmp_path: Path, more: int) -> None:
    """Opening it once more, and closing that, gives up no lock of those who have it open."""
    folder = libraries.made(tmp_path / "library")
    reader = Catalogue(folder)
    reader.count()
    for _ in range(more):
        another = Catalogue(folder)
        another.count()
        another.close()
    reads = "c = sqlite3.connect(sys.argv[1]); c.execute('SELECT count(*) FROM papers'); c.close()"
    program = [sys.executable, "-c", f"import sqlite3, sys; {reads}", str(folder / "catalogue.sqlite3")]
    subprocess.run(program, check=True)
    assert (folder / "catalogue.sqlite3-wal").exists()  # whoever closes last deletes it
    reader.close()
    assert not (folder / "catalogue.sqlite3-wal").exists()


def test_rows_that_nobody_reads_any_more_may_be_dropped_after_the_catalogue_is_closed(folder: Path) -> None:
    catalogue = Catalogue(folder)
    rows = catalogue.stream("SELECT id FROM papers")
    next(rows)
    catalogue.close()
    del rows  # pytest fails what Python then says on standard error
