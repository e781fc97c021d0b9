"""A suite and a run of it written by hand, as `eval run` would have left them, with figures that arithmetic gives."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from conftest import Run

from assistant.evaluation import suites

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
    step, score = ("quote", 1.0) if verdict == "supported" else ("support", 0.5)
    findings = [
        {"paper": id, "key": key, "verdict": verdict, "step": step, "quote": "", "score": score, "reason": ""}
        for key, id in papers.items()
    ]
    return {"text": text, "verdict": verdict, "step": step, "findings": findings, "reason": ""}


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
        claim("Stones.", "weak", P0002="p2"),  # which earlier versions said for located
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
    run = folder / "run"
    run.mkdir()
    record = {
        "suite": "made",
        "folder": str(suite),
        "gold": suites.load(suite).digest,
        "split": "dev",
        "perturbations": [],
        "types": [],
        "repeats": 1,
        "corpus": "c",
        **manifest,
    }
    (run / "run.json").write_text(json.dumps(record))
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
    return {question["id"]: question["values"] for question in questions}, table


SOUND = {"q2": turn("q2", ["p2", "p3"], claim("Both.", "supported", P0002="p2", P0003="p3"))}
"""Better than to cite whatever was found first, which `HALF` is."""
HALF = {"q2": turn("q2", ["p2", "p3"], claim("Stones.", "supported", P0002="p2"))}


TWO = [
    {
        "id": "a",
        "split": "dev",
        "type": "described",
        "question": "How does LoRA adapt a model?",
        "gold": [["LoRA: Low-Rank Adaptation of Large Language Models"]],
        "answerable": True,
    },
    {
        "id": "b",
        "split": "test",
        "type": "unanswerable",
        "question": "Which moss grows on granite?",
        "gold": [],
        "answerable": False,
    },
]


def write_suite(
    folder: Path,
    *rows: Mapping[str, Any],
    conversations: Sequence[Mapping[str, Any]] = (),
    settings: str = 'library = "sample"\n',
) -> Path:
    """A suite of these questions and conversations."""
    folder.mkdir(exist_ok=True)
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    if conversations:
        (folder / "conversations.jsonl").write_text("".join(json.dumps(row) + "\n" for row in conversations))
    (folder / "suite.toml").write_text(settings)
    return folder
