"""Folders as typed -> runs with their suites, scores and summaries."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assistant.cli import console
from assistant.domain.errors import UsageError
from assistant.evaluation import files, intersection, manifests, runs, scoring, suites, summary, trivial_systems
from assistant.evaluation.manifests import Manifest
from assistant.evaluation.runs import Run
from assistant.evaluation.scoring import Score
from assistant.evaluation.suites import Suite
from assistant.evaluation.summary import Question, RunSummary
from assistant.models import prices as tables

_LISTED = 20  # cases by their ids
_CHANGED = "run it again, or name the suite as it was; `eval compare --intersect` judges both runs by the suite of now"


@dataclass(frozen=True, slots=True)
class JudgedRun:
    """A run, judged."""

    run: Run
    suite: Suite
    scores: list[Score]
    summary: RunSummary
    missing: int
    """Lines that an interrupted run left out."""

    def trivial(self) -> dict[str, RunSummary]:
        """Return the figures of systems that answer the same questions without reading, without intervals."""
        scores = trivial_systems.scores(self.run, self.suite)
        return {name: summary.summarise(rows, intervals=False) for name, rows in scores.items() if rows}


@dataclass(frozen=True, slots=True)
class ComparisonSide:
    """One side of a comparison."""

    manifest: Manifest
    questions: Sequence[Question]
    scores: Sequence[Score] = ()
    """Its scores by repeat; none where only the means of questions were written to a file."""


def judge(folder: Path, suite_folder: Path | None, prices: Path | None = None) -> JudgedRun:
    """Read a run and judge it by its suite, which is where it was unless `suite_folder` names it.

    Raises `UsageError` where the suite has changed since: its questions are not those that were asked.
    """
    run = runs.load(folder)
    suite = suites.load(suite_folder or Path(run.manifest["folder"]))
    if suite.digest != run.manifest["gold"]:
        raise UsageError(f"has changed since {folder} was run", path=suite.folder, cure=_CHANGED)
    scores = scoring.score(run, suite)
    if not scores:
        raise UsageError("holds no outcome yet", path=folder, cure="`assistant eval run` fills it")
    table = tables.read(prices) if prices else tables.published()
    missing = scoring.complete_size(run, suite) - len(run.outcomes)
    return JudgedRun(run, suite, scores, summary.summarise(scores, table), missing)


def side(path: Path, suite: Path | None) -> ComparisonSide:
    """Read one side of a comparison: the folder of a run, or a file with what `eval score --json` printed of one."""
    if path.is_dir():
        judged = judge(path, suite)
        return ComparisonSide(judged.run.manifest, judged.summary.questions, judged.scores)
    *questions, last = [row for _, row in files.rows(path)] or [{}]
    try:
        return ComparisonSide(manifests.today(last["manifest"]), [summary.read_question(row) for row in questions])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = "is neither a run nor what `eval score --json` prints of one"
        raise UsageError(what, path=path, cause=f"{type(error).__name__}: {error}") from error


def shared_sides(before: Path, after: Path, suite: Path | None) -> tuple[ComparisonSide, ComparisonSide]:
    """Read both sides of a comparison of runs whose suite or library may differ, and tell a person what is left out.

    Two runs are judged by one suite as it is now: the one at `suite`, else that of AFTER. A file of figures stands for
    what was judged when it was written.
    """
    if not (before.is_dir() and after.is_dir()):
        console.tell(
            "a file of figures was judged by the gold of its day: --intersect pairs its questions by their ids"
        )
        return side(before, suite), side(after, suite)
    old, new = runs.load(before), runs.load(after)
    loaded = suites.load(suite or Path(new.manifest["folder"]))
    shared = intersection.intersect(old, new, loaded)
    for reason, ids in shared.left_out.items():
        console.tell(f"{len(ids):,} cases are left out that {reason}: {listed(ids)}")
    return (
        ComparisonSide(old.manifest, summary.average(shared.before), shared.before),
        ComparisonSide(new.manifest, summary.average(shared.after), shared.after),
    )


def tell_code(before: Manifest, after: Manifest, what: str) -> None:
    """Tell a person where two manifests name code of another version or commit; `what` begins the sentence."""
    if change := manifests.code_change(before, after):
        console.tell(f"{what}: {change}")


def listed(ids: Sequence[str]) -> str:
    """Return the first of some ids, and how many more there are."""
    more = f" and {len(ids) - _LISTED} more" if len(ids) > _LISTED else ""
    return f"{', '.join(ids[:_LISTED])}{more}"


def print_table(rows: list[str], heading: str) -> None:
    """Print a table under a heading."""
    console.lines(console.plain(), console.plain(heading, "bold"), *(console.plain(row) for row in rows))
