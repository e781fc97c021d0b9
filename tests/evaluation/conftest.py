"""A small suite, what it is run with, and the manifest of such a run."""

from collections.abc import Iterator

import pytest
from support import small_runs
from support.small_runs import TITLES, conversation, question

from assistant.evaluation import runner
from assistant.evaluation.manifests import Manifest
from assistant.evaluation.runner import RunPlan
from assistant.evaluation.suites import Suite
from assistant.evaluation.systems import EvaluationContext


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Suite:
    rows = question("a", "Which moss?", TITLES[0]), question("b", "Which engines?"), question("c", "Which comets?")
    talk = conversation("talk", "Which moss?", "Which comets?", gold=TITLES[0])
    return small_runs.suite(tmp_path_factory.mktemp("suite") / "suite", *rows, conversations=[talk])


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EvaluationContext]:
    with small_runs.context(tmp_path_factory.mktemp("context")) as context:
        yield context


@pytest.fixture(scope="module")
def manifest(suite: Suite, context: EvaluationContext) -> Manifest:
    return runner.manifest(suite, RunPlan(), context)
