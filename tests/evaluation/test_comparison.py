"""`eval compare` on runs written by hand: pairs, what is compared with what, and what tells a variant."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Run
from support.made_runs import claim, made, turn

from assistant.evaluation import comparison, summary
from assistant.evaluation.summary import Question


def test_two_runs_are_compared_in_pairs(run: Run, tmp_path: Path) -> None:
    better = turn("q2", ["p2", "p3"], claim("Stones.", "supported", P0002="p2"), claim("Sky.", "supported", P0003="p3"))
    old, new = made(tmp_path / "a"), made(tmp_path / "b", {"q2": better})
    [comparison] = map(json.loads, run("eval", "compare", old, new, "--json").stdout.splitlines())
    rows = {row["metric"]: row for row in comparison["metrics"]}
    f1 = rows["title_f1"]
    assert (f1["wins"], f1["ties"], f1["losses"], f1["better"]) == (1, 2, 0, True)
    assert f1["change"]["mean"] == pytest.approx(0.6 / 3)
    assert f1["p"] == 1  # of the 8 ways to flip three signs all are as far from nothing: two differences are 0
    assert (comparison["fixed"], comparison["regressed"]) == (["q2"], [])
    assert comparison["types"]["list"]["title_f1"] == [pytest.approx(0.4), 1, 1]
    table = run("eval", "compare", old, new).stdout
    assert "1 fixed: q2" in table
    assert "noise" in table
    assert run("eval", "compare", old, new, "--markdown").stdout.startswith("| metric | before |")


def test_a_printed_score_stands_for_its_run(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path)
    printed = tmp_path / "printed.jsonl"
    printed.write_text(run("eval", "score", folder, "--json").stdout)
    done = run("eval", "compare", printed, folder)
    assert (done.returncode, "0 regressed" in done.stdout) == (0, True)
    (tmp_path / "notes.jsonl").write_text('{"a": 1}\n')
    assert run("eval", "compare", tmp_path / "notes.jsonl", folder).returncode == 2


def test_runs_of_other_papers_are_not_compared(run: Run, tmp_path: Path) -> None:
    old, new = made(tmp_path / "a"), made(tmp_path / "b", corpus="other")
    done = run("eval", "compare", old, new)
    assert (done.returncode, "have another corpus" in done.stderr) == (2, True)
    assert run("eval", "compare", old, new, "--intersect").returncode == 0
    gate = run("eval", "gate", new, "--baseline", old, "--json")
    assert gate.returncode == 4  # an invariant fails, which outweighs


def test_a_tilde_in_an_id_makes_no_variant() -> None:
    """What tells a variant is the perturbation that made it, also in files that were written before it had a field."""
    row = {"id": "a~b", "parent": "a~b", "type": "fact", "answerable": True, "values": {"title_f1": 0.5}}
    question = summary.read_question({**row, "unscored": ["facts"], "failed": 0})
    assert question == Question("a~b", "a~b", "fact", True, {"title_f1": 0.5}, frozenset({"facts"}), 0)
    variant = replace(question, id="c~typos", parent="c", type="typos", perturbation="typos", values={"title_f1": 1.0})
    earlier = {**row, "id": "c~typos", "parent": "c", "type": "typos", "values": {"title_f1": 1.0}}
    assert summary.read_question({**earlier, "unscored": ["facts"], "failed": 0}) == variant
    differences = comparison.compare([question, variant], [replace(question, values={"title_f1": 1.0}), variant])
    assert [(row.metric, row.before, row.after, row.ties) for row in differences.rows] == [("title_f1", 0.5, 1.0, 0)]
    with pytest.raises(ValueError, match="answerable"):
        summary.read_question({**row, "answerable": "perhaps", "unscored": [], "failed": 0})
