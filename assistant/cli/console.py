"""Results and messages -> standard output and standard error, cleaned, in colour only on a terminal."""

import io
import json
import os
import shutil
import sys
from collections.abc import Mapping
from typing import Any, BinaryIO

from assistant.domain.errors import UsageError
from assistant.domain.sanitize import one_line, sanitize
from assistant.domain.verdicts import MARKS, Verdict

StyledLine = tuple[tuple[str, str], ...]
"""Pieces of one line, each (text, rich style); the style is dropped where there is no colour."""

_LAST_STREAM = 2  # the file descriptor of standard error
_ASCII_MARKS: Mapping[Verdict, str] = {
    "quoted": "[quote]",
    "supported": "[ok]",
    "located": "[near]",
    "unsupported": "[FAIL]",
    "contradicted": "[CONTRA]",
    "misattributed": "[SWAP]",
    "uncited": "[BARE]",
}


def prepare() -> None:
    """Let neither a closed stream nor a character that the terminal's encoding lacks stop a command."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= _LAST_STREAM:
        pass  # in place of a closed stream, or the next file that is opened would be taken for it
    os.close(descriptor)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123  it lives as long as the process
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def typed() -> BinaryIO:
    """Return standard input; raises `UsageError` where it is closed."""
    if sys.stdin is None:
        raise UsageError("standard input is closed", cure="give it something to read, such as < FILE")
    return sys.stdin.buffer


def tell(text: str) -> None:
    """Write a message for a person to standard error."""
    print(f"assistant: {sanitize(text)}", file=sys.stderr, flush=True)


def aside(text: str) -> None:
    """Write a remark to standard error, dimmed on a terminal."""
    clean = sanitize(text)
    print(f"\x1b[2m{clean}\x1b[0m" if coloured() and sys.stderr.isatty() else clean, file=sys.stderr, flush=True)


def record(value: Mapping[str, Any]) -> None:
    """Write one JSON object on one line."""
    print(json.dumps(value, ensure_ascii=True), flush=True)


def row(text: str) -> None:
    """Write one line of a table to standard output, which no terminal breaks."""
    print(sanitize(text))


def lines(*rows: StyledLine) -> None:
    """Write lines to standard output."""
    if not coloured():
        for row in rows:
            print("".join(sanitize(text) for text, _ in row))
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(markup=False, emoji=False, highlight=False, soft_wrap=False)
    for row in rows:
        console.print(Text.assemble(*((sanitize(text), style) for text, style in row)))


def plain(text: str = "", style: str = "") -> StyledLine:
    """Return a line of one piece."""
    return ((text, style),)


def heading(question: str) -> StyledLine:
    """Return the line above one of several answers: a blank line, then the question."""
    return (("\n", ""), (f"# {one_line(question)}", "bold"))


def coloured() -> bool:
    """Whether standard output is a terminal that wants colour."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def width() -> int:
    """Return how many columns the terminal has; 80 where there is none."""
    return shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80


def can_show(signs: str) -> bool:
    """Whether the output can show these signs."""
    try:
        signs.encode(sys.stdout.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    return True


def marks() -> Mapping[Verdict, str]:
    """Return a mark for each verdict, in signs that the output can show."""
    return MARKS if can_show("".join(MARKS.values())) else _ASCII_MARKS
