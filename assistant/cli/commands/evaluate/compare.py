"""`assistant eval compare`: two runs -> their differences, question by question."""

from dataclasses import asdict
from pathlib import Path

import click

from assistant.cli import console, options
from assistant.domain.errors import UsageError


@click.command()
@click.argument("before", type=click.Path(path_type=Path))
@click.argument("after", type=click.Path(path_type=Path))
@click.option("--suite", type=click.Path(path_type=Path), help="The suite, where it has moved since.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print a Markdown table.")
@click.option("--intersect", is_flag=True, help="Compare what runs share whose gold or library differ.")
@options.json
def compare(before: Path, after: Path, suite: Path | None, as_markdown: bool, intersect: bool, as_json: bool) -> int:
    """Set two runs side by side: means, paired intervals and tests, and which questions changed.

    BEFORE and AFTER are folders of runs, or files that hold the output of `eval score --json`. With --intersect, the
    questions that both were asked in the same words are judged by the suite as it is now (that of AFTER, or --suite).

    \b
    Examples:
      assistant eval compare runs/before runs/after
      assistant eval compare runs/before runs/after --intersect
    """
    from assistant.cli.commands.evaluate import judged_runs
    from assistant.evaluation import comparison
    from assistant.evaluation.reports import tables

    if intersect:
        old, new = judged_runs.shared_sides(before, after, suite)
    else:
        old, new = judged_runs.side(before, suite), judged_runs.side(after, suite)
    if (names := comparison.differing(old.manifest, new.manifest)) and not intersect:
        raise UsageError(
            f"the two runs have another {', '.join(names)}", cure="--intersect compares the questions they share"
        )
    judged_runs.tell_code(old.manifest, new.manifest, f"{before} and {after} were made by other code")
    differences = comparison.compare(old.questions, new.questions, (old.scores, new.scores))
    if as_json:
        types = {kind: dict(metrics) for kind, metrics in differences.types.items()}
        rows = [asdict(row) for row in differences.rows]
        console.record(
            {"metrics": rows, "types": types, "regressed": differences.regressed, "fixed": differences.fixed}
        )
        return 0
    table = tables.compared(differences)
    if as_markdown:
        console.lines(console.plain(tables.markdown(table)))
    else:
        judged_runs.print_table(tables.text(table), f"{len(new.questions)} questions, {before} -> {after}")
    if bars := tables.changed(differences):
        fence = ("```text", *bars, "```") if as_markdown else bars
        console.lines(*map(console.plain, ("", "how much more or less right each answer became:", "", *fence, "")))
    for name, ids in (("regressed", differences.regressed), ("fixed", differences.fixed)):
        console.lines(console.plain(f"{len(ids)} {name}: {judged_runs.listed(ids)}"))
    return 0
