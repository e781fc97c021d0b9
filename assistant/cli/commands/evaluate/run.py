"""`assistant eval run`: a suite -> the lines of a run, resumed where it was interrupted."""

import tempfile
from pathlib import Path
from typing import Any

import click

from assistant.cli import console, options, progress
from assistant.domain.errors import ModelError

_JOBS = 2


@click.command()
@click.argument("suite", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Folder of the run; made or gone on with.")
@click.option("--split", type=click.Choice(["dev", "test"]), help="Only this half of the questions.")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="Only questions of this type; may be repeated.")
@click.option(
    "--overlay",
    "overlays",
    multiple=True,
    metavar="NAME",
    help="Variants too: removal, typos, paraphrases, distractors, poison; may be repeated.",
)
@click.option("--repeats", type=click.IntRange(1, 100), default=1, show_default=True, help="How often each is asked.")
@click.option("--jobs", type=click.IntRange(1, 64), default=_JOBS, show_default=True, help="How many at a time.")
@click.option("-k", "limit", type=click.IntRange(1, 50), default=8, show_default=True, help="Papers of evidence.")
@click.option("--model", metavar="NAME", help="The answering model, `none` for quotes [ASSISTANT_MODEL].")
@click.option("--system", default="assistant", show_default=True, help="Or cite-first, cite-all, abstain: baselines.")
@options.library
def run(suite: Path, out: Path, jobs: int, limit: int, model: str | None, system: str, **named: Any) -> int:
    """Ask the questions of SUITE, a folder, and keep every outcome in the folder of --out.

    The library is --library, or the sample for a suite that asks about it. Exits with 5 where the model failed on some
    questions; call it again to ask these once more.

    \b
    Examples:
      assistant eval run evals/sample --out runs/now
      assistant eval run evals/daily_papers --library store/default --split dev --overlay removal --out runs/dev
    """
    from assistant import app
    from assistant.domain.errors import UsageError
    from assistant.evaluation import plans, runner, runs, suites, systems

    if system not in systems.SYSTEMS:
        raise UsageError(f"there is no system {system}; there are {', '.join(systems.SYSTEMS)}")
    environment = app.environment()
    loaded = suites.load(suite)
    chosen = app.load_settings(environment, library=named["library"], embedder=named["embedder"], model=model)
    embedder = app.embedder(chosen, environment)
    equipment = runner.Equipment(embedder, app.model(chosen, environment), app.counter(), app.ordinary(), limit, system)
    wanted = plans.RunPlan(named["split"], named["overlays"], named["repeats"], named["types"])
    with (
        app.library(chosen, environment, embedder, console.tell, wants_sample=loaded.sample) as library,
        tempfile.TemporaryDirectory() as scratch,
        progress.bar() as heard,
    ):
        asked = plans.jobs(loaded, wanted, library, equipment, Path(scratch))
        runs.begin(out, plans.manifest(loaded, wanted, library, equipment), library.papers())
        failed = runner.run(out, asked, equipment, jobs, lambda done, total: heard("asking", done, total))
    console.tell(f"{len(asked):,} outcomes in {out}" + (f", {failed:,} of them errors" if failed else ""))
    return ModelError.exit_code if failed else 0
