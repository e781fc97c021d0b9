"""Steps of long work -> a progress bar on standard error where that is a terminal, with rate and remaining time."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.domain.callbacks import OnProgress


@contextmanager
def bar() -> Iterator[OnProgress]:
    """Give a function that gets (what is being done, how many are done, of how many), and shows that."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

    rate = TextColumn("{task.fields[rate]}")
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True, markup=False), transient=True) as display:
        tasks: dict[str, TaskID] = {}

        def on_progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = display.add_task(what, total=total, rate="")
            speed = display.tasks[tasks[what]].speed
            display.update(tasks[what], completed=done, total=total, rate=f"{speed:.0f}/s" if speed else "")

        yield on_progress
