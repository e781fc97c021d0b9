"""`assistant eval run`: what is kept, what is gone on with, and what a model that fails leaves behind."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support.endpoint import refuses, says, serve

from assistant.evaluation import runs

SUITE = Path(__file__).parents[2] / "evals" / "sample"
TWO = [
    {
        "id": "a",
        "split": "dev",
        "type": "described",
        "question": "How does LoRA adapt a model?",
        "gold": [["LoRA: Low-Rank Adaptation of Large Language Models"]],
        "answerable": True,
    },
    {
        "id": "b",
        "split": "test",
        "type": "unanswerable",
        "question": "Which moss grows on granite?",
        "gold": [],
        "answerable": False,
    },
]


def write(folder: Path, *rows: Mapping[str, Any], settings: str = 'library = "sample"\n') -> Path:
    """A suite of these questions."""
    folder.mkdir(exist_ok=True)
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "suite.toml").write_text(settings)
    return folder


def timeless(folder: Path) -> dict[Any, Any]:
    """The lines of a run, but for times."""
    return {
        key: {**line, "turns": [{**turn, "seconds": None} for turn in line["turns"]]}
        for key, line in runs.recorded(folder).items()
    }


def test_a_run_says_where_its_outcomes_are_and_nothing_else(sample_run: Path) -> None:
    assert (sample_run.parent / "output").read_text() == ""
    assert f"48 outcomes in {sample_run}" in (sample_run.parent / "messages").read_text()


def test_the_same_run_twice_has_the_same_lines(run: Run, sample_run: Path, tmp_path: Path) -> None:
    done = run("eval", "run", SUITE, "--out", tmp_path / "again", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    assert timeless(tmp_path / "again") == timeless(sample_run)
    assert len(timeless(sample_run)) == 48


def test_a_killed_run_goes_on_where_it_was(
    run: Run, sample_run: Path, tmp_path: Path, clean_environment: Mapping[str, str]
) -> None:
    folder = tmp_path / "run"
    command = [sys.executable, "-m", "assistant", "eval", "run", str(SUITE), "--out", str(folder), "--jobs", "1"]
    process = subprocess.Popen(command, env=dict(clean_environment), stderr=subprocess.DEVNULL)
    outcomes = folder / runs.OUTCOMES
    while process.poll() is None and (not outcomes.exists() or outcomes.read_bytes().count(b"\n") < 5):
        pass
    process.kill()
    process.wait()
    kept = timeless(folder)
    with outcomes.open("ab") as file:
        file.write(b'{"case": "s44", "rep')  # what a kill in the middle of a line leaves
    assert timeless(folder) == kept
    done = run("eval", "run", SUITE, "--out", folder)
    assert done.returncode == 0, done.stderr
    assert timeless(folder) == timeless(sample_run)
    assert outcomes.read_bytes().count(b"\n") == 48


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
    _, told = process.communicate(timeout=60)
    assert process.returncode in (0, 130), told  # 0 where it was faster
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
    suite, folder = write(tmp_path / "suite", *TWO), tmp_path / "run"
    answer = says("The library does not hold the answer.")
    with serve(refuses(400, "no such model")) as server:
        given = {"OPENAI_BASE_URL": server.url}
        first = run("eval", "run", suite, "--out", folder, "--model", "m", **given)
        assert first.returncode == 5
        assert "2 of them errors" in first.stderr
    assert {line["state"] for line in runs.recorded(folder).values()} == {"error"}
    with serve(answer) as server:
        second = run("eval", "run", suite, "--out", folder, "--model", "m", OPENAI_BASE_URL=server.url)
        assert second.returncode == 0, second.stderr
    assert {line["state"] for line in runs.recorded(folder).values()} == {"done"}
    assert [turn["tokens"] for line in runs.recorded(folder).values() for turn in line["turns"]] == [[900, 9]] * 2


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({**TWO[0], "split": "hold"}, "questions.jsonl:2: ValueError: split 'hold' is not one of dev, test"),
        ({**TWO[0], "answerable": False}, "questions.jsonl:2: ValueError: a question is answerable where it has gold"),
        ({**TWO[0], "gold": "LoRA"}, "questions.jsonl:2: TypeError: 'L' should be a list"),
        ({**TWO[0], "question": " "}, "questions.jsonl:2: ValueError: ' ' is no text"),
        ({"id": "x"}, "questions.jsonl:2: KeyError: 'question'"),
        (TWO[1], "two cases are called b"),
    ],
)
def test_a_broken_suite_is_refused_by_line(row: Mapping[str, Any], told: str, run: Run, tmp_path: Path) -> None:
    done = run("eval", "run", write(tmp_path / "suite", TWO[1], row), "--out", tmp_path / "run")
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_suite_that_is_none_says_so(run: Run, tmp_path: Path) -> None:
    assert "is no folder" in run("eval", "run", tmp_path / "none", "--out", tmp_path / "run").stderr
    (tmp_path / "empty").mkdir()
    assert "holds neither" in run("eval", "run", tmp_path / "empty", "--out", tmp_path / "run").stderr
    suite = write(tmp_path / "suite", *TWO)
    (suite / "questions.jsonl").write_text("{}\n{")
    assert "questions.jsonl:1: KeyError" in run("eval", "run", suite, "--out", tmp_path / "run").stderr
    for option, told in (("--overlay", "there is no overlay x"), ("--system", "there is no system x")):
        done = run("eval", "run", write(suite, *TWO), "--out", tmp_path / "run", option, "x")
        assert (done.returncode, told in done.stderr) == (2, True)


def test_a_part_of_a_suite_is_run(run: Run, tmp_path: Path) -> None:
    suite = write(tmp_path / "suite", *TWO)
    done = run("eval", "run", suite, "--out", tmp_path / "run", "--split", "test", "--repeats", "2")
    assert done.returncode == 0, done.stderr
    assert sorted((key.case, key.repeat) for key in runs.recorded(tmp_path / "run")) == [("b", 1), ("b", 2)]
