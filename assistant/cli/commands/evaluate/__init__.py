"""`assistant eval`: question sets run, scored, compared, gated, reported and audited."""

import click

from assistant.cli.group import Group

_COMMANDS = {
    "run": (
        "assistant.cli.commands.evaluate.run",
        "run",
        "Ask the questions of a suite; what is done is on disk, and a second call goes on.",
    ),
    "score": ("assistant.cli.commands.evaluate.score", "score", "Judge the answers of a run; reads only."),
    "compare": (
        "assistant.cli.commands.evaluate.compare",
        "compare",
        "Set two runs side by side, question by question, with what chance alone would do.",
    ),
    "gate": (
        "assistant.cli.commands.evaluate.gate",
        "gate",
        "Decide whether a run is good enough: 0 passed, 4 failed, 3 inconclusive.",
    ),
    "report": (
        "assistant.cli.commands.evaluate.report",
        "report",
        "Write one HTML file that shows a run, question by question.",
    ),
    "audit": (
        "assistant.cli.commands.evaluate.audit",
        "audit",
        "Check a suite: unknown titles, words given away, ranks of plain baselines.",
    ),
}


@click.group(cls=Group, table=_COMMANDS)
def evaluate() -> None:
    """Run question sets, score the answers, compare runs, and gate on them.

    \b
    Examples:
      assistant eval run evals/sample --out runs/now
      assistant eval score runs/now
      assistant eval compare runs/before runs/now
      assistant eval gate runs/now --baseline runs/before
      assistant eval report runs/now
    """
