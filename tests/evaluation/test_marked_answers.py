"""Files of marked sentences and of lists -> suites of their own, what is refused, and scores against arithmetic."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support import small_runs
from support.small_runs import TITLES

from assistant.domain.answers import Answer
from assistant.domain.errors import UsageError
from assistant.domain.records import Claim, Finding, Paper
from assistant.evaluation import gold_checks, outcomes, runs, suites, trivial_systems
from assistant.evaluation.metrics import quotes, titles
from assistant.evaluation.metrics.quotes import Quote

ABSTRACT = "First, a setting. Agents  must learn\na causal model. Thus they do."
PAPER = Paper("a", "A paper", ABSTRACT)
SPAN = (18, 52)
"""Of "Agents must learn a causal model."."""


def answer(paper: str, abstract: str, *spans: tuple[int, int]) -> Mapping[str, Any]:
    digest = hashlib.sha256(abstract.encode()).hexdigest()[:12]
    return {"paper": paper, "abstract": digest, "spans": spans}


def sentence(*answers: Mapping[str, Any], **others: Any) -> Mapping[str, Any]:
    return {"id": "s1", "split": "dev", "type": "yesno", "question": "Must they?", "answers": answers, **others}


def listing(*gold: str, **others: Any) -> Mapping[str, Any]:
    row = {"id": "l1", "split": "dev", "type": "topic", "question": "Which papers?", "gold": gold, "acceptable": []}
    return {**row, **others}


def write(path: Path, *rows: Mapping[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (18, 52, True),
        (0, 64, True),  # more than the span
        (0, 34, False),  # 16 of its 34 characters
        (0, 35, True),  # 17 of them
        (49, 52, True),  # within it
        (49, 53, False),  # 3 of them, and one beyond
        (0, 17, False),
    ],
)
def test_a_quote_hits_with_half_of_a_span_or_within_one(start: int, end: int, expected: bool) -> None:
    assert quotes.hit([Quote("a", (start, end))], {"a": [SPAN]}) is expected
    assert not quotes.hit([Quote("b", (start, end)), Quote("a", None), Quote(None, SPAN)], {"a": [SPAN]})


def test_a_quote_is_placed_in_its_abstract_whatever_the_white_space() -> None:
    findings = tuple(
        Finding(PAPER, "P1", "quoted", "quote", text)
        for text in ("Agents must learn a causal model.", "Thus they do.", "Thus they did.", "")
    )
    turn = outcomes.turn("?", Answer("?", "answered", (Claim("", "quoted", "quote", findings),), ()), ())
    assert [finding.span for finding in turn.claims[0].findings] == [SPAN, (53, 66), None, None]
    case = outcomes.read(outcomes.line(outcomes.Outcome("c", 1, "done", "", (turn,))))
    assert case.turns == (turn,)


def test_what_is_acceptable_counts_neither_way() -> None:
    gold, acceptable = frozenset("abc"), frozenset("xy")
    assert titles.list_precision(gold, acceptable, frozenset("abxz")) == 2 / 3
    assert titles.list_precision(gold, acceptable, frozenset("xy")) is None
    assert titles.list_precision(gold, acceptable, frozenset()) == 0


@pytest.mark.parametrize(
    ("name", "row", "message"),
    [
        ("sentences.jsonl", sentence(), "sentences.jsonl:1: ValueError: a question has one marked abstract or more"),
        ("sentences.jsonl", sentence(answer("A paper", ABSTRACT)), "ValueError: a question has one marked abstract"),
        ("sentences.jsonl", sentence(answer("A paper", ABSTRACT, (5, 5))), "ValueError: [5, 5] is no span"),
        ("lists.jsonl", {"id": "l1"}, "lists.jsonl:1: KeyError: 'question'"),
        ("others.jsonl", listing(), "is no folder"),
    ],
)
def test_a_broken_file_is_refused_by_line(
    name: str, row: Mapping[str, Any], message: str, run: Run, tmp_path: Path
) -> None:
    done = run("eval", "run", write(tmp_path / name, row), "--out", tmp_path / "run")
    assert done.returncode == 2
    assert message in done.stderr
    assert "is not there" in run("eval", "run", tmp_path / "none" / "lists.jsonl", "--out", tmp_path / "run").stderr


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (sentence(answer("A paper", "Another text.", (0, 5))), "s1: the abstract of A paper has the digest "),
        (sentence(answer("No paper", ABSTRACT, SPAN)), "s1: no paper is called No paper"),
        (listing("A paper", period={"since": "2023"}), "l1: A paper is dated nowhere, and the period is 2023 to …"),
    ],
)
def test_gold_about_another_library_is_refused_by_its_case(
    row: Mapping[str, Any], message: str, tmp_path: Path
) -> None:
    path = write(tmp_path / ("lists.jsonl" if "gold" in row else "sentences.jsonl"), row)
    with pytest.raises(UsageError, match=re.escape(message)):
        gold_checks.check(suites.load(path), [PAPER])


def test_a_file_is_run_and_scored_by_its_own_metrics(tmp_path: Path) -> None:
    """By the system that cites the first paper by its first sentence."""
    with small_runs.context(tmp_path) as context:
        papers = {paper.title: paper for paper in context.pipeline.library.papers()}
        abstract = papers[TITLES[3]].abstract
        first, second = (0, abstract.index(".") + 1), (abstract.index(".") + 2, len(abstract))
        rows = [sentence(answer(TITLES[3], abstract, span), question=TITLES[3]) for span in (first, second)]
        others = [listing(*TITLES[3:5], question=TITLES[3]), listing(id="l2", question="Anything else?")]
        sentences = suites.load(write(tmp_path / "sentences.jsonl", rows[0], {**rows[1], "id": "s2"}))
        lists = suites.load(write(tmp_path / "lists.jsonl", *others))
        scores = []
        for suite in (sentences, lists):
            gold_checks.check(suite, papers.values())
            folder = tmp_path / suite.name.rpartition("/")[2]
            assert small_runs.go_on(folder, suite, context) == []
            scores += trivial_systems.scores(runs.load(folder), suite)["cite-first"]
    names = ("sentence_hit@1", "sentence_hit", "list_recall", "list_precision", "false_answer")
    assert [{name: score.values[name] for name in names if name in score.values} for score in scores] == [
        {"sentence_hit@1": 1, "sentence_hit": 1},
        {"sentence_hit@1": 0, "sentence_hit": 0},
        {"list_recall": 1 / 2, "list_precision": 1},
        {"false_answer": 1},
    ]
