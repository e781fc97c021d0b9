"""A reply as it arrives -> its last lines as Markdown on a terminal, wiped when the reply is there and checked."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from assistant.domain.callbacks import OnToken

_PER_SECOND = 8
_ROWS_ABOVE = 3  # rows of the screen that are left to what stands above


@contextmanager
def preview(is_written: bool) -> Iterator[OnToken | None]:
    """Give what takes the pieces of a reply and shows them; None where no model writes or nobody watches."""
    is_watched = sys.stdout.isatty() and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    if not (is_written and is_watched):
        yield None
        return
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.live import Live
    from rich.markdown import Markdown
    from rich.segment import Segment

    from assistant.domain.sanitize import sanitize

    class Tail:
        """As many of the last lines as the screen holds, whatever its size has become."""

        def __init__(self) -> None:
            self.text = ""

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            # Unpadded: a window that becomes narrower would break padded rows in two.
            rendered = console.render_lines(Markdown(self.text, hyperlinks=False, style="dim"), options, pad=False)
            for row in rendered[-max(console.size.height - _ROWS_ABOVE, 1) :]:
                yield from row
                yield Segment.line()

    tail = Tail()
    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    with _unechoed(), Live(tail, console=console, transient=True, refresh_per_second=_PER_SECOND) as live:

        def on_token(piece: str) -> None:
            tail.text += sanitize(piece)
            live.update(tail)

        yield on_token


@contextmanager
def _unechoed() -> Iterator[None]:
    """Disable echo during the live preview: an echoed key, as of Ctrl-C, would break rich's count of the rows to wipe.
    Where there is no termios, as on Windows, keys are echoed."""
    try:
        import termios
    except ImportError:
        yield
        return
    if not os.isatty(0):
        yield
        return
    before = termios.tcgetattr(0)
    quiet = [*before[:3], before[3] & ~termios.ECHO, *before[4:]]
    termios.tcsetattr(0, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
