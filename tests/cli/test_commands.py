"""The group of commands as a person meets it: a greeting, help, slips, options in one place, and a command more."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from conftest import Run
from support import libraries
from support.chat_children import begin, keep, turn

from assistant.answering.conversation.archive import Archive
from assistant.cli import main
from assistant.cli.group import Group

Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Return what runs a command in this process; it returns exit code, output and messages."""
    for name in ("ASSISTANT_LIBRARY", "ASSISTANT_MODEL", "ASSISTANT_EMBEDDER", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def run_one(*words: str) -> tuple[int, str, str]:
        code = main.run(words)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run_one


def test_the_bare_name_greets(command: Command) -> None:
    code, shown, messages = command()
    assert (code, messages) == (0, "")
    assert "every claim of the answer cites a paper" in shown
    assert [line.split()[1] for line in shown.splitlines() if line.startswith("  assistant ")] == [
        "ask",
        "chat",
        "ingest",
    ]


@pytest.mark.parametrize("words", [(), ("ask",), ("eval", "run"), ("history", "show"), ("help",)])
def test_help_of_a_command_is_what_its_flag_prints(command: Command, words: tuple[str, ...]) -> None:
    assert command("help", *words) == command(*words, "--help")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("serch",), "there is no command serch; did you mean search?"),
        (("chats",), "there is no command chats; did you mean history?"),
        (("eval", "rnu"), "there is no command rnu; did you mean run?"),
        (("history", "lst"), "there is no command lst; did you mean list?"),
        (("help", "vrify"), "there is no command vrify; did you mean verify?"),
        (("xyzzy",), "there is no command xyzzy; `assistant --help` lists the commands"),
        (("help", "ask", "x"), "`assistant ask` has no commands of its own"),
        (("ask", "--librry", "x"), "No such option '--librry'. Did you mean '--library'?"),
        (("show", "x", "--embedder", "local"), "No such option '--embedder'."),
        (("papers", "--embedder", "local"), "No such option '--embedder'."),
        (("remove", "x", "--embedder", "local"), "No such option '--embedder'."),
    ],
)
def test_a_slip_is_told_with_what_may_be_meant(command: Command, words: tuple[str, ...], message: str) -> None:
    code, shown, messages = command(*words)
    assert (code, shown) == (2, "")
    assert messages.splitlines()[0] == f"assistant: error: {message}"


def test_each_command_says_in_one_place_what_it_does(command: Command) -> None:
    listing = " ".join(command("--help")[1].split())
    for name, (_, _, line) in main.COMMANDS.items():
        assert f"{name} {line}" in listing
        text = " ".join(command(name, "--help")[1].split())
        assert text.count(line) == 1


def test_a_command_is_a_module_and_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "toy_command.py").write_text(
        'import click\n\n@click.command()\n@click.argument("name")\n'
        'def greet(name: str) -> int:\n    """NAME is anybody\'s."""\n    click.echo(f"Hello, {name}")\n    return 3\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    group = Group("assistant", table={**main.COMMANDS, "greet": ("toy_command", "greet", "Greet somebody.")})
    group.main(["--help"], standalone_mode=False)
    assert re.search(r"greet +Greet somebody\.", capsys.readouterr().out)
    assert "toy_command" not in sys.modules
    assert group.main(["greet", "Ann"], standalone_mode=False) == 3
    assert capsys.readouterr().out == "Hello, Ann\n"


def test_what_follows_two_dashes_is_no_option(command: Command, tmp_path: Path) -> None:
    folder = str(libraries.made(tmp_path))
    assert command("show", "--library", folder, "--", "--debug") == (
        3, "", "assistant: no paper has this id or title: --debug; `assistant search` finds near ones\n"
    )  # fmt: skip
    code, _, messages = command("papers", "--library", str(tmp_path / "none"), "--debug")
    assert (code, "Traceback" in messages) == (6, True)
    code, _, messages = command("--debug", "papers", "--library", str(tmp_path / "none"))
    assert (code, "Traceback" in messages) == (6, True)


def test_a_flag_wins_over_a_variable_and_an_empty_one_counts_as_unset(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = libraries.made(tmp_path)
    monkeypatch.setenv("ASSISTANT_LIBRARY", str(folder))
    assert len(command("papers")[1].splitlines()) == libraries.MADE
    assert command("papers", "--library", str(tmp_path / "none"))[0] == 6
    monkeypatch.setenv("ASSISTANT_EMBEDDER", "magic")
    assert command("search", "x")[0] == 2
    assert command("search", "x", "--embedder", "local")[0] == 6  # it was made with another
    monkeypatch.setenv("ASSISTANT_EMBEDDER", "")
    assert command("search", "x")[0] == 6
    for text in ("[env var: ASSISTANT_LIBRARY]", "[env var: ASSISTANT_EMBEDDER]", "[env var: ASSISTANT_MODEL]"):
        assert text in " ".join(command("ask", "--help")[1].split())


def test_no_model_answers_with_quotes_whatever_model_is_set(run: Run, sample_library: Path) -> None:
    words = (
        "ask",
        "How can reward overoptimization be mitigated?",
        "--top-k",
        "3",
        "--json",
        "--library",
        sample_library,
    )
    for more in (["--no-model"], ["--model", "none"], ["--no-model", "--model", "other"]):
        done = run(*words, *more, ASSISTANT_MODEL="m", OPENAI_BASE_URL="http://127.0.0.1:9")
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        assert (answer["extractive"], len(answer["evidence"])) == (True, 3)


def test_a_conversation_is_shown_again(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSISTANT_CHATS", str(tmp_path))
    archive = Archive(tmp_path)
    conversation = begin("20260301-a")
    for number in (1, 2):
        conversation = keep(archive, conversation, turn(number, words=1))
    code, shown, messages = command("history", "show", "2026")
    assert (code, messages) == (0, "")
    assert shown.split("\n# What of 2?\n")[0] == (
        "\n# What of 1?\n↳ What of 1, in full?\n✓ So it is. [1]\n\n[1] Paper 1 (2024-01-02)\n"
        "    ✓ “It is about 1.”\nnote: A note.\n1 claim: 1 supported ✓ · model m · 1.9 s\n"
    )
    rows = [json.loads(line) for line in command("history", "show", "2026", "--json")[1].splitlines()]
    assert [(row["number"], row["at"], row["question"], row["read_as"]) for row in rows] == [
        (number, "2026-03-01T12:30:00+00:00", f"What of {number}?", f"What of {number}, in full?") for number in (1, 2)
    ]
    assert [row["citations"][0]["title"] for row in rows] == ["Paper 1", "Paper 2"]
    assert command("history", "show", "nope")[0] == 2


def test_the_command_line_can_be_imported_where_there_is_no_termios(clean_environment: Mapping[str, str]) -> None:
    code = (
        "import sys\nsys.modules |= dict.fromkeys(['termios', 'tty', 'pty'])\n"
        "from assistant.cli import live, main, options, progress\n"
        "from assistant.cli.commands import ask, ingest, papers, reindex, remove, search, status, verify\n"
        "with live._unechoed():\n    pass\nsys.exit(main.run(['help', 'ask']))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=clean_environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
