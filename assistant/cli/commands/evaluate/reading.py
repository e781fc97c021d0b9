"""Folders as typed -> a run with its suite, scores and table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.cli import console
from assistant.domain import settings
from assistant.domain.errors import UsageError
from assistant.evaluation import runs, scoring, suites, summary
from assistant.evaluation.metrics import costs
from assistant.evaluation.metrics.costs import Prices
from assistant.evaluation.runs import Run
from assistant.evaluation.scoring import Scored
from assistant.evaluation.suites import Suite
from assistant.evaluation.summary import Question, RunSummary


@dataclass(frozen=True, slots=True)
class Judged:
    """A run, judged."""

    run: Run
    suite: Suite
    scored: list[Scored]
    table: RunSummary
    missing: int
    """Outcomes that the run has not got to."""


def judged(folder: Path, suite: Path | None, prices: Path | None = None) -> Judged:
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
    missing = scoring.wanted(run, held) - len(run.lines)
    return Judged(run, held, scored, summary.table(scored, _prices(prices)), missing)


def _prices(path: Path | None) -> Prices | None:
    root = settings.checkout()
    chosen = path or (root / "evals" / "prices.toml" if root else None)
    try:
        return costs.read(chosen) if chosen and (path or chosen.exists()) else None
    except ValueError as error:
        raise UsageError(str(error)) from error


@dataclass(frozen=True, slots=True)
class Compared:
    """One side of a comparison."""

    manifest: Mapping[str, Any]
    questions: Sequence[Question]
    scored: Sequence[Scored] = ()
    """Its scores by repeat; none where only the means of questions were kept."""


def side(place: Path, suite: Path | None) -> Compared:
    """Read one side of a comparison: the folder of a run, or what `eval score --json` printed of one."""
    if place.is_dir():
        held = judged(place, suite)
        return Compared(held.run.manifest, held.table.questions, held.scored)
    *questions, last = [row for _, row in suites.rows(place)] or [{}]
    try:
        return Compared(last["manifest"], [summary.question(row) for row in questions])
    except (KeyError, TypeError) as error:
        raise UsageError(f"{place} is neither a run nor what `eval score --json` prints of one ({error})") from error


def lines(rows: list[str], heading: str) -> None:
    """Print a table under a heading."""
    console.lines(console.plain(), console.plain(heading, "bold"), *(console.plain(row) for row in rows))
