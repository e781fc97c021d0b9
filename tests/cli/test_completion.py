"""A shell that completes words: what it is offered, by whom, and what never."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Run
from test_architecture import HEAVY

ASSISTANT = Path(sys.executable).parent / "assistant"
ROWS = [
    {"id": "2401.00001", "title": "On \x1b[2J Moss", "abstract": "Moss is green."},
    {"id": "2401.00002", "title": "On Ferns", "abstract": "Ferns are green."},
    {"id": "2402.00001", "title": "On Rust", "abstract": "Rust is red."},
    {"id": "2401.$(touch pwned)", "title": "On Shells", "abstract": "Shells run things."},
    {"id": "2401.00003;ls", "title": "On Lists", "abstract": "Lists are long."},
    {"id": "--yes", "title": "On Options", "abstract": "Options begin with a dash."},
]


@pytest.fixture(scope="module")
def library(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("completed")
    (folder / "a list; rm.jsonl").write_text('{"title": "On Names", "abstract": "Names are words."}\n')
    (folder / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in ROWS))
    done = run("ingest", "--embedder", "hashing", "--library", folder / "library", folder)
    assert done.returncode == 0, done.stderr
    return folder / "library"


def offered(environment: Mapping[str, str], *words: str, shell: str = "fish") -> list[list[str]]:
    """What a shell is offered for the last word: its kind, the word, and what is said of it."""
    before = {"COMP_WORDS": " ".join(words[:-1]), "COMP_CWORD": words[-1], "_ASSISTANT_COMPLETE": f"{shell}_complete"}
    done = subprocess.run(
        [ASSISTANT], env={**environment, **before}, capture_output=True, text=True, check=False, timeout=100
    )
    assert (done.returncode, done.stderr) == (0, "")
    rows = done.stdout.split("\n")
    return [re.split(r"[,\t]", row, maxsplit=2) for row in rows if row]


def test_commands_and_options_are_offered_with_their_help(clean_environment: Mapping[str, str]) -> None:
    rows = offered(clean_environment, "assistant", "co")
    assert [row[:2] for row in rows] == [["plain", "config"], ["plain", "completion"]]
    assert rows[1][2] == "Print what completes words in bash, zsh or fish."
    assert ["plain", "--embedder"] in [row[:2] for row in offered(clean_environment, "assistant", "ask", "--em")]
    assert [row[1] for row in offered(clean_environment, "assistant", "config", "set-")] == ["set-key"]
    assert [row[1] for row in offered(clean_environment, "assistant", "help", "rei")] == ["reindex"]


def test_papers_and_sources_of_the_library_are_offered_but_nothing_that_a_shell_would_run(
    clean_environment: Mapping[str, str], library: Path
) -> None:
    own = {**clean_environment, "ASSISTANT_LIBRARY": str(library)}
    assert offered(own, "assistant", "show", "2401.") == [
        ["plain", "2401.00001", "On [2J Moss"],
        ["plain", "2401.00002", "On Ferns"],
    ]
    assert [row[1] for row in offered(own, "assistant", "remove", "")] == ["2401.00001", "2401.00002", "2402.00001"] + [
        row[1] for row in offered(own, "assistant", "show", "t")
    ]
    named = ("assistant", "show", "--library", str(library), "2402")
    assert [row[1] for row in offered(clean_environment, *named)] == ["2402.00001"]
    assert [row[1] for row in offered(own, "assistant", "papers", "--source", "")] == ["rows.jsonl"]


def test_files_folders_and_names_are_offered_where_they_are_meant(
    clean_environment: Mapping[str, str], tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[profile.local]\nmodel = "m"\n')
    own = {**clean_environment, "ASSISTANT_CONFIG": str(config)}
    assert offered(own, "assistant", "ingest", "pa")[0][:2] == ["file", "pa"]
    assert offered(own, "assistant", "ask", "--library", "pa")[0][:2] == ["dir", "pa"]
    assert [row[1] for row in offered(own, "assistant", "ask", "--profile", "")] == ["local"]
    assert [row[1] for row in offered(own, "assistant", "config", "set", "max")] == ["max-tokens"]
    assert [row[1] for row in offered(own, "assistant", "ask", "--check", "")] == ["model", "none"]
    config.write_text("broken =")  # a shell has no use for errors
    assert offered(own, "assistant", "ask", "--profile", "") == []
    assert offered({**own, "ASSISTANT_LIBRARY": str(tmp_path / "none")}, "assistant", "show", "2") == []


def test_to_complete_an_id_neither_numpy_nor_an_index_is_loaded(
    clean_environment: Mapping[str, str], library: Path
) -> None:
    own = {"COMP_WORDS": "assistant show 2401.", "COMP_CWORD": "2", "_ASSISTANT_COMPLETE": "bash_complete"}
    environment = {**clean_environment, **own, "ASSISTANT_LIBRARY": str(library)}
    words = [sys.executable, "-X", "importtime", "-m", "assistant"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True, timeout=100)
    assert done.stdout == "plain,2401.00001\nplain,2401.00002\n"
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert imported & HEAVY == set()


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")
def test_bash_completes_with_what_is_printed(run: Run, clean_environment: Mapping[str, str], library: Path) -> None:
    script = run("completion", "bash").stdout
    typed = (
        f'COMP_WORDS=(assistant show 2402); COMP_CWORD=2; _assistant_completion {ASSISTANT}; echo "${{COMPREPLY[@]}}"'
    )
    environment = {**clean_environment, "ASSISTANT_LIBRARY": str(library), "PATH": os.environ["PATH"]}
    words = ["bash", "--norc", "-c", f"{script}\n{typed}"]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True, timeout=100)
    assert (done.stdout, done.stderr) == ("2402.00001\n", "")


def test_there_is_a_script_for_each_shell_and_no_other(run: Run) -> None:
    assert "complete -o nosort -F _assistant_completion assistant" in run("completion", "bash").stdout
    assert "#compdef assistant" in run("completion", "zsh").stdout
    assert "complete --no-files --command assistant" in run("completion", "fish").stdout
    assert run("completion", "tcsh").returncode == 2
