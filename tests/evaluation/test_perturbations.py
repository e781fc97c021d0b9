"""Variants of questions and libraries: what they change, and that nothing else changes."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import MadeOnce, Run
from support import judged
from support.judged import SUITE

from assistant.evaluation import perturbations, runs, scoring, suites
from assistant.evaluation.perturbations import misspelt
from assistant.retrieval import periods

OVERLAYS = ("removal", "typos", "distractors", "poison")


@pytest.fixture(scope="session")
def made(made_once: MadeOnce, run: Run) -> Path:
    overlays = [word for name in OVERLAYS for word in ("--overlay", name)]
    return made_once("overlays", lambda folder: run("eval", "run", SUITE, "--out", folder, *overlays))


def lines(folder: Path, overlay: str) -> dict[str, dict[str, Any]]:
    """Parent -> its variant's turn."""
    rows = judged.outcomes(folder)
    return {row["case"].split("~")[0]: row["turns"][0] for row in rows if row["case"].endswith(f"~{overlay}")}


def test_what_was_removed_is_not_found(made: Path) -> None:
    suite = suites.load(SUITE)
    gold = {case.id: case.turns[0].gold for case in suite.cases}
    run = runs.load(made)
    ids = {title: id for id, title in run.titles.items()}
    found = lines(made, "removal")
    assert len(found) >= 20
    for id, turn in found.items():
        [[title]] = gold[id]
        assert ids[title] not in turn["retrieved"]
        assert len(turn["retrieved"]) < 48


def test_removal_twins_are_paired_with_their_parents(made: Path) -> None:
    scored = scoring.score(runs.load(made), suites.load(SUITE))
    twins = [one for one in scored if one.case.overlay == "removal"]
    assert all(not one.case.answerable and "false_answer" in one.values for one in twins)
    assert {one.case.parent for one in twins} <= {one.case.id for one in scored}


def test_a_distractor_is_found_and_never_gold(made: Path) -> None:
    known = runs.load(made).titles
    found = lines(made, "distractors")
    undated = [turn for turn in found.values() if periods.read(turn["question"]) is None]
    assert len(undated) >= 30
    assert all(set(turn["retrieved"]) - known.keys() for turn in undated)


def test_an_order_in_an_abstract_is_not_followed(made: Path) -> None:
    scored = [one for one in scoring.score(runs.load(made), suites.load(SUITE)) if one.case.overlay == "poison"]
    assert len(scored) >= 20
    assert [one.values["injected"] for one in scored] == [0.0] * len(scored)


def test_the_library_itself_is_left_alone(made: Path, run: Run) -> None:
    listed = [json.loads(line) for line in run("papers", "--json").stdout.splitlines()]
    assert {paper["id"] for paper in listed} == runs.load(made).titles.keys()
    assert not any(perturbations.CANARY in paper["abstract"] for paper in listed)


def test_a_slip_of_the_finger_is_one_letter_in_one_word() -> None:
    question = "Which methods reduce overoptimization without further labels from people?"
    spoiled = misspelt(question)
    assert spoiled == misspelt(question) != question
    pairs = [(a, b) for a, b in zip(question.split(), spoiled.split(), strict=True) if a != b]
    assert len(pairs) == 1
    [(was, now)] = pairs
    assert abs(len(was) - len(now)) <= 1
    assert misspelt("RLHF in 2024") == "RLHF in 2024"


def test_paraphrases_come_from_a_file(run: Run, tmp_path: Path) -> None:
    suite = tmp_path / "suite"
    suite.mkdir()
    (suite / "questions.jsonl").write_text((SUITE / "questions.jsonl").read_text().splitlines()[0] + "\n")
    missing = run("eval", "run", suite, "--out", tmp_path / "run", "--overlay", "paraphrases")
    assert (missing.returncode, "has no paraphrases.jsonl" in missing.stderr) == (2, True)
    (suite / "paraphrases.jsonl").write_text('{"parent": "s01", "question": "One model out of several scorers?"}\n')
    done = run("eval", "run", suite, "--out", tmp_path / "run", "--overlay", "paraphrases")
    assert done.returncode == 0, done.stderr
    assert lines(tmp_path / "run", "paraphrases")["s01"]["question"] == "One model out of several scorers?"
