"""`assistant eval run`: what is kept, what is gone on with, and what a model that fails leaves behind."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from conftest import Run
from numpy.typing import NDArray
from support import small_runs
from support.endpoint import refuses, says, serve
from support.libraries import HashedWords
from support.made_runs import TWO, write_suite
from support.small_runs import TITLES, conversation, question, timeless

from assistant.domain.errors import ModelError
from assistant.evaluation import outcomes, runner, runs
from assistant.evaluation.outcomes import Key
from assistant.evaluation.runner import RunPlan

SUITE = Path(__file__).parents[2] / "evals" / "sample"


def test_a_run_says_where_its_outcomes_are_and_nothing_else(sample_run: Path) -> None:
    assert (sample_run.parent / "output").read_text() == ""
    assert f"48 outcomes in {sample_run}" in (sample_run.parent / "messages").read_text()


def test_a_killed_run_goes_on_where_it_was_and_has_the_lines_of_one_that_was_not_whatever_its_jobs(
    run_process: Run, sample_run: Path, tmp_path: Path, clean_environment: Mapping[str, str]
) -> None:
    """One case at a time in two processes gives what two at a time give in one."""
    suite, folder = tmp_path / "suite", tmp_path / "run"
    suite.mkdir()
    (suite / "suite.toml").write_text((SUITE / "suite.toml").read_text())
    questions = (SUITE / "questions.jsonl").read_text().splitlines()[:8]
    (suite / "questions.jsonl").write_text("\n".join(questions))
    command = [sys.executable, "-m", "assistant", "eval", "run", str(suite), "--out", str(folder), "--jobs", "1"]
    process = subprocess.Popen(command, env=dict(clean_environment), stderr=subprocess.DEVNULL)
    outcomes = folder / runs.OUTCOMES
    while process.poll() is None and (not outcomes.exists() or outcomes.read_bytes().count(b"\n") < 3):
        pass
    process.kill()
    process.wait()
    before = timeless(folder)
    with outcomes.open("ab") as file:
        file.write(b'{"case": "s08", "rep')  # what a kill in the middle of a line leaves
    assert timeless(folder) == before
    done = run_process("eval", "run", suite, "--out", folder, "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert timeless(folder).items() <= timeless(sample_run).items()
    assert {key.case for key in timeless(folder)} == {json.loads(question)["id"] for question in questions}
    assert outcomes.read_bytes().count(b"\n") == len(questions)


def test_ctrl_c_ends_with_130_and_leaves_whole_lines(
    sample_run: Path, tmp_path: Path, clean_environment: Mapping[str, str]
) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "assistant", "eval", "run", str(SUITE), "--out", str(folder)]
    process = subprocess.Popen(command, env=dict(clean_environment), stderr=subprocess.PIPE, text=True)
    outcomes = folder / runs.OUTCOMES
    while process.poll() is None and (not outcomes.exists() or not outcomes.read_bytes()):
        pass
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=60)
    assert process.returncode in (0, 130), messages  # 0 where it was faster
    assert timeless(folder).items() <= timeless(sample_run).items()


def test_another_run_is_not_mixed_in(run: Run, sample_run: Path, tmp_path: Path) -> None:
    other = run("eval", "run", SUITE, "--out", sample_run, "-k", "3")
    assert other.returncode == 2
    assert "holds a run with other limit" in other.stderr
    (tmp_path / "notes.txt").write_text("mine")
    done = run("eval", "run", SUITE, "--out", tmp_path)
    assert done.returncode == 2
    assert "is not empty and holds no run" in done.stderr


def test_errors_of_the_endpoint_are_replaced_only_by_success(run: Run, tmp_path: Path) -> None:
    suite, folder = write_suite(tmp_path / "suite", *TWO), tmp_path / "run"
    answer = says("The library does not hold the answer.")
    with serve(refuses(400, "no such model")) as server:
        given = {"OPENAI_BASE_URL": server.url, "ASSISTANT_EVIDENCE": "10000"}
        first = run("eval", "run", suite, "--out", folder, "--model", "m", **given)
        assert first.returncode == 5
        assert "2 of them errors" in first.stderr
    assert {(outcome.state, outcome.error_type) for outcome in runs.read_outcomes(folder).values()} == {
        ("error", "ModelError")
    }
    with serve(answer) as server:
        given = {"OPENAI_BASE_URL": server.url, "ASSISTANT_EVIDENCE": "10000"}
        second = run("eval", "run", suite, "--out", folder, "--model", "m", **given)
        assert second.returncode == 0, second.stderr
    assert {outcome.state for outcome in runs.read_outcomes(folder).values()} == {"done"}
    assert [turn.tokens for outcome in runs.read_outcomes(folder).values() for turn in outcome.turns] == [(900, 9)] * 2


def test_a_part_of_a_suite_is_run(run: Run, tmp_path: Path) -> None:
    suite = write_suite(tmp_path / "suite", *TWO)
    done = run("eval", "run", suite, "--out", tmp_path / "run", "--split", "test", "--repeats", "2")
    assert done.returncode == 0, done.stderr
    assert sorted((key.case, key.repeat) for key in runs.read_outcomes(tmp_path / "run")) == [("b", 1), ("b", 2)]


class Breaking(HashedWords):
    """An embedder that has no vector for what names it."""

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        for text in texts:
            if "division" in text:
                raise ZeroDivisionError("by nothing")
            if "endpoint" in text:
                raise ModelError("the endpoint failed")
        return super().embed(texts, on_progress)


def test_any_error_of_one_case_is_its_outcome(tmp_path: Path) -> None:
    """The other cases are asked, the lines say what went wrong, and what failed is asked again."""
    rows = [
        question("a", "Which moss?"),
        question("b", "What of division?", TITLES[0]),
        question("c", "Which endpoint?"),
        question("d", "Which comets?", TITLES[4]),
    ]
    talk = conversation("talk", "Which moss?", "What of division?", gold=TITLES[0])
    suite = small_runs.suite(tmp_path / "suite", *rows, conversations=[talk])
    plan, folder = RunPlan(perturbations=("removal", "poison")), tmp_path / "run"
    with small_runs.context(tmp_path, Breaking()) as context:
        first, again = [small_runs.go_on(folder, suite, context, plan) for _ in range(2)]
    by_nothing, by_endpoint = ("ZeroDivisionError", "by nothing"), ("ModelError", "the endpoint failed")
    expected = {
        ("b", *by_nothing),
        ("c", *by_endpoint),
        ("talk", *by_nothing),
        ("b~removal", *by_nothing),
        ("b~poison", *by_nothing),
    }
    for failures in (first, again):
        assert {(outcome.case, outcome.error_type, outcome.error) for outcome in failures} == expected
    states = {key.case: outcome.state for key, outcome in runs.read_outcomes(folder).items()}
    assert states == {
        **dict.fromkeys(("a", "d", "d~removal", "d~poison"), "done"),
        **{case: "error" for case, *_ in expected},
    }
    assert len((folder / runs.OUTCOMES).read_text().splitlines()) == len(states) + len(expected)
    with small_runs.context(tmp_path) as context:  # what broke is mended
        assert small_runs.go_on(folder, suite, context, plan) == []
    assert {outcome.state for outcome in runs.read_outcomes(folder).values()} == {"done"}


def test_a_library_that_cannot_be_opened_is_an_error_of_its_cases(tmp_path: Path) -> None:
    suite = small_runs.suite(tmp_path / "suite", question("a", "Which moss?"))
    with small_runs.context(tmp_path) as context:
        gone = runner.Job(suite.cases[0], 1, tmp_path / "gone")
        jobs = [gone, *runner.jobs(suite, RunPlan(repeats=2), context, tmp_path)[1:]]
        with runs.begin(tmp_path / "run", runner.manifest(suite, RunPlan(), context), ()) as log:
            failures = runner.run(log, jobs, context, 1)
    assert [(outcome.case, outcome.repeat) for outcome in failures] == [("a", 1)]
    assert runs.read_outcomes(tmp_path / "run")[Key("a", 2)].state == "done"


def test_a_line_is_what_it_was_read_from(sample_run: Path) -> None:
    """Reading and writing again gives the same bytes: of questions, of conversations, and of errors as they were."""
    text = (sample_run / runs.OUTCOMES).read_text()
    assert [outcomes.line(outcomes.read(line)) for line in text.splitlines()] == text.splitlines(keepends=True)
    earlier = '{"case": "q", "repeat": 1, "state": "error", "error": "the model failed", "turns": []}\n'
    assert outcomes.line(outcomes.read(earlier)) == earlier
    with pytest.raises(ValueError, match=r"^state: .*'done' or 'error'"):
        outcomes.read(earlier.replace('"error",', '"lost",', 1))


def test_a_run_with_the_names_of_earlier_versions_is_gone_on_with(run: Run, tmp_path: Path) -> None:
    suite, folder = write_suite(tmp_path / "suite", *TWO), tmp_path / "run"
    assert run("eval", "run", suite, "--out", folder).returncode == 0
    manifest = json.loads((folder / runs.MANIFEST).read_text())
    manifest["overlays"], manifest["system"] = manifest.pop("perturbations"), "assistant"
    (folder / runs.MANIFEST).write_text(json.dumps(manifest))
    (folder / runs.OUTCOMES).unlink()
    assert run("eval", "run", suite, "--out", folder).returncode == 0
    assert run("eval", "score", folder, "--json").returncode == 0
    other = run("eval", "run", suite, "--out", folder, "-k", "3")
    assert (other.returncode, "holds a run with other limit" in other.stderr) == (2, True)
