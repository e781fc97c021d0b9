"""`assistant eval audit`: a suite -> what is wrong with its questions, and the ranks of plain baselines on disk."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import console, options

if TYPE_CHECKING:
    from assistant.evaluation.audit import Checked

RANKS = "ranks.jsonl"


@click.command()
@click.argument("suite", type=click.Path(path_type=Path))
@click.option("--write", is_flag=True, help=f"Keep overlap and ranks of every question in the suite's {RANKS}.")
@options.json
@options.library
def audit(suite: Path, write: bool, as_json: bool, library: str | None, embedder: str | None) -> int:
    """Check the questions of SUITE against the library they ask about; exits with 1 where something is wrong.

    \b
    Examples:
      assistant eval audit evals/sample
      assistant eval audit evals/daily_papers --library store/default --write
    """
    from assistant import app
    from assistant.evaluation import audit as auditing
    from assistant.evaluation import suites

    environment = app.environment()
    loaded = suites.load(suite)
    chosen = app.load_settings(environment, library=library, embedder=embedder)
    used = app.embedder(chosen, environment)
    with app.library(chosen, environment, used, console.tell, wants_sample=loaded.sample) as opened:
        found, whole = auditing.audit(loaded, auditing.Baselines(opened, used))
    unknown = any(problem.startswith("no paper is called") for one in found for problem in one.problems)
    if write and unknown:
        console.tell("ranks are not written: the suite asks about papers that this library does not have")
    elif write:
        rows = [{"id": one.id, "overlap": one.overlap, "ranks": dict(one.ranks)} for one in found if one.ranks]
        (suite / RANKS).write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    for one in found:
        if as_json:
            console.record({**asdict(one), "easy": one.easy})
        else:
            console.lines(*(console.plain(f"{one.id}: {problem}") for problem in one.problems))
    for problem in whole:
        console.tell(problem)
    console.tell(_summary(found))
    return 1 if whole or any(one.problems for one in found) else 0


def _summary(found: "list[Checked]") -> str:
    ranked = [one for one in found if one.ranks]
    easy = sum(one.easy for one in ranked)
    wrong = sum(bool(one.problems) for one in found)
    return (
        f"{len(found)} cases, {wrong} with problems; all baselines rank {easy} of {len(ranked)} answerable ones first"
    )
