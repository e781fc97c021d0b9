"""What the tests run in processes of their own: each tells through a pipe how far it is, so that nobody need sleep."""

import functools
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from support import libraries
from support.forked import context

from assistant.domain.annotations import Annotations
from assistant.domain.errors import LibraryError
from assistant.library import editing, locks, writer

BATCH = 12


class Child:
    """A forked process that runs `body(pipe, *arguments)`."""

    def __init__(self, body: Callable[..., None], *arguments: Any) -> None:
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=body, args=(theirs, *arguments), daemon=True)
        self.process.start()
        theirs.close()  # so that its death is an end of file here

    @property
    def pid(self) -> int:
        assert self.process.pid
        return self.process.pid

    def hear(self) -> Any:
        """Wait for the next thing it says; None when it has ended."""
        try:
            return self.pipe.recv()
        except (EOFError, ConnectionResetError):
            return None

    def end(self) -> int | None:
        """Wait for its end and return its exit code."""
        self.process.join()
        self.pipe.close()
        return self.process.exitcode


def ingest_batches(pipe: Connection, folder: Path, first: int, batches: int) -> None:
    """Ingest one batch after the other, and acknowledge each."""
    for number in range(first, first + batches):
        pipe.send("began")
        libraries.ingest(folder, libraries.entries(number * BATCH, (number + 1) * BATCH))
        pipe.send(number)


def edit(pipe: Connection, folder: Path, gone: list[str]) -> None:
    """Tag all papers, remove some, and take that back, over and over; acknowledge each."""
    for number in range(1000):
        add = functools.partial(Annotations.with_tags, add=[f"n{number}"])
        editing.annotate(folder, sorted(libraries.ids(0, libraries.MADE)), add, "tag")
        pipe.send("tagged")
        writer.remove(folder, gone)
        pipe.send("removed")
        editing.undo(folder)
        pipe.send("undone")


def ingest_paused(pipe: Connection, folder: Path, start: int, stop: int) -> None:
    """Ingest; say "holding" when embedding begins, with the writer's lock, and go on at the next message."""

    def on_progress(what: str, done: int, _: int) -> None:
        if (what, done) == ("embedding", 0):
            pipe.send("holding")
            pipe.recv()

    try:
        report = writer.add(folder, libraries.entries(start, stop), libraries.HashedWords(), on_progress=on_progress)
        pipe.send(len(report.added))
    except LibraryError as error:
        pipe.send(str(error))


def ingest_now(pipe: Connection, folder: Path, start: int, stop: int) -> None:
    """Ingest as others do, waiting for the lock where it must."""
    pipe.send("waiting")
    pipe.send(len(libraries.ingest(folder, libraries.entries(start, stop)).added))


def wait_for_lock(pipe: Connection, folder: Path) -> None:
    """Wait for the writer's lock until interrupted."""
    try:
        pipe.send("waiting")
        with locks.exclusive_lock(folder, 60.0):
            pipe.send("had it")
    except KeyboardInterrupt:
        pipe.send("interrupted")
