"""A suite about the papers of `libraries.made` -> runs of it in a process of a test, without a model."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from support import libraries
from support.libraries import HashedWords
from support.made_runs import write_suite

from assistant.answering.conversation.session import Session
from assistant.answering.pipeline import Pipeline
from assistant.domain.answers import Seconds
from assistant.domain.records import Paper
from assistant.evaluation import runner, runs, suites
from assistant.evaluation.manifests import Manifest
from assistant.evaluation.outcomes import Key, Outcome
from assistant.evaluation.runner import RunPlan
from assistant.evaluation.suites import Suite
from assistant.evaluation.systems import EvaluationContext
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.base import ChatModel

TITLES = [libraries.entry(number).listing.title for number in range(libraries.MADE)]


def question(id: str, text: str, *gold: str) -> Mapping[str, Any]:
    return {
        "id": id,
        "split": "dev",
        "type": "described" if gold else "unanswerable",
        "question": text,
        "gold": [[title] for title in gold],
        "answerable": bool(gold),
    }


def conversation(id: str, *questions: str, gold: str) -> Mapping[str, Any]:
    turns = [
        {"question": text, "gold": [gold], "kind": "standalone", "about": "new", "standalone": text, "cited": [gold]}
        for text in questions
    ]
    return {"id": id, "split": "dev", "turns": turns}


def suite(folder: Path, *questions: Mapping[str, Any], conversations: Sequence[Mapping[str, Any]] = ()) -> Suite:
    """A suite of these rows."""
    write_suite(folder, *questions, conversations=conversations, settings="")
    return suites.load(folder)


@contextmanager
def context(
    folder: Path, embedder: HashedWords | None = None, model: ChatModel | None = None
) -> Iterator[EvaluationContext]:
    """The library in `folder`, made where there is none, to ask cases of."""
    embedder = embedder or HashedWords()
    place = folder / "library" if (folder / "library").exists() else libraries.made(folder)
    with LibrarySnapshot(place, embedder.fingerprint) as library:
        yield EvaluationContext(Pipeline(library, embedder, model), Session(None, len))


def go_on(
    folder: Path,
    suite: Suite,
    context: EvaluationContext,
    plan: RunPlan | None = None,
    manifest: Manifest | None = None,
) -> list[Outcome]:
    """Begin the run in `folder` or go on with it, as `eval run` does; return the outcomes that are errors."""
    plan = plan or RunPlan()
    manifest = manifest or runner.manifest(suite, plan, context)
    papers: Sequence[Paper] = context.pipeline.library.papers()
    with tempfile.TemporaryDirectory() as scratch, runs.begin(folder, manifest, papers) as log:
        return runner.run(log, runner.jobs(suite, plan, context, Path(scratch)), context, 2)


def timeless(folder: Path) -> dict[Key, Outcome]:
    """The outcomes of a run, but for times."""
    return {
        key: replace(outcome, turns=tuple(replace(turn, seconds=Seconds()) for turn in outcome.turns))
        for key, outcome in runs.read_outcomes(folder).items()
    }
