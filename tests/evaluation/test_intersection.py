"""`eval compare --intersect`: what two runs share where the gold or the library of one is another."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support import small_runs
from support.made_runs import ANSWERS, QUESTIONS, claim, made, turn
from support.small_runs import TITLES, conversation, question

from assistant.evaluation import intersection, runs, suites
from assistant.evaluation.runner import RunPlan

RIGHT = turn("q2", ["p2", "p3"], claim("Stones.", "supported", P0002="p2"), claim("Sky.", "supported", P0003="p3"))


def asked_as_written(**answers: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Answers to the questions of the suite in its own words."""
    texts = {row["id"]: row["question"] for row in QUESTIONS}
    return {id: {**answer, "question": texts[id]} for id, answer in {**ANSWERS, **answers}.items()}


def rewrite(folder: Path, **changes: dict[str, Any]) -> None:
    """Change rows of a suite after its run."""
    rows = [{**row, **changes.get(str(row["id"]), {})} for row in QUESTIONS]
    (folder / "suite" / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def compared(run: Run, old: Path, new: Path) -> tuple[dict[str, Any], dict[str, Any], str]:
    done = run("eval", "compare", old, new, "--intersect", "--json")
    assert done.returncode == 0, done.stderr
    [table] = map(json.loads, done.stdout.splitlines())
    return {row["metric"]: row for row in table["metrics"]}, table, done.stderr


def test_runs_are_judged_by_one_gold_where_it_has_changed_since(run: Run, tmp_path: Path) -> None:
    """Both were asked before q2 lost one of its groups and q1 its words; nothing was kept but the outcomes."""
    old, new = made(tmp_path / "a", asked_as_written()), made(tmp_path / "b", asked_as_written(q2=RIGHT))
    for folder in ("a", "b"):
        rewrite(tmp_path / folder, q2={"gold": [["On Granite"]]}, q1={"question": "What of moss?"})
    refused = run("eval", "compare", old, new)
    assert (refused.returncode, "has changed since" in refused.stderr) == (2, True)
    assert "--intersect" in refused.stderr
    rows, table, messages = compared(run, old, new)
    # Before, p2, p1 and a key that names nothing are cited for p2 alone; p1 is a trap. After, p2 and p3.
    before, after = 2 * (1 / 3) * 1 / (1 / 3 + 1), 2 * (1 / 2) * 1 / (1 / 2 + 1)
    f1 = rows["title_f1"]
    assert (f1["before"], f1["after"]) == (pytest.approx((before + 0) / 2), pytest.approx((after + 0) / 2))
    assert (f1["wins"], f1["ties"], f1["losses"]) == (1, 1, 0)
    assert (table["fixed"], table["regressed"]) == (["q2"], [])
    assert "1 cases are left out that were asked in other words: q1\n" in messages


def test_a_question_is_compared_where_both_libraries_hold_its_gold(run: Run, tmp_path: Path) -> None:
    """The second library lacks p3, which q2 needs; q4's paper is in neither, which is the same for both."""
    old, new = made(tmp_path / "a", asked_as_written()), made(tmp_path / "b", asked_as_written(), corpus="other")
    rows = [row for row in (new / "corpus.jsonl").read_text().splitlines(True) if "Comets" not in row]
    (new / "corpus.jsonl").write_text("".join(rows))
    metrics, table, messages = compared(run, old, new)
    assert "1 cases are left out that have gold papers that only one of the libraries holds: q2\n" in messages
    assert (metrics["title_f1"]["before"], metrics["title_f1"]["ties"]) == (0.5, 2)  # q1 right, q4 wrong
    assert table["types"].keys() == {"described", "unanswerable", "fact"}


def test_a_case_of_one_run_or_of_no_suite_is_left_out(run: Run, tmp_path: Path) -> None:
    old, new = made(tmp_path / "a", asked_as_written()), made(tmp_path / "b", asked_as_written())
    lines = (new / "outcomes.jsonl").read_text().splitlines(True)
    (new / "outcomes.jsonl").write_text("".join(lines[1:]))
    rows = [row for row in QUESTIONS if row["id"] != "q2"]
    (tmp_path / "b" / "suite" / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    _, _, messages = compared(run, old, new)
    assert "1 cases are left out that are in one of the runs only: q1\n" in messages
    assert "1 cases are left out that are not in the suite: q2\n" in messages
    (new / "outcomes.jsonl").write_text(lines[1])
    none = run("eval", "compare", old, new, "--intersect")
    assert (none.returncode, "no question in common" in none.stderr) == (2, True)


def test_what_was_made_from_other_gold_is_not_judged_by_this(tmp_path: Path) -> None:
    """Variants whose library lost or poisoned the gold papers of then, and rankings by the history that was right."""
    rows = [question("a", "Which moss?", TITLES[0]), question("b", "Which comets?", TITLES[4])]
    talk = conversation("talk", "Which moss?", "Which comets?", gold=TITLES[0])
    suite = small_runs.suite(tmp_path / "suite", *rows, conversations=[talk])
    plan = RunPlan(perturbations=("removal", "typos"))
    with small_runs.context(tmp_path) as context:
        assert small_runs.go_on(tmp_path / "run", suite, context, plan) == []
    made_run = runs.load(tmp_path / "run")
    same = intersection.intersect(made_run, made_run, suite)
    assert {score.case.id for score in same.before} == {
        "a", "b", "talk#1", "talk#2", "a~removal", "b~removal", "a~typos", "b~typos",
    }  # fmt: skip
    assert "new, right" in {name for score in same.before for name in score.values}
    assert same.left_out == {}
    rows = [question("a", "Which moss?", TITLES[10]), rows[1]]
    changed = small_runs.suite(tmp_path / "suite", *rows, conversations=[talk])
    other = intersection.intersect(made_run, made_run, changed)
    assert other.left_out == {"are variants made from other gold": ("a~removal", "b~removal")}
    names = {name for score in other.after for name in score.values}
    assert {"new, own", "new, none"} <= names
    assert not {"new, right", "new, by hand", "rewrite_gap"} & names
    assert suites.load(tmp_path / "suite").digest != made_run.manifest["gold"]


def test_a_conversation_that_has_another_turn_is_left_out(tmp_path: Path) -> None:
    rows = [question("a", "Which moss?", TITLES[0])]
    talk = conversation("talk", "Which moss?", "Which comets?", gold=TITLES[0])
    suite = small_runs.suite(tmp_path / "suite", *rows, conversations=[talk])
    with small_runs.context(tmp_path) as context:
        assert small_runs.go_on(tmp_path / "run", suite, context) == []
    longer = conversation("talk", "Which moss?", "Which comets?", "Which rivers?", gold=TITLES[0])
    changed = small_runs.suite(tmp_path / "suite", *rows, conversations=[longer])
    made_run = runs.load(tmp_path / "run")
    shared = intersection.intersect(made_run, made_run, changed)
    assert ([score.case.id for score in shared.before], shared.left_out) == (
        ["a"],
        {"were asked in other words": ("talk",)},
    )
