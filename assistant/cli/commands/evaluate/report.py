"""`assistant eval report`: a run -> one HTML file to look at."""

from pathlib import Path

import click

from assistant.cli import console

_NAME = "report.html"


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--suite", type=click.Path(path_type=Path), help="The suite, where it has moved since.")
@click.option("--out", type=click.Path(path_type=Path), help=f"The file to write [{_NAME} in the folder of the run].")
def report(run: Path, suite: Path | None, out: Path | None) -> int:
    """Write RUN as one HTML file: figures, losses, and every question with its ranking, claims and verdicts.

    \b
    Example:
      assistant eval report runs/now
    """
    from assistant.cli.commands.evaluate import judged_runs
    from assistant.evaluation import files
    from assistant.evaluation.reports import html

    judged = judged_runs.judge(run, suite)
    path = out or run / _NAME
    page = html.html(judged.run, judged.scores, judged.summary, trivial=judged.trivial())
    files.write(path, page)
    console.tell(f"written to {path}")
    return 0
