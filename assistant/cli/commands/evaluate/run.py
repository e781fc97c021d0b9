"""`assistant eval run`: a suite -> the lines of a run, resumed where it was interrupted."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import console, invocation, options, progress
from assistant.cli.options import LibraryOptions
from assistant.domain import errors
from assistant.domain.errors import AssistantError
from assistant.evaluation.perturbations import NAMES

if TYPE_CHECKING:
    from assistant.domain.settings import Settings
    from assistant.evaluation.outcomes import Outcome
    from assistant.evaluation.runner import RunPlan

_JOBS = 2


@click.command()
@click.argument("suite", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the run; made or gone on with.")
@click.option("--split", type=click.Choice(["dev", "test"]), help="Only this half of the questions.")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only questions of this type; may be repeated.")
@click.option(
    "--perturb",
    "perturbations",
    multiple=True,
    type=click.Choice(NAMES),
    help="Variants of questions or library too; may be repeated.",
)
@click.option("--repeats", type=click.IntRange(1, 100), default=1, show_default=True, help="How often each is asked.")
@click.option("--jobs", type=click.IntRange(1, 64), default=_JOBS, show_default=True, help="How many at a time.")
@click.option(
    "-k",
    "limit",
    type=click.IntRange(1, 50),
    help="Papers of evidence [as many as `ask` reads: 8, or up to 24 with a model].",
)
@click.option("--model", metavar="NAME", help="The answering model, `none` for quotes [ASSISTANT_MODEL].")
@options.timeout
@options.library
@options.reranker
@options.checking
def run(  # noqa: PLR0913  one parameter for each option
    suite: Path,
    out: Path,
    split: str | None,
    types: tuple[str, ...],
    perturbations: tuple[str, ...],
    repeats: int,
    jobs: int,
    limit: int | None,
    model: str | None,
    timeout: str | None,
    library: str | None,
    embedder: str | None,
    reranker: str | None,
    check: str | None,
    checker: str | None,
) -> int:
    """Ask the questions of SUITE, a folder or one file of it, and write every outcome to the folder of --out.

    The library is --library, or the sample for a suite that asks about it. While another process runs in the folder of
    --out, it is refused at once. Where some questions could not be asked it exits with the code of their error (5: the
    model failed, 6: the library cannot be used); call it again to ask these once more.

    \b
    Examples:
      assistant eval run evals/sample --out runs/now
      assistant eval run evals/daily_papers --library store/default --split dev --perturb removal --out runs/dev
      assistant eval run evals/daily_papers/sentences.jsonl --library store/default --split dev --out runs/sentences
    """
    from assistant.app import served
    from assistant.evaluation.runner import RunPlan

    place = LibraryOptions(library, embedder, model, reranker, timeout, check=check, checker=checker)
    settings = place.open().settings
    served.require_folder(settings, "an evaluation", "`assistant export --to FOLDER` makes a copy of it in one")
    plan = RunPlan(split, perturbations, repeats, types)
    failures = _run(suite, out, plan, settings, limit, jobs)
    if not failures:
        return 0
    console.tell(f"the first: {failures[0].case}: {failures[0].error_type}: {failures[0].error}")
    codes = {_exit_code(outcome) for outcome in failures}
    return AssistantError.exit_code if AssistantError.exit_code in codes else max(codes)


def _exit_code(failure: "Outcome") -> int:
    """Return the exit code of the error that an outcome names: 1 where it is not one of ours."""
    kind = getattr(errors, failure.error_type or "", AssistantError)
    return kind.exit_code if isinstance(kind, type) and issubclass(kind, AssistantError) else AssistantError.exit_code


def _run(
    folder: Path, out: Path, plan: "RunPlan", settings: "Settings", limit: int | None, jobs: int
) -> "list[Outcome]":
    """Run a plan of the suite in `folder`, and return the outcomes that are errors."""
    from assistant import app
    from assistant.answering.conversation.session import Session
    from assistant.app.models import Models
    from assistant.evaluation import gold_checks, runner, runs, suites
    from assistant.evaluation.systems import EvaluationContext

    environment = invocation.environment()
    suite = suites.load(folder)
    runner.cases(suite, plan)  # a plan without a case begins no run
    models = Models(settings, environment, console.tell)
    models.model  # noqa: B018  raises where there is none to ask, before anything is opened
    with (
        app.library(settings, environment, models.embedder, console.tell, wants_sample=suite.sample) as library,
        tempfile.TemporaryDirectory() as scratch,
        progress.bar() as on_progress,
    ):
        gold_checks.check(suite, library.papers())
        pipeline = models.pipeline(library, limit, app.reranker(settings, environment))
        context = EvaluationContext(pipeline, Session(None, models.account.count))
        with runs.begin(out, runner.manifest(suite, plan, context), library.papers(), console.tell) as log:
            planned = runner.jobs(suite, plan, context, Path(scratch))
            failures = runner.run(log, planned, context, jobs, on_progress)
    console.tell(f"{len(planned):,} outcomes in {out}" + (f", {len(failures):,} of them errors" if failures else ""))
    return failures
