"""`assistant help --man`: a page that the programs which read manuals take without a word."""

import shutil
import subprocess

import pytest
from conftest import Run

from assistant.cli import main

READERS = {"groff": ("groff", "-man", "-Tutf8", "-ww", "-z"), "mandoc": ("mandoc", "-Tlint", "-Wwarning")}


def test_every_command_and_section_is_in_the_page(run: Run) -> None:
    page = run("help", "--man").stdout
    assert [name for name in main.COMMANDS if f'.SS "assistant {name}' not in page] == []
    assert page.startswith('.TH ASSISTANT 1 "" "assistant ')
    sections = [line.removeprefix(".SH ") for line in page.splitlines() if line.startswith(".SH ")]
    assert sections == [
        "NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXAMPLES", "EXIT STATUS", "ENVIRONMENT", "FILES",
    ]  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
def test_readers_of_manuals_have_nothing_to_say_of_it(run: Run, reader: str) -> None:
    if shutil.which(reader) is None:
        pytest.skip(f"there is no {reader} here")
    page = run("help", "--man").stdout
    done = subprocess.run(READERS[reader], input=page, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
