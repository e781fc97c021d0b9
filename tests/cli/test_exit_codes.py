"""Commands in odd homes, on damaged libraries and closed streams -> an exit code of the table, never a traceback."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support import libraries
from support.homes import QUESTION, Home

from assistant.cli import main

DOCUMENTED = {0, 2, 3, 4, 5, 6, 130}
READING = (
    ("ask", QUESTION), ("ask", "--stdin", "--json"), ("search", QUESTION), ("search", "--stdin"), ("show", "id3"),
    ("papers",), ("status",), ("verify",), ("verify", "--stdin", "--json"), ("chat",), ("chat", "--continue"),
    ("history",), ("history", "search", "moss"), ("history", "show", "2026"), ("history", "delete", "x"),
    ("ingest", "-", "--dry-run"), ("remove", "no such paper"), ("undo", "--dry-run"), ("tags",), ("sources",),
    ("similar", "id3"), ("eval", "score", "nowhere"),
)  # fmt: skip
WRITING = (("ingest", "-"), ("remove", "id3", "--yes"), ("tag", "id3", "-a", "moss"), ("reindex",))
ALL = (*READING, *WRITING)


def closed(home: Home) -> None:
    home.typed = None


def unknown_user(variable: str) -> Callable[[Home], None]:
    def change(home: Home) -> None:
        home.environment[variable] = "~nobody-such/x"
        if variable != "ASSISTANT_LIBRARY":
            del home.environment["ASSISTANT_LIBRARY"]

    return change


def named(variable: str, value: str) -> Callable[[Home], None]:
    def change(home: Home) -> None:
        home.environment[variable] = value

    return change


def damaged(name: str, content: bytes) -> Callable[[Home], None]:
    def change(home: Home) -> None:
        (home.library / name).write_bytes(content)

    return change


def cut(home: Home) -> None:
    os.truncate(home.library / "catalogue.sqlite3", 5_000)


def without(name: str) -> Callable[[Home], None]:
    return lambda home: shutil.rmtree(home.library / name)


def replaced_by_file(home: Home) -> None:
    shutil.rmtree(home.library)
    home.library.write_text("no folder")


def odd_chats(home: Home) -> None:
    chats = home.folder / "chats"
    chats.mkdir()
    (chats / "2026.jsonl").symlink_to("2026.jsonl")
    os.mkfifo(chats / "x.jsonl")
    (chats / "y.jsonl").write_bytes(b"torn")
    (chats / "z.jsonl").mkdir()


def chats_are_a_file(home: Home) -> None:
    (home.folder / "chats").write_text("no folder")


def far_away_times(home: Home) -> None:
    for path in home.library.rglob("*"):
        os.utime(path, (2**34, 2**34))  # the year 2514


def before_1970(home: Home) -> None:
    for path in home.library.rglob("*"):
        os.utime(path, (-(2**31), -(2**31)))


CONDITIONS: dict[str, tuple[Callable[[Home], None], tuple[tuple[str, ...], ...]]] = {
    "closed standard input": (closed, ALL),
    "unknown user of the library": (unknown_user("ASSISTANT_LIBRARY"), ALL),
    "unknown user of the cache": (unknown_user("ASSISTANT_CACHE"), READING),
    "unknown user of the chats": (unknown_user("ASSISTANT_CHATS"), (("chat",), ("history",), ("history", "show", "x"))),
    "a library of 5,000 letters": (named("ASSISTANT_LIBRARY", "x" * 5_000), ALL),
    "chats of 5,000 letters": (named("ASSISTANT_CHATS", "x" * 5_000), READING),
    "a library in a device": (named("ASSISTANT_LIBRARY", "/dev/null/x"), ALL),
    "no library": (named("ASSISTANT_LIBRARY", "/nowhere"), READING),
    "an empty catalogue": (damaged("catalogue.sqlite3", b""), ALL),
    "a catalogue of noise": (damaged("catalogue.sqlite3", b"\x81" * 9_000), ALL),
    "a catalogue that is cut": (cut, ALL),
    "no vector index": (without("chroma"), READING),
    "no word index": (without("lexical"), READING),
    "a file for a library": (replaced_by_file, ALL),
    "odd chats": (odd_chats, READING),
    "a file for chats": (chats_are_a_file, READING),
    "times of files past 2262": (far_away_times, ALL),
    "times of files before 1970": (before_1970, READING),
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_command_ends_with_a_code_of_the_table(home: Home, condition: str) -> None:
    change, several = CONDITIONS[condition]
    change(home)
    for words in several:
        done = home.run(*words)
        assert done.returncode in DOCUMENTED, (words, done.stderr)
        for sign in ("Traceback", "internal error", "Exception ignored"):
            assert sign not in done.stderr, (words, done.stderr)
        assert done.stdout or done.stderr or words[0] == "history", words


CLOSED = "assistant: error: standard input is closed; give it something to read, such as < FILE\n"


@pytest.mark.parametrize(
    "words",
    [("ask", "--stdin"), ("search", "--stdin"), ("verify",), ("verify", "--jsonl"), ("chat",), ("ingest", "-")],
    ids=" ".join,
)
def test_what_reads_a_closed_standard_input_ends_with_2(home: Home, words: tuple[str, ...]) -> None:
    home.typed = None
    done = home.run(*words)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", CLOSED)


def test_closed_streams_of_a_process_are_not_taken_for_its_files(home: Home) -> None:
    command = f"{sys.executable} -m assistant"
    for line, code in (
        (f"{command} ask --stdin <&-", 2),
        (f"{command} status --json <&-", 0),
        (f"{command} status >&- 2>&- <&-", 0),
    ):
        done = subprocess.run(line, shell=True, env=home.environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, (line, done.stderr)
        assert "Traceback" not in done.stderr
        if "--json" in line:
            assert json.loads(done.stdout)["healthy"]


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (MemoryError(), "not enough memory; free some, or allow this program more of it (`ulimit -v`)"),
        (
            ImportError("libx.so: failed to map segment from shared object"),
            "not enough memory (libx.so: failed to map segment from shared object); free some, or allow this program "
            "more of it (`ulimit -v`)",
        ),
        (
            RuntimeError("can't start new thread"),
            "no thread can be started (can't start new thread); allow this user more of them (`ulimit -u`)",
        ),
        (
            OverflowError("timestamp too large to convert to C _PyTime_t"),
            "the clock of this machine is past 2262-04-11, which Python cannot tell (timestamp too large to convert to "
            "C _PyTime_t); set the clock",
        ),
        (ValueError("none of these"), None),
    ],
)
def test_what_the_machine_lacks_is_no_fault_of_ours(error: Exception, message: str | None) -> None:
    wrapped = RuntimeError("something failed")
    wrapped.__cause__ = error
    lack = main._lacking(wrapped)
    assert (lack and (str(lack), lack.exit_code)) == (message and (message, 6))


def test_ctrl_c_while_a_native_module_is_imported_is_an_interruption() -> None:
    error = ImportError("initialization failed")
    error.__cause__ = KeyboardInterrupt()
    assert [main._is_interrupted(each) for each in (error, ImportError("initialization failed"))] == [True, False]


@pytest.mark.parametrize(
    ("limit", "words", "message"),
    [
        ("-v 200000", ("search", QUESTION), "not enough memory: 204 MB are allowed, and this takes 250"),
        ("-v 900000", ("reindex",), "not enough memory: 921 MB are allowed, and this takes 1,200"),
        ("-n 24", ("reindex",), "not enough open files: 24 are allowed, and this takes 48"),
    ],
)
def test_what_native_code_would_end_without_a_word_is_refused_before(
    tmp_path: Path, limit: str, words: tuple[str, ...], message: str
) -> None:
    library = libraries.made(tmp_path)
    command = [sys.executable, "-m", "assistant", *words, "--library", str(library), "--embedder", "hashing:32"]
    script = f'ulimit {limit} && exec "$0" "$@"'
    done = subprocess.run(["bash", "-c", script, *command], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        6,
        f"assistant: error: {message}; allow this program more (`ulimit {limit[:2]}`)",
    )
    assert libraries.parts(library).catalogue == libraries.ids(0, libraries.MADE)
