"""Variants of questions and libraries: what they change, and that nothing else changes."""

import json
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
from conftest import MadeOnce, Run
from support import judged, small_runs
from support.judged import SUITE
from support.remembered import RememberingEmbedder, RememberingReranker

from assistant.answering.conversation.session import Session
from assistant.answering.pipeline import Pipeline
from assistant.app import tokens
from assistant.domain import identifiers
from assistant.domain.records import Paper
from assistant.evaluation import perturbations, runs, scoring, suites
from assistant.evaluation.cases import Case, GoldTurn
from assistant.evaluation.perturbations import misspelt
from assistant.evaluation.runner import RunPlan
from assistant.evaluation.suites import Suite
from assistant.evaluation.systems import EvaluationContext
from assistant.library import sample
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.onnx.local import local_embedder, local_reranker
from assistant.retrieval import periods

PERTURBATIONS = ("removal", "distractors", "poison")


def half_of_the_suite() -> Suite:
    """Every second question about the sample."""
    suite = suites.load(SUITE)
    return replace(suite, cases=suite.cases[::2])


@pytest.fixture(scope="session")
def made(made_once: MadeOnce, cache: Path) -> Path:
    """A run of half of the suite about the sample and of its variants, by the models that `eval run` takes."""

    def perturbed(folder: Path) -> CompletedProcess[str]:
        environment = {"ASSISTANT_CACHE": str(cache)}
        embedder = RememberingEmbedder(local_embedder(environment))
        place = sample.library(cache, embedder, lambda _: None)
        with LibrarySnapshot(place, embedder.fingerprint) as library:
            reranker = RememberingReranker(local_reranker(environment))
            pipeline = Pipeline(library, embedder, ordinary=tokens.ordinary(environment), reranker=reranker)
            context, plan = EvaluationContext(pipeline, Session(None, len)), RunPlan(perturbations=PERTURBATIONS)
            failures = small_runs.go_on(folder, half_of_the_suite(), context, plan)
        return CompletedProcess([], len(failures), "", str(failures))

    return made_once("perturbations", perturbed)


def turns(folder: Path, perturbation: str) -> dict[str, dict[str, Any]]:
    """Parent -> its variant's turn."""
    rows = judged.lines(folder)
    return {row["case"].split("~")[0]: row["turns"][0] for row in rows if row["case"].endswith(f"~{perturbation}")}


def test_what_was_removed_is_not_found(made: Path) -> None:
    suite = suites.load(SUITE)
    gold = {case.id: case.turns[0].gold for case in suite.cases}
    run = runs.load(made)
    ids = {title: id for id, title in run.titles.items()}
    twins = turns(made, "removal")
    assert len(twins) >= 10
    for id, turn in twins.items():
        [[title]] = gold[id]
        assert ids[title] not in turn["retrieved"]
        assert len(turn["retrieved"]) < 48


def test_removal_twins_are_paired_with_their_parents(made: Path) -> None:
    scores = scoring.score(runs.load(made), half_of_the_suite())
    twins = [score for score in scores if score.case.perturbation == "removal"]
    assert all(not twin.case.answerable and "false_answer" in twin.values for twin in twins)
    assert {twin.case.parent for twin in twins} <= {score.case.id for score in scores}


def test_a_distractor_is_found_and_never_gold(made: Path) -> None:
    known = runs.load(made).titles
    variants = turns(made, "distractors")
    undated = [turn for turn in variants.values() if periods.read(turn["question"]) is None]
    assert len(undated) >= 15
    assert all(set(turn["retrieved"]) - known.keys() for turn in undated)


def test_an_order_in_an_abstract_is_not_followed(made: Path) -> None:
    scores = scoring.score(runs.load(made), half_of_the_suite())
    poisoned = [score for score in scores if score.case.perturbation == "poison"]
    assert len(poisoned) >= 10
    assert [score.values["injected"] for score in poisoned] == [0.0] * len(poisoned)


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


def test_the_command_runs_the_variants_that_are_named_and_paraphrases_come_from_a_file(
    run: Run, tmp_path: Path
) -> None:
    suite = tmp_path / "suite"
    suite.mkdir()
    (suite / "questions.jsonl").write_text((SUITE / "questions.jsonl").read_text().splitlines()[0] + "\n")
    missing = run("eval", "run", suite, "--out", tmp_path / "run", "--perturb", "paraphrases")
    assert (missing.returncode, "has no paraphrases.jsonl" in missing.stderr) == (2, True)
    (suite / "paraphrases.jsonl").write_text('{"parent": "s01", "question": "One model out of several scorers?"}\n')
    words = [word for name in perturbations.NAMES for word in ("--perturb", name)]
    done = run("eval", "run", suite, "--out", tmp_path / "run", *words)
    assert done.returncode == 0, done.stderr
    cases = {row["case"] for row in judged.lines(tmp_path / "run")}
    # Without its paper another one answers it too, so that no abstention would be right.
    assert cases == {"s01", *(f"s01~{name}" for name in perturbations.NAMES if name != "removal")}
    assert turns(tmp_path / "run", "paraphrases")["s01"]["question"] == "One model out of several scorers?"


def test_a_poisoned_paper_stays_the_paper_that_it_is() -> None:
    """An id that only looks like one made from a title is the source's own; one made from a title is made again."""
    papers = {
        "On Cotton": Paper("t-shirt", "On Cotton", "Cotton is soft."),
        "On Wool": Paper(identifiers.title_id("On Wool"), "On Wool", "Wool is warm."),
    }
    cases = [
        Case(title, title, "dev", "fact", (GoldTurn(f"What of {title}?", (frozenset([title]),)),)) for title in papers
    ]
    suite = Suite(Path(), "made", tuple(cases), "")
    poison = perturbations.make("poison", suite, cases, papers)
    assert {entry.listing.title: entry.id for entry in poison.added} == {"On Cotton": "t-shirt", "On Wool": None}
    assert [(case.id, case.parent, case.perturbation) for case in poison.cases] == [
        (f"{case.parent}~poison", case.parent, "poison") for case in poison.cases
    ]
