"""`assistant eval compare`: two runs -> their differences, question by question."""

from dataclasses import asdict
from pathlib import Path

import click

from assistant.cli import console, options
from assistant.domain.errors import UsageError

_SHOWN = 20


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--suite", type=click.Path(path_type=Path), help="The suite, where it has moved since.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a Markdown table.")
@click.option("--intersect", is_flag=True, help="Compare even where gold or library differ, over common questions.")
@options.json
def compare(before: Path, after: Path, suite: Path | None, as_markdown: bool, intersect: bool, as_json: bool) -> int:
    """Set two runs side by side: means, paired intervals and tests, and which questions changed.

    BEFORE and AFTER are folders of runs, or files in which `eval score --json` was kept.

    \b
    Example:
      assistant eval compare runs/before runs/after
    """
    from assistant.cli.commands.evaluate import reading
    from assistant.evaluation import comparison
    from assistant.evaluation.reports import tables

    old, new = reading.side(before, suite), reading.side(after, suite)
    if (other := comparison.differing(old.manifest, new.manifest)) and not intersect:
        raise UsageError(f"the two runs have another {', '.join(other)}; --intersect compares what they share")
    found = comparison.compare(old.questions, new.questions, (old.scored, new.scored))
    if as_json:
        rows = [{**asdict(row), "better": row.better} for row in found.rows]
        types = {kind: dict(metrics) for kind, metrics in found.types.items()}
        console.record({"metrics": rows, "types": types, "regressed": found.regressed, "fixed": found.fixed})
        return 0
    rows_of = tables.compared(found)
    if as_markdown:
        console.lines(console.plain(tables.markdown(rows_of)))
    else:
        reading.lines(tables.text(rows_of), f"{len(new.questions)} questions, {before} -> {after}")
    for name, ids in (("regressed", found.regressed), ("fixed", found.fixed)):
        more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
        console.lines(console.plain(f"{len(ids)} {name}: {', '.join(ids[:_SHOWN])}{more}"))
    return 0
