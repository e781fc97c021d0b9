"""The gate that continuous integration puts before every change: the small suite about the sample library,
and gold that fits the papers it is about."""

from pathlib import Path

import pytest
from conftest import Run

SUITE = Path(__file__).parents[2] / "evals" / "sample"
PAGES = SUITE.parent / "daily_papers"
NOT_FOUND = "no baseline finds a gold paper"


def test_the_sample_suite_passes_its_gate(run: Run, sample_run: Path) -> None:
    gate = run("eval", "gate", sample_run)
    assert gate.returncode == 0, gate.stdout


def test_the_sample_suite_is_sound(run: Run) -> None:
    done = run("eval", "audit", SUITE)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("rows", ["", "sentences.jsonl", "lists.jsonl"])
def test_the_gold_about_the_pages_is_sound(rows: str, run: Run, pages_library: Path) -> None:
    """Some questions share too little with their gold to be found without a model."""
    done = run("eval", "audit", PAGES / rows, "--library", pages_library, "--embedder", "hashing")
    problems = done.stdout.splitlines()
    assert [problem for problem in problems if NOT_FOUND not in problem] == []
    assert (len(problems) < 5, done.returncode) == (True, 4 if problems else 0), done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("rows", ["", "sentences.jsonl", "lists.jsonl"])
def test_the_gold_about_the_pages_is_found(rows: str, run: Run, embedded_pages: Path) -> None:
    done = run("eval", "audit", PAGES / rows, "--library", embedded_pages)
    assert done.returncode == 0, done.stdout + done.stderr
