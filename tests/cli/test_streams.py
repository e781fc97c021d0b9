"""Where the output of a command goes -> words without colours, errors or escapes that do not belong there."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from conftest import Run
from support.chats import OVEROPTIMIZATION


def test_nothing_is_coloured_when_piped_and_signs_fit_the_encoding(run_process: Run, sample_library: Path) -> None:
    done = run_process("ask", OVEROPTIMIZATION, "--library", sample_library, PYTHONIOENCODING="ascii", FORCE_COLOR="1")
    assert "\x1b" not in done.stdout
    assert "[quote] " in done.stdout


def test_a_reader_that_has_enough_is_no_error(clean_environment: Mapping[str, str], sample_library: Path) -> None:
    command = f"set -o pipefail; {sys.executable} -m assistant papers --json --library {sample_library} | head -n 1"
    done = subprocess.run(["bash", "-c", command], env=clean_environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)


def test_an_output_that_is_full_or_closed_is_said_plainly(
    clean_environment: Mapping[str, str], sample_library: Path
) -> None:
    command = f"{sys.executable} -m assistant papers --library {sample_library}"
    full = subprocess.run(f"{command} > /dev/full", shell=True, env=clean_environment, capture_output=True, check=False)
    assert (full.returncode, full.stderr) == (6, b"assistant: error: writing the output: No space left on device\n")
    closed = subprocess.run(f"{command} >&-", shell=True, env=clean_environment, capture_output=True, check=False)
    assert (closed.returncode, closed.stderr) == (0, b"")


def test_on_a_terminal_hostile_titles_stay_words(
    run: Run, clean_environment: Mapping[str, str], tmp_path: Path
) -> None:
    title = "Escape \\u001b]0;owned\\u0007 [/INST] [bold red]x[/] :bomb: \\u202e end"
    rows = tmp_path / "rows.jsonl"
    rows.write_text(f'{{"id": "1", "title": "{title}", "abstract": "Something about escapes is said here."}}\n')
    run("ingest", rows, "--library", tmp_path / "library")
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "assistant", "search", "escapes", "--library", str(tmp_path / "library")]
    done = subprocess.run(command, env={**clean_environment, "TERM": "xterm-256color"}, stdout=follower, check=False)
    os.close(follower)
    shown = os.read(leader, 65536).decode()
    os.close(leader)
    assert done.returncode == 0
    assert "[/INST] [bold red]x[/] :bomb:" in shown
    assert "\x1b]" not in shown
    assert "\u202e" not in shown
    assert "\x07" not in shown
