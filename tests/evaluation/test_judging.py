"""`eval score`, `compare`, `gate`, `report` and `audit` on runs and suites written by hand, figures by arithmetic."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from conftest import Run

TITLES = {"p1": "On Moss", "p2": "On Granite", "p3": "On Comets", "p4": "On Tides"}
HOSTILE = "What <script>alert(1)</script> of \x1b[2J moss?"
QUESTIONS = [
    {"id": "q1", "split": "dev", "type": "described", "question": HOSTILE, "gold": [["On Moss"]], "answerable": True},
    {
        "id": "q2",
        "split": "dev",
        "type": "list",
        "question": "Which papers are about stones or the sky?",
        "gold": [["On Granite"], ["On Comets"]],
        "acceptable": ["On Tides"],
        "must_not_cite": ["On Moss"],
        "answerable": True,
    },
    {"id": "q3", "split": "dev", "type": "unanswerable", "question": "And birds?", "gold": [], "answerable": False},
    {
        "id": "q4",
        "split": "dev",
        "type": "fact",
        "question": "How old?",
        "gold": [["On Birds"]],
        "facts": ["9"],
        "answerable": True,
    },
]


def claim(text: str, verdict: str, **papers: str | None) -> dict[str, Any]:
    """A claim that cites papers by key, each with the same verdict; None is a key that names nothing."""
    findings = [
        {"paper": id, "key": key, "verdict": verdict, "step": "support", "quote": "", "score": 0.5, "reason": ""}
        for key, id in papers.items()
    ]
    return {"text": text, "verdict": verdict, "step": "support", "findings": findings, "reason": ""}


def turn(question: str, retrieved: list[str], *claims: dict[str, Any], confidence: float = 0.5) -> dict[str, Any]:
    return {
        "question": question,
        "read_as": question,
        "status": "answered" if claims else "abstained",
        "claims": list(claims),
        "retrieved": retrieved,
        "evidence": retrieved[:2],
        "confidence": confidence,
        "model": None,
        "notes": [],
        "prompt": None,
        "tokens": [100, 10],
        "seconds": {"retrieve": 0.1, "generate": 0.0, "verify": 0.0, "total": 0.25},
        "reply": "",
    }


ANSWERS = {
    # right: its paper first, cited once, supported
    "q1": turn(HOSTILE, ["p1", "p2"], claim("Moss is slow.", "supported", P0001="p1"), confidence=0.9),
    # one of two cited, with a trap and a key that names nothing; p3 was found third, so it was no evidence
    "q2": turn(
        "q2",
        ["p2", "p1", "p3"],
        claim("Stones.", "weak", P0002="p2"),
        claim("Sky.", "unsupported", P0001="p1", Pdead=None),
    ),
    "q3": turn("q3", ["p4"], confidence=0.1),
    # its gold is no paper of the library
    "q4": turn("q4", ["p4"], claim("It is 9.5 years old.", "supported", P0004="p4"), confidence=0.6),
}


def made(folder: Path, answers: Mapping[str, dict[str, Any]] | None = None, **manifest: Any) -> Path:
    """A suite and a run of it, as `eval run` would have left them."""
    suite = folder / "suite"
    suite.mkdir(parents=True)
    (suite / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in QUESTIONS))
    (suite / "suite.toml").write_text('name = "made"\n[gate.floors]\ntitle_f1 = 0.3\n')
    from assistant.evaluation import suites

    run = folder / "run"
    run.mkdir()
    told = {
        "suite": "made",
        "folder": str(suite),
        "gold": suites.load(suite).digest,
        "split": "dev",
        "overlays": [],
        "types": [],
        "repeats": 1,
        "corpus": "c",
        **manifest,
    }
    (run / "run.json").write_text(json.dumps(told))
    (run / "corpus.jsonl").write_text("".join(json.dumps({"id": i, "title": t}) + "\n" for i, t in TITLES.items()))
    rows = [
        {"case": case, "repeat": 1, "state": "done", "error": "", "turns": [answer]}
        for case, answer in (ANSWERS | dict(answers or {})).items()
    ]
    (run / "outcomes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return run


def scores(run: Run, folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The questions by id, and the last object: all else."""
    done = run("eval", "score", folder, "--json")
    assert done.returncode == 0, done.stderr
    *questions, table = map(json.loads, done.stdout.splitlines())
    return {one["id"]: one["values"] for one in questions}, table


def test_scores_are_what_arithmetic_gives(run: Run, tmp_path: Path) -> None:
    questions, table = scores(run, made(tmp_path))
    assert questions["q1"]["title_f1"] == questions["q1"]["exact_set"] == questions["q1"]["recall@1"] == 1
    two = questions["q2"]
    assert (two["recall@1"], two["recall@5"], two["evidence_all"], two["mrr"]) == (1 / 2, 1, 0, 1)
    # cited: p2, p1 and a key that names nothing; gold or acceptable 1 of 3; 1 of 2 groups
    assert (two["title_precision"], two["title_recall"], two["traps"]) == (1 / 3, 1 / 2, 1)
    assert two["title_f1"] == pytest.approx(2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2))
    assert two["validity"] == pytest.approx(2 / 3)
    assert (two["citation_recall"], two["passing"]) == (0, 1 / 2)  # weak is half a support
    assert questions["q3"] == {"false_answer": 0, "seconds": 0.25, "tokens_in": 100, "tokens_out": 10}
    assert questions["q4"]["facts"] == 0  # 9 is not in 9.5
    means = table["means"]["all"]
    assert means["false_abstain"] == {"value": 0.0, "scored": 3, "unscored": 0, "failed": 0}
    assert means["facts"] == {"value": 0.0, "scored": 1, "unscored": 2, "failed": 0}
    assert means["title_f1"]["value"] == pytest.approx((1 + 0.4 + 0) / 3)
    assert table["extra"]["balanced_abstention"] == 1
    # surest first: q1 right, q4 wrong, q2 right, q3 counts as wrong: it cites no gold paper
    assert table["extra"]["aurc"] == pytest.approx((0 + 1 / 2 + 1 / 3 + 2 / 4) / 4)
    assert table["lost"] == {
        "found": 2,
        "not in the library": 1,
        "not retrieved": 0,
        "dropped from the evidence": 1,
        "not cited": 0,
        "not supported": 0,
    }
    assert "folder" not in table["manifest"]


def test_scoring_changes_nothing_and_is_the_same_twice(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    first, second = run("eval", "score", folder), run("eval", "score", folder)
    assert first.stdout == second.stdout
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert re.search(r"dropped from the evidence\s+1\s+25.0%", first.stdout)
    markdown = run("eval", "score", folder, "--markdown").stdout
    assert "| gold papers | number | share |\n|---|---|---|\n| found | 2 | 50.0% |" in markdown


def test_a_suite_that_changed_is_not_scored(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path)
    with (tmp_path / "suite" / "questions.jsonl").open("a") as file:
        file.write("\n")
    done = run("eval", "score", folder)
    assert (done.returncode, "has changed since" in done.stderr) == (2, True)
    assert run("eval", "score", tmp_path / "none").returncode == 2


def test_two_runs_are_compared_in_pairs(run: Run, tmp_path: Path) -> None:
    better = turn("q2", ["p2", "p3"], claim("Stones.", "supported", P0002="p2"), claim("Sky.", "supported", P0003="p3"))
    old, new = made(tmp_path / "a"), made(tmp_path / "b", {"q2": better})
    [found] = map(json.loads, run("eval", "compare", old, new, "--json").stdout.splitlines())
    rows = {row["metric"]: row for row in found["metrics"]}
    f1 = rows["title_f1"]
    assert (f1["wins"], f1["ties"], f1["losses"], f1["better"]) == (1, 2, 0, True)
    assert f1["change"]["mean"] == pytest.approx(0.6 / 3)
    assert f1["p"] == 1  # of the 8 ways to flip three signs all are as far from nothing: two differences are 0
    assert (found["fixed"], found["regressed"]) == (["q2"], [])
    assert found["types"]["list"]["title_f1"] == [pytest.approx(0.4), 1, 1]
    told = run("eval", "compare", old, new).stdout
    assert "1 fixed: q2" in told
    assert "noise" in told
    assert run("eval", "compare", old, new, "--markdown").stdout.startswith("| metric | before |")


def test_a_kept_score_stands_for_its_run(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path)
    kept = tmp_path / "kept.jsonl"
    kept.write_text(run("eval", "score", folder, "--json").stdout)
    done = run("eval", "compare", kept, folder)
    assert (done.returncode, "0 regressed" in done.stdout) == (0, True)
    (tmp_path / "notes.jsonl").write_text('{"a": 1}\n')
    assert run("eval", "compare", tmp_path / "notes.jsonl", folder).returncode == 2


def test_runs_of_other_papers_are_not_compared(run: Run, tmp_path: Path) -> None:
    old, new = made(tmp_path / "a"), made(tmp_path / "b", corpus="other")
    done = run("eval", "compare", old, new)
    assert (done.returncode, "have another corpus" in done.stderr) == (2, True)
    assert run("eval", "compare", old, new, "--intersect").returncode == 0
    gate = run("eval", "gate", new, "--baseline", old, "--json")
    assert gate.returncode == 1  # an invariant fails, which outweighs


SOUND = {"q2": turn("q2", ["p2", "p3"], claim("Stones.", "supported", P0002="p2"))}


@pytest.mark.parametrize(
    ("old", "new", "manifest", "code", "told"),
    [
        (SOUND, SOUND, {}, 0, "passed"),
        (SOUND, {}, {}, 1, "validity of all is 0.8889; every citation must be valid"),
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
    told: str,
    run: Run,
    tmp_path: Path,
) -> None:
    before, after = made(tmp_path / "a", old), made(tmp_path / "b", new, **manifest)
    done = run("eval", "gate", after, "--baseline", before, "--junit", tmp_path / "gate.xml")
    assert done.returncode == code, done.stdout
    assert told in done.stdout
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


def test_the_report_is_one_file_with_everything_in_it(run: Run, tmp_path: Path) -> None:
    folder = made(tmp_path)
    assert run("eval", "report", folder).returncode == 0
    page = (folder / "report.html").read_text()
    assert not re.search(r"""(?:src|href)=|https?://|@import""", page)
    assert "<script>alert" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert page.count('<details class="question"') == 4
    assert page.index("Where gold papers were lost") < page.index("All questions")
    for words in ("On Comets: dropped from the evidence", "unsupported", "risk over coverage"):
        assert words in page


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
    assert done.returncode == 1
    for told in (
        "q1: shares “low rank adaptation of” with LoRA",
        "q1: has 0.7",
        "q2: no paper is called No Such Paper",
        "q3: shares “",
        "q4: is unanswerable, and names no nearest papers",
    ):
        assert told in done.stdout, done.stdout
    assert "q5" not in done.stdout
    assert "q4 and q6 ask the same" in done.stderr
    assert "ranks are not written" in done.stderr
    assert not (suite / "ranks.jsonl").exists()
    (suite / "questions.jsonl").write_text("".join(row for row in text.splitlines(True) if "No Such Paper" not in row))
    run("eval", "audit", suite, "--write")
    ranks = [json.loads(line) for line in (suite / "ranks.jsonl").read_text().splitlines()]
    assert [row["id"] for row in ranks] == ["q1", "q3", "q5"]
    assert ranks[2]["ranks"] == {"bm25": 1, "dense": 1, "hybrid": 1, "title": 1}
