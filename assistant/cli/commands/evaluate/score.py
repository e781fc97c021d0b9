"""`assistant eval score`: a run -> its figures, on the terminal, as JSON, Markdown or JUnit XML."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import console, options

if TYPE_CHECKING:
    from assistant.cli.commands.evaluate.judged_runs import JudgedRun


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--suite", type=click.Path(path_type=Path), help="The suite, where it has moved since.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown tables.")
@click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML to this file.")
@click.option("--prices", type=click.Path(path_type=Path), help="Prices of models, as in assistant/models/prices.toml.")
@options.json
def score(
    run: Path, suite: Path | None, as_markdown: bool, junit: Path | None, prices: Path | None, as_json: bool
) -> int:
    """Judge the answers of RUN, a folder that `eval run` made. Reads only: the same run gives the same figures.

    \b
    Examples:
      assistant eval score runs/now
      assistant eval score runs/now --json
    """
    from assistant.cli.commands.evaluate import judged_runs
    from assistant.evaluation import files
    from assistant.evaluation.reports import junit as xml

    judged = judged_runs.judge(run, suite, prices)
    if judged.missing:
        console.tell(f"{judged.missing:,} outcomes are missing: the run was interrupted; `eval run` goes on with it")
    if junit is not None:
        files.write(junit, xml.xml(judged.suite.name, judged.summary, []))
    if as_json:
        for question in judged.summary.questions:
            console.record({**asdict(question), "unscored": sorted(question.unscored)})
        console.record(_record(judged))
        return 0
    _print(judged, as_markdown=as_markdown)
    return 0


def _print(judged: "JudgedRun", *, as_markdown: bool) -> None:
    from assistant.cli.commands.evaluate import judged_runs
    from assistant.evaluation.reports import tables

    console.lines(console.plain(tables.headline(judged.summary), "bold"))
    tables_by_heading = {
        "Where gold papers were lost": tables.funnel(judged.summary),
        "All questions": tables.overall(judged.summary),
        "Beside systems that read nothing: mean (questions)": tables.beside(judged.summary, judged.trivial()),
        "By type: mean (questions)": tables.by_type(judged.summary),
        "Turns of conversations, recall@5 by history: mean (turns)": tables.conversations(judged.summary),
        "Later turns of dialogues, answered rightly: mean (turns)": tables.dialogues(judged.summary),
    }
    for heading, rows in tables_by_heading.items():
        if not rows:
            continue
        if as_markdown:
            console.lines(console.plain(f"\n### {heading}\n"), console.plain(tables.markdown(rows)))
        else:
            judged_runs.print_table(tables.text(rows), heading)


def _record(judged: "JudgedRun") -> dict[str, object]:
    from assistant.evaluation import summary as summaries
    from assistant.evaluation import trivial_systems

    summary = judged.summary
    return {
        "suite": judged.suite.name,
        # Where the suite lies on this machine is nobody's business who reads the figures.
        "manifest": {name: value for name, value in judged.run.manifest.items() if name != "folder"},
        "means": {kind: {name: asdict(mean) for name, mean in means.items()} for kind, means in summary.means.items()},
        "intervals": {name: asdict(interval) for name, interval in summary.intervals.items()},
        "headline": summaries.headline(summary),
        "extra": dict(summary.extra),
        "lost": dict(summary.lost),
        "trivial": {system: trivial_systems.figures(other) for system, other in judged.trivial().items()},
    }
