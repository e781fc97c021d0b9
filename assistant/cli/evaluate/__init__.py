"""`assistant eval`: question sets run, scored, compared, gated, reported and audited."""

import importlib

import click

# Subcommand -> (module, one line of help), imported when called.
_COMMANDS = {
    "run": ("run", "Ask the questions of a suite; what is done is on disk, and a second call goes on."),
    "score": ("score", "Judge the answers of a run; reads only."),
    "compare": ("compare", "Set two runs side by side, question by question, with what chance alone would do."),
    "gate": ("gate", "Decide whether a run is good enough: 0 passed, 1 failed, 3 inconclusive."),
    "report": ("report", "Write one HTML file that shows a run, question by question."),
    "audit": ("audit", "Check a suite: unknown titles, words given away, ranks of plain baselines."),
}


class _Commands(click.Group):
    def list_commands(self, context: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in _COMMANDS:
            return None
        command = getattr(importlib.import_module(f"assistant.cli.evaluate.{_COMMANDS[name][0]}"), name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])


@click.group(cls=_Commands)
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
