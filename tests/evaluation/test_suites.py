"""Folders -> suites: what is refused, by file and line, and what is not."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support.made_runs import TWO, write_suite

from assistant.evaluation import suites
from assistant.evaluation.suite_settings import GateSettings


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({**TWO[0], "split": "hold"}, "questions.jsonl:2: ValueError: split 'hold' is not one of dev, test"),
        ({**TWO[0], "answerable": False}, "questions.jsonl:2: ValueError: a question is answerable where it has gold"),
        ({**TWO[0], "gold": "LoRA"}, "questions.jsonl:2: TypeError: 'L' should be a list"),
        ({**TWO[0], "question": " "}, "questions.jsonl:2: ValueError: ' ' is no text"),
        ({"id": "x"}, "questions.jsonl:2: KeyError: 'question'"),
        (TWO[1], "two cases are called b"),
    ],
)
def test_a_broken_suite_is_refused_by_line(row: Mapping[str, Any], message: str, run: Run, tmp_path: Path) -> None:
    done = run("eval", "run", write_suite(tmp_path / "suite", TWO[1], row), "--out", tmp_path / "run")
    assert done.returncode == 2
    assert message in done.stderr
    assert not (tmp_path / "run").exists()


def test_a_suite_that_is_none_says_so(run: Run, tmp_path: Path) -> None:
    assert "is no folder" in run("eval", "run", tmp_path / "none", "--out", tmp_path / "run").stderr
    (tmp_path / "empty").mkdir()
    assert "holds neither" in run("eval", "run", tmp_path / "empty", "--out", tmp_path / "run").stderr
    suite = write_suite(tmp_path / "suite", *TWO)
    (suite / "questions.jsonl").write_text("{}\n{")
    assert "questions.jsonl:1: KeyError" in run("eval", "run", suite, "--out", tmp_path / "run").stderr
    done = run("eval", "run", write_suite(suite, *TWO), "--out", tmp_path / "run", "--perturb", "x")
    assert (done.returncode, "poison" in done.stderr) == (2, True)  # what there is, is listed


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    """JSON lets U+2028 and U+0085 stand in a string as they are."""
    suite = write_suite(tmp_path / "suite", TWO[1])
    line = json.dumps({**TWO[0], "question": "How does\u2028LoRA\u0085adapt?"}, ensure_ascii=False)
    (suite / "questions.jsonl").write_bytes(f"{line}\r\n\n{json.dumps(TWO[1])}\n".encode())
    cases = suites.load(suite).cases
    assert [case.turns[0].question for case in cases] == ["How does\u2028LoRA\u0085adapt?", TWO[1]["question"]]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("flors = 1", "`flors` is no setting of a suite; there are name, library, gate"),
        ("[gate]\nfloor = 0.5", "`gate.floor` is no setting of a suite; there are gate.floors, gate.ceilings, gate.m"),
        ("[gate.floors]\ntitle_f1 = '0.5'", "`gate.floors.title_f1` is '0.5'; write a number"),
        ("[gate]\nmargin = true", "`gate.margin` is True; write a number"),
        ("[gate]\nmost_errors = nan", "`gate.most_errors` is nan; write a number"),
        ("gate = 1", "`gate` is 1; write a table, [gate]"),
        ("[gate]\nfloors = 0.5", "`gate.floors` is 0.5; write a table, [gate.floors]"),
        ("name = 1", "`name` is no text"),
        ("library = 'store/default'", "`library` is 'store/default'; write \"sample\""),
        ("[gate", "cannot be read (Expected"),
    ],
)
def test_settings_that_are_none_are_refused_by_name(settings: str, message: str, run: Run, tmp_path: Path) -> None:
    done = run("eval", "run", write_suite(tmp_path / "suite", *TWO, settings=settings), "--out", tmp_path / "run")
    assert done.returncode == 2
    assert f"{tmp_path / 'suite' / 'suite.toml'}: {message}" in done.stderr


def test_settings_are_read_with_their_defaults(tmp_path: Path) -> None:
    text = '[gate]\nmargin = 0\n[gate.floors]\n"recall@5" = 1\n'
    suite = suites.load(write_suite(tmp_path / "suite", *TWO, settings=text))
    assert (suite.name, suite.sample) == ("suite", False)
    assert suite.gate == GateSettings(floors={"recall@5": 1.0}, margin=0.0)
    assert GateSettings() == GateSettings({}, {}, 0.03, 0.01)
