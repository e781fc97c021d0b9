"""Cases -> the lines of a run: several at a time, each on disk when it is done, what is there already left out."""

import contextlib
import queue
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.answering.conversation.session import Session
from assistant.answering.pipeline import Pipeline
from assistant.evaluation import runs, systems
from assistant.evaluation.outcomes import Key
from assistant.evaluation.suites import Case
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import ChatModel, Embedder

_PATIENCE = 5.0  # seconds for a case in flight; without a model it takes a tenth of one

Progress = Callable[[int, int], None]
"""How many are done, of how many."""


@dataclass(frozen=True, slots=True)
class Job:
    """One case, the how-manieth time, and the library it is asked of."""

    case: Case
    repeat: int
    library: Path

    @property
    def key(self) -> Key:
        """What its line will be about."""
        return Key(self.case.id, self.repeat)


@dataclass(frozen=True, slots=True)
class Equipment:
    """What every case is asked with."""

    embedder: Embedder
    model: ChatModel | None
    count: Callable[[str], int]
    ordinary: Callable[[str], bool]
    limit: int
    system: str = "assistant"


def run(
    folder: Path, jobs: Sequence[Job], equipment: Equipment, threads: int, progress: Progress = lambda *_: None
) -> int:
    """Ask what has no line yet in `folder`, and return how many cases ended with an error.

    Interrupted, it leaves every line that was finished; called again, it goes on.
    """
    held = runs.recorded(folder)
    left = [job for job in jobs if held.get(job.key, {"state": "error"})["state"] == "error"]
    done = len(jobs) - len(left)
    progress(done, len(jobs))
    failed = 0
    with contextlib.closing(_answered(left, equipment, max(1, min(threads, len(left))))) as rows:
        for row in rows:
            runs.append(folder, row)
            done += 1
            failed += row["state"] == "error"
            progress(done, len(jobs))
    return failed


def _answered(jobs: Sequence[Job], equipment: Equipment, threads: int) -> Generator[Mapping[str, Any]]:
    """Yield a line a job as they are done; raises what a thread raised."""
    waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
    finished: queue.SimpleQueue[Mapping[str, Any] | BaseException] = queue.SimpleQueue()
    # By library: a thread holds one open at a time.
    for job in sorted(jobs, key=lambda job: str(job.library)):
        waiting.put(job)
    over = threading.Event()
    # Daemons: a model that does not answer must not keep an interrupted run from ending.
    workers = [
        threading.Thread(target=_work, args=(waiting, finished, equipment, over), daemon=True, name="case")
        for _ in range(threads)
    ]
    try:
        for worker in workers:
            waiting.put(None)
            worker.start()
        for _ in jobs:
            row = finished.get()
            if isinstance(row, BaseException):
                raise row
            yield row
    finally:
        # The interpreter must not end while a thread is in native code: that aborts the process.
        over.set()
        for worker in workers:
            worker.join(_PATIENCE)


def _work(
    waiting: "queue.SimpleQueue[Job | None]",
    finished: "queue.SimpleQueue[Mapping[str, Any] | BaseException]",
    equipment: Equipment,
    over: threading.Event,
) -> None:
    """Take jobs until there are no more, or it is over; what a catalogue opens belongs to the thread that opened it."""
    opened: LibrarySnapshot | None = None
    try:
        while (job := waiting.get()) is not None and not over.is_set():
            if opened is None or opened.folder != job.library:
                if opened is not None:
                    opened.close()
                opened = LibrarySnapshot(job.library, equipment.embedder.fingerprint)
                bench = _bench(opened, equipment)
            finished.put(systems.run(bench, job.case, job.repeat))
    except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
        finished.put(error)
    finally:
        if opened is not None:
            opened.close()


def _bench(library: LibrarySnapshot, equipment: Equipment) -> systems.EvaluationContext:
    return systems.EvaluationContext(
        asking=Pipeline(library, equipment.embedder, equipment.model, equipment.limit, ordinary=equipment.ordinary),
        session=Session(None, equipment.count),
        papers={paper.title: paper for paper in library.papers()},
        system=systems.SYSTEMS[equipment.system],
    )
