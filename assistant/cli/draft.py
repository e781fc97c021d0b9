"""A reply as it arrives -> its last lines as Markdown on a terminal, wiped when the reply is there and checked."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from assistant.cli import output

_PER_SECOND = 8
_SPARED = 3  # lines of the screen that are left to what stands above


@contextmanager
def shown(written: bool) -> Iterator[Callable[[str], None] | None]:
    """Give a function that hears the pieces of a reply; None where no model writes or nobody watches."""
    if not (written and sys.stderr.isatty() and output.coloured()):
        yield None
        return
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.live import Live
    from rich.markdown import Markdown
    from rich.segment import Segment

    from assistant.terminal import clean

    class Tail:
        """As many of the last lines as the screen holds, whatever its size has become."""

        def __init__(self) -> None:
            self.text = ""

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            rendered = console.render_lines(Markdown(self.text, hyperlinks=False, style="dim"), options)
            for row in rendered[-max(console.size.height - _SPARED, 1) :]:
                yield from row
                yield Segment.line()

    tail = Tail()
    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    with Live(tail, console=console, transient=True, refresh_per_second=_PER_SECOND) as live:

        def hear(piece: str) -> None:
            tail.text += clean(piece)
            live.update(tail)

        yield hear
