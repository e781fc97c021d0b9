"""`eval audit` on a suite with every fault."""

import json
from pathlib import Path

import pytest
from conftest import Run

from assistant.domain.errors import UsageError
from assistant.evaluation import files


def test_the_audit_names_every_fault(run: Run, tmp_path: Path) -> None:
    lora = "LoRA: Low-Rank Adaptation of Large Language Models"
    rows = [
        {"type": "described", "question": "low-rank adaptation of large models?", "gold": [[lora]], "answerable": True},
        {"type": "described", "question": "Are thin matrices enough?", "gold": [["No Such Paper"]], "answerable": True},
        {
            "type": "described",
            "question": "It uses small low-rank matrices that are added",
            "gold": [[lora]],
            "answerable": True,
        },
        {"type": "unanswerable", "question": "Which moss grows on granite?", "gold": [], "answerable": False},
        {
            "type": "named",
            "question": "What does LoRA low-rank adaptation of large language models do?",
            "gold": [[lora]],
            "answerable": True,
        },
        {
            "type": "unanswerable",
            "question": "Which moss grows on granite!",
            "gold": [],
            "answerable": False,
            "nearest": [lora],
        },
    ]
    suite = tmp_path / "suite"
    suite.mkdir()
    text = "".join(json.dumps({"id": f"q{n}", "split": "dev", **row}) + "\n" for n, row in enumerate(rows, 1))
    (suite / "questions.jsonl").write_text(text)
    done = run("eval", "audit", suite, "--write")
    assert done.returncode == 4
    for problem in (
        "q1: shares “low rank adaptation of” with LoRA",
        "q1: has 0.7",
        "q2: no paper is called No Such Paper",
        "q3: shares “",
        "q4: is unanswerable, and names no nearest papers",
    ):
        assert problem in done.stdout, done.stdout
    assert "q5" not in done.stdout
    assert "q4 and q6 ask the same" in done.stderr
    assert "ranks are not written" in done.stderr
    assert not (suite / "ranks.jsonl").exists()
    (suite / "questions.jsonl").write_text("".join(row for row in text.splitlines(True) if "No Such Paper" not in row))
    run("eval", "audit", suite, "--write")
    ranks = [json.loads(line) for line in (suite / "ranks.jsonl").read_text().splitlines()]
    assert [row["id"] for row in ranks] == ["q1", "q3", "q5"]
    assert ranks[2]["ranks"] == {"bm25": 1, "dense": 1, "hybrid": 1, "title": 1}


def test_ranks_are_not_written_through_a_link_in_a_suite(tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_text("mine")
    (tmp_path / "ranks.jsonl").symlink_to(tmp_path / "own.txt")
    with pytest.raises(UsageError, match="is a link to something else"):
        files.write_within(tmp_path / "ranks.jsonl", "theirs")
    assert (tmp_path / "own.txt").read_text() == "mine"
