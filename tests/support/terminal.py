"""A chat on a pseudo-terminal, as a person has it: keys go in, and what they leave on the screen is read.

    with Terminal("chat", environment=environment) as terminal:
        terminal.until_prompt()
        terminal.enter("How is RLHF made robust?")
        terminal.press(CTRL_D)
        assert terminal.end() == 0

Nothing sleeps: every wait ends as soon as the screen shows what is waited for, or fails after `PATIENCE` seconds.
"""

import codecs
import fcntl
import os
import pty
import re
import select
import struct
import sys
import termios
from collections.abc import Callable, Mapping
from multiprocessing import reduction
from pathlib import Path
from time import monotonic
from typing import Any

import pyte
from support.forked import context

from assistant import __main__ as program

PATIENCE = 120.0  # seconds; the machine may be busy
SIZE = (80, 24)

ENTER, TAB, UP, CTRL_C, CTRL_D, ALT_ENTER = "\r", "\t", "\x1b[A", "\x03", "\x04", "\x1b\r"


class _Descriptor:
    """A file descriptor, which the process that it is sent to gets as a number of its own."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> tuple[Callable[..., int], tuple[object]]:
        return _received, (reduction.DupFd(self._number),)


def _received(duplicate: Any) -> int:
    return int(duplicate.detach())


def _run(follower: int, words: list[str], environment: Mapping[str, str]) -> None:
    """Run a command as `python -m assistant` would on this terminal."""
    os.setsid()
    # The follower has to become the controlling terminal, or Ctrl-C and a resize would signal nobody.
    fcntl.ioctl(follower, termios.TIOCSCTTY, 0)
    for number in range(3):
        os.dup2(follower, number)
    os.close(follower)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["assistant", *words]
    # As Python sets them up where LANG is C.UTF-8.
    sys.stdin = open(0, encoding="utf-8", errors="surrogateescape")  # noqa: SIM115  it stays open
    sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape")  # noqa: SIM115  it stays open
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    program.main()


def pasted(text: str) -> str:
    """What a terminal sends for a paste."""
    return f"\x1b[200~{text}\x1b[201~"


def masked(text: str) -> str:
    """The text without its seconds."""
    return re.sub(r"\b[0-9]+\.[0-9] s\b", "0.0 s", text)


class _Screen(pyte.HistoryScreen):
    """A screen that answers what it is asked, such as where its cursor is, through `answer`."""

    def __init__(self, columns: int, rows: int, answer: Callable[[str], None]) -> None:
        self._answer = answer
        super().__init__(columns, rows, history=10_000)

    def write_process_input(self, data: str) -> None:
        self._answer(data)


class Terminal:
    """One command on a terminal of its own."""

    def __init__(self, *words: str | Path, environment: Mapping[str, str], **more: str) -> None:
        self._leader, follower = pty.openpty()
        self.raw = b""
        """Every byte that was sent to the terminal."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.screen = _Screen(*SIZE, self.press)
        self._stream = pyte.Stream(self.screen)
        self._size(*SIZE)
        settled = {**environment, "TERM": "xterm-256color", "LANG": "C.UTF-8", **more}
        self._process = context.Process(target=_run, args=(_Descriptor(follower), [*map(str, words)], settled))
        self._process.start()
        os.close(follower)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()
        os.close(self._leader)

    def press(self, keys: str | bytes) -> None:
        """Type keys."""
        os.write(self._leader, keys.encode() if isinstance(keys, str) else keys)

    def enter(self, text: str) -> str:
        """Type a line, send it, and wait until the next prompt; return what was shown meanwhile."""
        before, known = len(self.lines()), self.text().count(text[-20:])
        self.send(text)
        # What was typed is drawn once more when it is sent: only with it above is an empty prompt the next one.
        self.until(lambda: self._prompts() and self.text().count(text[-20:]) > known, f"a prompt after {text!r}")
        return "\n".join(self.lines()[before:-1])

    def send(self, text: str) -> None:
        """Type a line and send it once it is all on the screen."""
        self.press(text)
        self.until(lambda: text[-20:] in self.cursor_row(), f"{text!r} typed")
        self.press(ENTER)

    def until_prompt(self) -> None:
        """Wait until an empty prompt waits for keys."""
        self.until(self._prompts, "an empty prompt")

    def until_shown(self, text: str) -> None:
        """Wait until the screen, scrolled back or not, shows a text within one row."""
        self.until(lambda: text in self.text(), repr(text))

    def until(self, holds: Callable[[], bool], what: str) -> None:
        """Read what is shown until something holds."""
        stop = monotonic() + PATIENCE
        while not holds():
            assert self._read(stop), f"the command ended without {what}:\n{self.text()}"

    def end(self) -> int:
        """Read until the command ends by itself; return its exit code."""
        stop = monotonic() + PATIENCE
        while self._read(stop):
            pass
        self._process.join(PATIENCE)
        assert self._process.exitcode is not None, f"it did not end within {PATIENCE:g} seconds"
        return self._process.exitcode

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size, of which the kernel tells the command by SIGWINCH."""
        self.screen.resize(rows, columns)
        self._size(columns, rows)

    def lines(self) -> list[str]:
        """All rows, those that scrolled away first, without white space at their ends and without rows below."""
        above = ["".join(row[x].data for x in range(self.screen.columns)) for row in self.screen.history.top]
        return "\n".join(row.rstrip() for row in [*above, *self.screen.display]).rstrip().split("\n")

    def text(self) -> str:
        """All rows."""
        return "\n".join(self.lines())

    def cursor_row(self) -> str:
        """The row that the cursor is in."""
        return self.screen.display[self.screen.cursor.y].rstrip()

    def is_bold(self, text: str) -> bool:
        """Whether a text that stands on the screen within one row is bold."""
        y, row = next((y, row) for y, row in enumerate(self.screen.display) if text in row)
        start = row.index(text)
        return all(self.screen.buffer[y][x].bold for x in range(start, start + len(text)))

    def _prompts(self) -> bool:
        return self.cursor_row() == ">" and self.screen.cursor.x == 2

    def _read(self, stop: float) -> bool:
        """Read once; return False at the end."""
        ready, _, _ = select.select([self._leader], [], [], max(0.0, stop - monotonic()))
        assert ready, f"nothing more came within {PATIENCE:g} seconds:\n{self.text()}"
        try:
            data = os.read(self._leader, 65_536)
        except OSError:  # what Linux says once nobody holds the other side
            data = b""
        self.raw += data
        self._stream.feed(self._decoder.decode(data))
        return bool(data)

    def _size(self, columns: int, rows: int) -> None:
        fcntl.ioctl(self._leader, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
