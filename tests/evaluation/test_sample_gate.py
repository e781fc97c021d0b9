"""The gate that continuous integration puts before every change: the small suite about the sample library."""

from pathlib import Path

from conftest import Run

SUITE = Path(__file__).parents[2] / "evals" / "sample"


def test_the_sample_suite_passes_its_gate(run: Run, sample_run: Path) -> None:
    gate = run("eval", "gate", sample_run)
    assert gate.returncode == 0, gate.stdout


def test_the_sample_suite_is_sound(run: Run) -> None:
    done = run("eval", "audit", SUITE)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_questions_about_the_pages_are_sound(run: Run, real_library: Path) -> None:
    done = run("eval", "audit", SUITE.parent / "daily_papers", "--library", real_library)
    assert done.returncode == 0, done.stdout + done.stderr
