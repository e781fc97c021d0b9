"""`eval gate` on runs written by hand: passed, failed, inconclusive, each for its reason."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from conftest import Run
from support.made_runs import HALF, HOSTILE, SOUND, claim, made, scores, turn


@pytest.mark.parametrize(
    ("old", "new", "manifest", "code", "reason"),
    [
        (SOUND, SOUND, {}, 0, "passed"),
        (SOUND, {}, {}, 4, "validity of all is 0.8889; 1 is the least that passes"),
        (SOUND, SOUND, {"corpus": "other"}, 3, "the baseline has another corpus"),
        (
            SOUND,
            {**HALF, "q1": turn(HOSTILE, ["p2"], claim("No.", "supported", P0002="p2"))},
            {},
            4,
            "title_f1 is 0.2222",
        ),
    ],
)
def test_the_gate_decides(
    old: dict[str, Any],
    new: dict[str, Any],
    manifest: dict[str, Any],
    code: int,
    reason: str,
    run: Run,
    tmp_path: Path,
) -> None:
    before, after = made(tmp_path / "a", old), made(tmp_path / "b", new, **manifest)
    done = run("eval", "gate", after, "--baseline", before, "--junit", tmp_path / "gate.xml")
    assert done.returncode == code, done.stdout
    assert reason in done.stdout
    document = ElementTree.parse(tmp_path / "gate.xml").getroot()
    questions, rules = document.findall("testsuite")
    assert [case.get("name") for case in questions.findall("testcase")] == ["q1", "q2", "q3", "q4"]
    assert (int(rules.get("failures", "")) > 0) == (code == 4)
    assert len(rules.findall("testcase/skipped")) == int(rules.get("skipped", ""))


def test_systems_that_read_nothing_are_rows_and_must_lose(run: Run, tmp_path: Path) -> None:
    """Found are a gold paper and another for q1, both gold papers for q2, none for q4, whose gold is in no library."""
    rows: dict[str, dict[str, float]] = {
        "cite-first": {"title_precision": 2 / 3, "title_recall": 1 / 2, "title_f1": 5 / 9, "exact_set": 1 / 3},
        "cite-all": {"title_precision": 1 / 2, "title_recall": 2 / 3, "title_f1": 5 / 9, "exact_set": 1 / 3},
        "abstain": dict.fromkeys(("title_precision", "title_recall", "title_f1", "exact_set"), 0),
    }
    answering = {"cite-first": (0, 1, 1 / 2), "cite-all": (0, 1, 1 / 2), "abstain": (1, 0, 1 / 2)}
    for system, figures in rows.items():
        figures |= dict(zip(("false_abstain", "false_answer", "balanced_abstention"), answering[system], strict=True))
        figures["headline"] = (figures["title_f1"] + figures["exact_set"] + figures["balanced_abstention"]) / 3
    folder = made(tmp_path, SOUND, limit=2)
    _, table = scores(run, folder)
    assert table["trivial"] == {
        system: pytest.approx(figures) for system, figures in {**rows, "first-sentence": {}}.items()
    }
    gate = run("eval", "gate", made(tmp_path / "half", HALF, limit=2))
    assert "title_f1 is 0.5556; more than the 0.5556 of cite-first, which reads nothing, passes" in gate.stdout
    assert gate.returncode == 4
    assert "this run" in run("eval", "score", folder).stdout


def test_too_many_errors_are_inconclusive(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path, SOUND)
    lines = (folder / "outcomes.jsonl").read_text().splitlines()
    error = {"case": "q3", "repeat": 1, "state": "error", "error": "the model failed", "turns": []}
    (folder / "outcomes.jsonl").write_text("\n".join([*lines[:2], json.dumps(error), lines[3]]) + "\n")
    done = run("eval", "gate", folder)
    assert (done.returncode, "1 of 4 questions could not be asked" in done.stdout) == (3, True)
    _, table = scores(run, folder)
    assert table["means"]["unanswerable"] == {}
    assert table["means"]["all"]["title_f1"]["failed"] == 1


def test_an_interrupted_run_is_inconclusive(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path, SOUND)
    lines = (folder / "outcomes.jsonl").read_text().splitlines(keepends=True)
    (folder / "outcomes.jsonl").write_text("".join(lines[:3]))
    done = run("eval", "gate", folder)
    assert (done.returncode, "1 outcomes are missing" in done.stdout) == (3, True)
    assert "1 outcomes are missing" in run("eval", "score", folder).stderr


def test_a_run_of_other_code_is_told(run: Run, tmp_path: Path) -> None:
    """Of a baseline and a run, and of a run and the code that judges it."""
    old = {"version": "0.0.8", "commit": "a" * 40, "changed": False}
    new = {"version": "0.0.9", "commit": None, "changed": None}
    before, after = made(tmp_path / "a", SOUND, code=old), made(tmp_path / "b", SOUND, code=new)
    message = f"{before} and {after} were made by other code: version 0.0.8 at aaaaaaaaaa, then version 0.0.9\n"
    gate = run("eval", "gate", after, "--baseline", before)
    assert message in gate.stderr
    assert f"{after} was made by other code than this: version 0.0.9, then version " in gate.stderr
    assert run("eval", "compare", before, after).stderr.endswith(message)
    assert "other code" not in run("eval", "compare", before, before).stderr
    assert "other code" not in run("eval", "gate", made(tmp_path / "c", SOUND)).stderr  # none is known


def test_a_file_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path, SOUND)
    for words in (["gate", folder, "--junit"], ["score", folder, "--junit"], ["report", folder, "--out"]):
        done = run("eval", *words, tmp_path / "no" / "file")
        assert (done.returncode, done.stderr.count(f"{tmp_path}/no/file: cannot be written (No such file")) == (2, 1)
