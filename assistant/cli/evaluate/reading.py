"""Folders as typed -> a run with its suite, scores and table."""

from dataclasses import dataclass
from pathlib import Path

from assistant.cli import output
from assistant.errors import UsageError
from assistant.evaluation import runs, scoring, suites, summary
from assistant.evaluation.runs import Run
from assistant.evaluation.scoring import Scored
from assistant.evaluation.suites import Suite
from assistant.evaluation.summary import Table


@dataclass(frozen=True, slots=True)
class Judged:
    """A run, judged."""

    run: Run
    suite: Suite
    scored: list[Scored]
    table: Table


def judged(folder: Path, suite: Path | None) -> Judged:
    """Read a run and judge it by its suite, which is where it was unless `suite` names it.

    Raises `UsageError` where the suite has changed since: its questions are not those that were asked.
    """
    run = runs.load(folder)
    held = suites.load(suite or Path(run.manifest["folder"]))
    if held.digest != run.manifest["gold"]:
        raise UsageError(f"{held.folder} has changed since {folder} was run; run it again, or name the suite as it was")
    scored = scoring.score(run, held)
    if not scored:
        raise UsageError(f"{folder} holds no outcome yet; `assistant eval run` fills it")
    return Judged(run, held, scored, summary.table(scored))


def lines(rows: list[str], heading: str) -> None:
    """Print a table under a heading."""
    output.lines(output.plain(), output.plain(heading, "bold"), *(output.plain(row) for row in rows))
