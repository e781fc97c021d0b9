"""`assistant eval score`: a run -> its figures, on the terminal, as JSON, Markdown or JUnit XML."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli import console, options

if TYPE_CHECKING:
    from assistant.cli.commands.evaluate.reading import Judged


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--suite", type=click.Path(path_type=Path), help="The suite, where it has moved since.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown tables.")
@click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML to this file.")
@click.option("--prices", type=click.Path(path_type=Path), help="Prices of models, as in evals/prices.toml.")
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
    from assistant.cli.commands.evaluate import reading
    from assistant.evaluation.reports import junit as xml

    held = reading.judged(run, suite, prices)
    if held.missing:
        console.tell(f"{held.missing:,} outcomes are missing: the run was interrupted; `eval run` goes on with it")
    if junit is not None:
        junit.write_text(xml.xml(held.suite.name, held.table, []), "utf-8")
    if as_json:
        for one in held.table.questions:
            console.record({**asdict(one), "unscored": sorted(one.unscored)})
        console.record(_record(held))
        return 0
    _print(held, as_markdown=as_markdown)
    return 0


def _print(held: "Judged", *, as_markdown: bool) -> None:
    from assistant.cli.commands.evaluate import reading
    from assistant.evaluation.reports import tables as plain

    tables = {
        "Where gold papers were lost": plain.waterfall(held.table),
        "All questions": plain.overall(held.table),
        "By type: mean (questions)": plain.by_type(held.table),
        "Turns of conversations, recall@5 by history: mean (turns)": plain.conversations(held.table),
    }
    for heading, rows in tables.items():
        if not rows:
            continue
        if as_markdown:
            console.lines(console.plain(f"\n### {heading}\n"), console.plain(plain.markdown(rows)))
        else:
            reading.lines(plain.text(rows), heading)


def _record(held: "Judged") -> dict[str, object]:
    table = held.table
    return {
        "suite": held.suite.name,
        # Where the suite lies on this machine is nobody's business who keeps the figures.
        "manifest": {name: value for name, value in held.run.manifest.items() if name != "folder"},
        "means": {kind: {name: asdict(mean) for name, mean in means.items()} for kind, means in table.rows.items()},
        "intervals": {name: asdict(interval) for name, interval in table.intervals.items()},
        "extra": dict(table.extra),
        "lost": dict(table.lost),
    }
