"""The words of an assistant command -> its exit code and all it wrote: run in this process, or in one of its own.

In this process a command takes a tenth of the time; all it sees of the outside (streams, environment, working folder)
is put in place for as long as it runs. A process of its own is for what only a process has: pipes, signals, a
terminal, its start, its memory, variables that Python itself reads, a working folder that imports may look into.
"""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from subprocess import CompletedProcess
from unittest import mock

from support import graphs

from assistant.cli import main

LONGEST = 170  # seconds that a process may take


def in_this_process(
    words: list[str], typed: bytes | None, cwd: Path, environment: Mapping[str, str], *, merged: bool = False
) -> CompletedProcess[str]:
    """Run a command here; where `typed` is None, standard input is closed.

    `merged` has its messages among its output, as `2>&1` has them, in the order written.
    """
    output, messages = io.BytesIO(), io.BytesIO()
    stdout = io.TextIOWrapper(output, encoding="utf-8", errors="strict")
    # As Python sets it up: line by line, and no character is one that it cannot write.
    stderr = io.TextIOWrapper(
        output if merged else messages, encoding="utf-8", errors="backslashreplace", line_buffering=True
    )
    with (
        _typed(typed),
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
        contextlib.chdir(cwd),
        mock.patch.dict(os.environ, environment, clear=True),
        graphs.remembered(),
    ):
        code = main.run(words)
    stdout.flush()
    stderr.flush()
    return CompletedProcess(words, code, output.getvalue().decode(), messages.getvalue().decode())


def in_its_own_process(
    words: list[str], typed: bytes, cwd: Path, environment: Mapping[str, str], *, merged: bool = False
) -> CompletedProcess[str]:
    """Run a command as `python -m assistant`; `merged` as above."""
    done = subprocess.run(
        [sys.executable, "-m", "assistant", *words],
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT if merged else subprocess.PIPE,
        cwd=cwd,
        env=environment,
        timeout=LONGEST,
        check=False,
    )
    return CompletedProcess(done.args, done.returncode, done.stdout.decode(), (done.stderr or b"").decode())


@contextlib.contextmanager
def _typed(typed: bytes | None) -> Iterator[None]:
    """Have these bytes on standard input, which is closed where they are None."""
    before = sys.stdin
    sys.stdin = None if typed is None else io.TextIOWrapper(io.BytesIO(typed), encoding="utf-8")
    try:
        yield
    finally:
        sys.stdin = before
