"""`eval score` on runs written by hand: figures by arithmetic, and a toy metric that is one function and one row."""

import json
import re
from pathlib import Path

import pytest
from conftest import Run
from support.made_runs import claim, made, scores, turn

from assistant.evaluation import comparison, gates, runs, scoring, suites, summary
from assistant.evaluation.metrics import turn_kinds
from assistant.evaluation.metrics.registry import METRICS, Metric
from assistant.evaluation.reports import html, tables
from assistant.evaluation.suite_settings import GateSettings
from assistant.evaluation.summary import Mean


def test_scores_are_what_arithmetic_gives(run: Run, tmp_path: Path) -> None:
    questions, table = scores(run, made(tmp_path))
    assert questions["q1"]["title_f1"] == questions["q1"]["exact_set"] == questions["q1"]["recall@1"] == 1
    two = questions["q2"]
    assert (two["recall@1"], two["recall@5"], two["evidence_all"], two["mrr"]) == (1 / 2, 1, 0, 1)
    # cited: p2, p1 and a key that names nothing; gold or acceptable 1 of 3; 1 of 2 groups
    assert (two["title_precision"], two["title_recall"], two["traps"]) == (1 / 3, 1 / 2, 1)
    assert two["title_f1"] == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))
    assert two["validity"] == pytest.approx(2 / 3)
    assert (two["citation_recall"], two["passing"]) == (0, 1 / 2)  # located is half a support
    assert questions["q3"] == {"false_answer": 0, "seconds": 0.25, "tokens_in": 100, "tokens_out": 10}
    assert questions["q4"]["facts"] == 0  # 9 is not in 9.5
    means = table["means"]["all"]
    assert means["false_abstain"] == {"value": 0.0, "scored": 3, "unscored": 0, "failed": 0}
    assert means["facts"] == {"value": 0.0, "scored": 1, "unscored": 2, "failed": 0}
    assert means["title_f1"]["value"] == pytest.approx((1 + 0.4 + 0) / 3)
    assert table["extra"]["balanced_abstention"] == 1
    # surest first: q1 right, q4 wrong, q2 right; q3 is not answered, and so not covered
    assert table["extra"]["aurc"] == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    assert table["extra"]["excess_aurc"] == pytest.approx((0 + 1 / 2 + 1 / 3) / 3 - (0 + 0 + 1 / 3) / 3)
    assert table["extra"]["coverage_at_risk_0.2"] == 1 / 4
    # title F1 (1 + 0.4 + 0) / 3, exact set 1 of 3, balanced abstention 1
    assert table["headline"] == pytest.approx(((1 + 0.4 + 0) / 3 + 1 / 3 + 1) / 3)
    assert table["lost"] == {
        "found": 2,
        "not in the library": 1,
        "not retrieved": 0,
        "dropped from the evidence": 1,
        "not cited": 0,
        "not supported": 0,
    }
    assert "folder" not in table["manifest"]


def test_an_answer_to_what_has_none_is_an_error_and_an_abstention_is_none(run: Run, tmp_path: Path) -> None:
    """Of q1 right (0.9), q3 answered though nothing answers it (0.8), and two abstentions that are surest of all."""
    answers = {
        "q2": turn("q2", ["p2"], confidence=1.0),
        "q3": turn("q3", ["p4"], claim("They fly.", "supported", P0004="p4"), confidence=0.8),
        "q4": turn("q4", ["p4"], confidence=1.0),
    }
    _, table = scores(run, made(tmp_path, answers))
    extra = table["extra"]
    assert (extra["aurc"], extra["excess_aurc"], extra["coverage_at_risk_0.2"]) == ((0 + 1 / 2) / 2, 0, 1 / 4)


def test_scoring_changes_nothing_and_is_the_same_twice(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    first, second = run("eval", "score", folder), run("eval", "score", folder)
    assert first.stdout == second.stdout
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert re.search(r"dropped from the evidence\s+1\s+25.0%", first.stdout)
    markdown = run("eval", "score", folder, "--markdown").stdout
    headline = "headline 0.600: the mean of title_f1 0.467, exact_set 0.333, balanced_abstention 1.000\n"
    assert (first.stdout.startswith(headline), markdown.startswith(headline)) == (True, True)
    assert "| gold papers | number | share |\n|---|---|---|\n| found | 2 | 50.0% |" in markdown


def test_a_suite_that_changed_is_not_scored(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path)
    with (tmp_path / "suite" / "questions.jsonl").open("a") as file:
        file.write("\n")
    done = run("eval", "score", folder)
    assert (done.returncode, "has changed since" in done.stderr) == (2, True)
    assert run("eval", "score", tmp_path / "none").returncode == 2


def test_a_new_metric_is_one_function_and_one_row(tmp_path: Path) -> None:
    """A toy metric, passed as a registry, is scored, averaged, compared, gated and reported."""
    words = Metric(
        "words",
        lambda judged: float(len(judged.turn.text.split())),
        turn_kinds.answerable,
        higher_is_better=False,
        gated=True,
        must_not_fall=True,
        least=4.0,
        in_table=True,
        in_report=True,
    )
    metrics = (*METRICS, words)
    folder = made(tmp_path / "a")
    longer = turn("q2", ["p2"], claim("Stones are very many words.", "supported", P0002="p2"))
    suite = suites.load(tmp_path / "a" / "suite")
    old = scoring.score(runs.load(folder), suite, metrics)
    # "Moss is slow.", "Stones. Sky.", nothing is answerable about q3, "It is 9.5 years old."
    assert [score.values.get("words", "none") for score in old] == [3, 2, "none", 5]
    before = summary.summarise(old)
    assert before.means["all"]["words"] == Mean(10 / 3, 3, 0, 0)
    assert ["words", "3.333 (3)", "3.000 (1)", "2.000 (1)", "", "5.000 (1)"] in tables.by_type(before, metrics)
    assert not any(row[0] == "words" for row in tables.by_type(before))
    after = summary.summarise(scoring.score(runs.load(made(tmp_path / "b", {"q2": longer})), suite, metrics))
    differences = comparison.compare(before.questions, after.questions, metrics=metrics)
    [row] = [row for row in differences.rows if row.metric == "words"]
    assert (row.before, row.after, row.better, row.adjusted) == (10 / 3, 13 / 3, False, 1.0)
    assert differences.types["list"]["words"] == (2.0, 5.0, 1)
    manifest = runs.load(folder).manifest
    _, rules = gates.decide(manifest, after, GateSettings(), (manifest, before.questions), metrics=metrics)
    reasons = [rule.reason for rule in rules if rule.name == "words"]
    assert reasons[0] == "words of described is 3.0000; 4 is the least that passes"
    assert reasons[-1].startswith("words went from 3.3333 to 4.3333")
    page = html.html(runs.load(folder), old, before, metrics)
    assert "words 3.00" in page
    assert "words 3.00" not in html.html(runs.load(folder), old, before)


def test_judgements_say_how_much_of_a_ranking_was_ever_judged(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path)
    judged = [["On Moss", "gold", "about moss"], ["On Granite", "no", "about stones"]]
    (tmp_path / "suite" / "judgements.jsonl").write_text(json.dumps({"id": "q2", "judged": judged}) + "\n")
    questions, table = scores(run, folder)  # the gold has not changed
    assert questions["q2"]["judged@10"] == 2 / 3  # p2 and p1, not p3
    assert table["means"]["all"]["judged@10"] == {"value": 2 / 3, "scored": 1, "unscored": 0, "failed": 0}
