"""`assistant eval report`: a run -> one HTML file to look at."""

from pathlib import Path

import click

from assistant.cli import console
from assistant.domain.errors import UsageError

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
    from assistant.cli.commands.evaluate import reading
    from assistant.evaluation.reports import html

    held = reading.judged(run, suite)
    target = out or run / _NAME
    try:
        target.write_text(html.html(held.run, held.scored, held.table), "utf-8")
    except OSError as error:
        raise UsageError(f"{target}: {error.strerror}") from error
    console.tell(f"written to {target}")
    return 0
