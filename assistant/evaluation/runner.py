"""A suite and a plan -> the lines of a run: several cases at a time, each on disk when it is done, none asked twice."""

import contextlib
import queue
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from assistant.answering import prompts
from assistant.domain.callbacks import OnProgress
from assistant.domain.errors import UsageError
from assistant.evaluation import manifests, outcomes, perturbations, systems
from assistant.evaluation.cases import Case
from assistant.evaluation.outcomes import Key, Outcome
from assistant.evaluation.runs import OutcomeLog
from assistant.evaluation.suites import Suite
from assistant.evaluation.systems import EvaluationContext
from assistant.library.snapshot import LibrarySnapshot

_PATIENCE = 5.0  # seconds for a case in flight; without a model it takes a tenth of one


@dataclass(frozen=True, slots=True)
class RunPlan:
    """Which part of a suite is run, and how often."""

    split: str | None = None
    """None for all."""
    perturbations: tuple[str, ...] = ()
    """The names of those whose variants are run beside the questions themselves."""
    repeats: int = 1
    types: tuple[str, ...] = ()
    """Only questions of these types; none for all."""


@dataclass(frozen=True, slots=True)
class Job:
    """One case, the number of the repeat, from 1, and the library it is asked of."""

    case: Case
    repeat: int
    library: Path

    @property
    def key(self) -> Key:
        """What its line will be about."""
        return Key(self.case.id, self.repeat)


def cases(suite: Suite, plan: RunPlan) -> list[Case]:
    """Return the cases of a plan, variants among them; raises `UsageError` where there are none."""
    plain = _plain_cases(suite, plan)
    return plain + [case for name in plan.perturbations for case in perturbations.make(name, suite, plain, {}).cases]


def jobs(suite: Suite, plan: RunPlan, context: EvaluationContext, folder: Path) -> list[Job]:
    """Return what is to be run; libraries that perturbations change are made in `folder`, and in nothing that stays."""
    plain = _plain_cases(suite, plan)
    library = context.pipeline.library
    papers = {paper.title: paper for paper in library.papers()}
    places: list[tuple[Case, Path]] = [(case, library.folder) for case in plain]
    for name in plan.perturbations:
        perturbation = perturbations.make(name, suite, plain, papers)
        place = perturbations.library(library, perturbation, folder, context.pipeline.embedder)
        places += [(case, place) for case in perturbation.cases]
    return [Job(case, repeat, place) for repeat in range(1, plan.repeats + 1) for case, place in places]


def manifest(suite: Suite, plan: RunPlan, context: EvaluationContext) -> dict[str, Any]:
    """Return all that the lines of a run depend on, and when and by what code they were made."""
    pipeline = context.pipeline
    papers = pipeline.library.papers()
    return {
        "suite": suite.name,
        "folder": str(suite.folder.absolute()),
        "gold": suite.digest,
        "split": plan.split,
        "perturbations": list(plan.perturbations),
        "types": list(plan.types),
        "repeats": plan.repeats,
        "seed": perturbations.SEED,
        "limit": pipeline.limit,
        "model": pipeline.model.name if pipeline.model else None,
        "checker": pipeline.checker.name if pipeline.checker else None,
        **({"evidence_tokens": pipeline.evidence_tokens} if pipeline.model else {}),
        "prompts": {path.stem: prompts.load(path.stem).sha256 for path in sorted(prompts.home().glob("*.md"))},
        "fingerprint": pipeline.library.fingerprint,
        "corpus": manifests.corpus(papers),
        "papers": len(papers),
        "code": manifests.code(),
        "started": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def run(
    log: OutcomeLog,
    jobs: Sequence[Job],
    context: EvaluationContext,
    threads: int,
    on_progress: OnProgress = lambda *_: None,
) -> list[Outcome]:
    """Ask what has no outcome yet in `log`, and return the outcomes that are errors.

    Interrupted, it leaves every line that was finished; called again, it goes on, and asks once more what failed.
    """
    earlier = log.earlier
    waiting = [job for job in jobs if job.key not in earlier or earlier[job.key].failed]
    done = len(jobs) - len(waiting)
    on_progress("asking", done, len(jobs))
    failed = []
    with contextlib.closing(_answered(waiting, context, max(1, min(threads, len(waiting))))) as answered:
        for outcome in answered:
            log.append(outcome)
            done += 1
            if outcome.failed:
                failed.append(outcome)
            on_progress("asking", done, len(jobs))
    return failed


def _plain_cases(suite: Suite, plan: RunPlan) -> list[Case]:
    """Return the cases of a plan that are no variants."""
    plain = [
        case for case in suite.cases if plan.split in (None, case.split) and (not plan.types or case.type in plan.types)
    ]
    if not plain:
        types = ", ".join(plan.types) or "any"
        raise UsageError(f"has no case of split {plan.split or 'any'} and type {types}", path=suite.folder)
    return plain


def _answered(jobs: Sequence[Job], context: EvaluationContext, threads: int) -> Generator[Outcome]:
    """Yield an outcome for each job as they are done; raises what a thread raised."""
    waiting: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
    finished: queue.SimpleQueue[Outcome | BaseException] = queue.SimpleQueue()
    # By library: a thread holds one open at a time.
    for job in sorted(jobs, key=lambda job: str(job.library)):
        waiting.put(job)
    over = threading.Event()
    # Daemons: a model that does not answer must not keep an interrupted run from ending.
    workers = [
        threading.Thread(target=_Worker(context).work, args=(waiting, finished, over), daemon=True, name="case")
        for _ in range(threads)
    ]
    try:
        for worker in workers:
            waiting.put(None)
            worker.start()
        for _ in jobs:
            outcome = finished.get()
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome
    finally:
        # The interpreter must not end while a thread is in native code: that aborts the process.
        over.set()
        for worker in workers:
            worker.join(_PATIENCE)


class _Worker:
    """Asks cases in a thread of its own: what a catalogue opens belongs to the thread that opened it."""

    def __init__(self, context: EvaluationContext) -> None:
        self._context = context
        self._library: LibrarySnapshot | None = None

    def work(
        self,
        waiting: "queue.SimpleQueue[Job | None]",
        finished: "queue.SimpleQueue[Outcome | BaseException]",
        over: threading.Event,
    ) -> None:
        """Take jobs until there are no more, or it is over."""
        try:
            while (job := waiting.get()) is not None and not over.is_set():
                finished.put(self._outcome(job))
        except BaseException as error:  # noqa: BLE001  raised again in the thread that waits
            finished.put(error)
        finally:
            self._close()

    def _outcome(self, job: Job) -> Outcome:
        """Return the outcome of a job; whatever goes wrong with it is its outcome, and ends no run."""
        try:
            if self._library is None or self._library.folder != job.library:
                self._close()
                self._library = LibrarySnapshot(job.library, self._context.pipeline.embedder.fingerprint)
                self._context = self._context.at(self._library)
            return systems.run(self._context, job.case, job.repeat)
        except Exception as error:  # noqa: BLE001  written down by type and message; other cases are asked all the same
            return outcomes.failed(job.case, job.repeat, error)

    def _close(self) -> None:
        library, self._library = self._library, None
        if library is not None:
            library.close()
