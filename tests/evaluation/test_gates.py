"""`eval gate` on runs written by hand: passed, failed, inconclusive, each for its reason."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from conftest import Run
from support.made_runs import HOSTILE, SOUND, claim, made, scores, turn


@pytest.mark.parametrize(
    ("old", "new", "manifest", "code", "reason"),
    [
        (SOUND, SOUND, {}, 0, "passed"),
        (SOUND, {}, {}, 1, "validity of all is 0.8889; 1 is the least that passes"),
        (SOUND, SOUND, {"corpus": "other"}, 3, "the baseline has another corpus"),
        (
            SOUND,
            {**SOUND, "q1": turn(HOSTILE, ["p2"], claim("No.", "supported", P0002="p2"))},
            {},
            1,
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
    assert (int(rules.get("failures", "")) > 0) == (code == 1)
    assert len(rules.findall("testcase/skipped")) == int(rules.get("skipped", ""))


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
