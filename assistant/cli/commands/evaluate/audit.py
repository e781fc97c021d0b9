"""`assistant eval audit`: a suite -> what is wrong with its questions, and the ranks of plain baselines on disk."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import console, invocation, options

if TYPE_CHECKING:
    from assistant.evaluation.audit import QuestionAudit

RANKS = "ranks.jsonl"
FAILED = 4


@click.command()
@click.argument("suite", type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help=f"Keep overlap and ranks of every question in the suite's {RANKS}.")
@options.json
@options.library
def audit(suite: Path, write: bool, as_json: bool, library: str | None, embedder: str | None) -> int:
    """Check the questions of SUITE against the library they ask about; exits with 4 where something is wrong.

    \b
    Examples:
      assistant eval audit evals/sample
      assistant eval audit evals/daily_papers --library store/default --write
    """
    from assistant import app
    from assistant.evaluation import audit as auditing
    from assistant.evaluation import files, gold_checks, suites

    environment = invocation.environment()
    loaded = suites.load(suite)
    settings = app.load_settings(environment, library=library, embedder=embedder)
    model = app.embedder(settings, environment)
    with app.library(settings, environment, model, console.tell, wants_sample=loaded.sample) as snapshot:
        gold_checks.check(loaded, snapshot.papers())
        audits, problems = auditing.audit(loaded, auditing.Baselines(snapshot, model))
    if write and any(question.unknown_titles for question in audits):
        console.tell("ranks are not written: the suite asks about papers that this library does not have")
    elif write:
        rows = [
            {"id": question.id, "overlap": question.overlap, "ranks": dict(question.ranks)}
            for question in audits
            if question.ranks
        ]
        files.write_within(suite / RANKS, "".join(json.dumps(row) + "\n" for row in rows))
    for question in audits:
        if as_json:
            console.record({**asdict(question), "easy": question.easy})
        else:
            console.lines(*(console.plain(f"{question.id}: {problem}") for problem in question.problems))
    for problem in problems:
        console.tell(problem)
    console.tell(_summary(audits))
    return FAILED if problems or any(question.problems for question in audits) else 0


def _summary(audits: "list[QuestionAudit]") -> str:
    ranked = [question for question in audits if question.ranks]
    easy = sum(question.easy for question in ranked)
    wrong = sum(bool(question.problems) for question in audits)
    return (
        f"{len(audits)} cases, {wrong} with problems; all baselines rank {easy} of {len(ranked)} answerable ones first"
    )
