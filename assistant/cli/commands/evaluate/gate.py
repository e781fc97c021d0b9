"""`assistant eval gate`: a run -> an exit code: 0 passed, 4 failed, 3 inconclusive."""

from dataclasses import asdict
from pathlib import Path

import click

from assistant.cli import console, options

_CODES = {"passed": 0, "failed": 4, "inconclusive": 3}
_STYLES = {"passed": "green", "failed": "bold red", "inconclusive": "yellow"}


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--baseline", type=click.Path(path_type=Path), help="The run, or its `score --json`, to match.")
@click.option("--suite", type=click.Path(path_type=Path), help="The suite, where it has moved since.")
@click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML to this file.")
@options.json
def gate(run: Path, baseline: Path | None, suite: Path | None, junit: Path | None, as_json: bool) -> int:
    """Decide whether RUN is good enough: by the floors of its suite, by systems that read nothing, and by a
    baseline.

    \b
    Exit codes: 0 passed, 4 failed, 3 inconclusive (too many errors of the endpoint, another library or gold,
    or too few questions to tell), and as everywhere 2 usage, 1 internal error.

    \b
    Example:
      assistant eval gate runs/now --baseline runs/before --junit gate.xml
    """
    from assistant.cli.commands.evaluate import judged_runs
    from assistant.evaluation import files, gates, manifests
    from assistant.evaluation.reports import junit as xml

    judged = judged_runs.judge(run, suite)
    before = judged_runs.side(baseline, suite) if baseline else None
    against = (before.manifest, before.questions) if before else None
    judged_runs.tell_code(judged.run.manifest, {"code": manifests.code()}, f"{run} was made by other code than this")
    if before:
        judged_runs.tell_code(before.manifest, judged.run.manifest, f"{baseline} and {run} were made by other code")
    result, rules = gates.decide(
        judged.run.manifest, judged.summary, judged.suite.gate, against, judged.missing, judged.trivial()
    )
    if junit is not None:
        files.write(junit, xml.xml(judged.suite.name, judged.summary, rules))
    if as_json:
        console.record({"result": result, "rules": [asdict(rule) for rule in rules]})
    else:
        for rule in rules:
            console.lines(((f"{rule.result:13}", _STYLES[rule.result]), (rule.reason, "")))
        console.lines(console.plain(result, "bold"))
    return _CODES[result]
