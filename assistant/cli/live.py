"""A reply as it arrives -> its last lines as Markdown on a terminal, and what is being done meanwhile; wiped when the
reply is there and checked."""

import itertools
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from assistant.domain.callbacks import OnStage, OnToken
from assistant.domain.sanitize import sanitize
from assistant.models.thoughts import without_thoughts

_PER_SECOND = 8
_ROWS_ABOVE = 4  # rows of the screen that are left to what stands above, and to the line of progress
_KEY = re.compile(r"(?<=[\[,;])( ?)(P[0-9a-f]{4,64})\b")
_LONGEST_CITATION = 400  # characters; what is longer and not closed is text


@dataclass(frozen=True, slots=True)
class Watching:
    """What takes the pieces of a reply and the stages of an answer; None where nobody watches."""

    on_token: OnToken | None = None
    on_stage: OnStage | None = None


class Progress:
    """What is to be seen of an answer that is being made: the draft so far, and what is being done."""

    def __init__(self, numbers: Mapping[str, int]) -> None:
        """`numbers` are those that keys of papers have already, 0 for none."""
        self._numbers = numbers
        self._text = ""
        self._stage = "searching"
        self._is_new = True  # whether the next piece begins a reply

    def on_stage(self, stage: str) -> None:
        """Take note of what is being done now; the draft stays until a piece of the next one comes."""
        self._stage, self._is_new = stage, True

    def on_token(self, piece: str) -> None:
        """Take a piece of a reply; "" means that the model thinks."""
        if not piece:
            self._stage = "thinking"
            return
        self._text = sanitize(piece) if self._is_new else self._text + sanitize(piece)
        self._stage, self._is_new = "writing", False

    @property
    def draft(self) -> str:
        """What is written so far, without thoughts, citing by number; a citation that is not closed yet is left out."""
        return cite_by_number(without_thoughts(self._text), self._numbers)

    def status(self, seconds: float) -> str:
        """Return the line of progress after so many seconds."""
        return f"{self._stage}… {seconds:.0f} s"


def cite_by_number(text: str, numbers: Mapping[str, int]) -> str:
    """Return a draft whose citations show numbers in place of keys: those that are known, new ones in their order.

    >>> cite_by_number("Yes [Pabcd, P1234]. No [P1234: 'q']. Or [P12", {"P1234": 1})
    "Yes [2, 1]. No [1: 'q']. Or"
    """
    start = text.rfind("[")
    if start >= 0 and "]" not in text[start:] and len(text) - start <= _LONGEST_CITATION:
        text = text[:start].rstrip()
    known = {key: number for key, number in numbers.items() if number}

    following = itertools.count(max(known.values(), default=0) + 1)

    def number(key: re.Match[str]) -> str:
        if key[2] not in known:
            known[key[2]] = next(following)
        return f"{key[1]}{known[key[2]]}"

    return _KEY.sub(number, text)


@contextmanager
def preview(is_written: bool, numbers: Mapping[str, int] | None = None) -> Iterator[Watching]:
    """Give what shows the pieces of a reply and the progress of an answer, where a model writes and somebody watches.

    `numbers` are those of papers cited before, by key.
    """
    is_watched = sys.stdout.isatty() and sys.stderr.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    if not (is_written and is_watched):
        yield Watching()
        return
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.live import Live
    from rich.markdown import Markdown
    from rich.segment import Segment
    from rich.text import Text

    progress, began = Progress(numbers or {}), time.monotonic()

    class Tail:
        """As many of the last lines as the screen holds, whatever its size has become."""

        def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
            # Unpadded: a window that becomes narrower would break padded rows in two.
            rendered = console.render_lines(Markdown(progress.draft, hyperlinks=False, style="dim"), options, pad=False)
            for row in rendered[-max(console.size.height - _ROWS_ABOVE, 1) :]:
                yield from row
                yield Segment.line()
            status = progress.status(time.monotonic() - began)
            yield Text(status, style="dim italic", no_wrap=True, overflow="ellipsis")

    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    with _unechoed(), Live(Tail(), console=console, transient=True, refresh_per_second=_PER_SECOND):
        yield Watching(progress.on_token, progress.on_stage)


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
