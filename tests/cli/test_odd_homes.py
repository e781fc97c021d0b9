"""Users, folders and files as odd as there are -> read, or told what to set."""

import json
import os
import pwd
import subprocess
from pathlib import Path

import pytest
from support.homes import Home


@pytest.mark.parametrize(
    ("variable", "words", "place"),
    [
        ("ASSISTANT_LIBRARY", ("papers",), "--library or ASSISTANT_LIBRARY"),
        ("ASSISTANT_CHATS", ("history",), "ASSISTANT_CHATS"),
        ("ASSISTANT_CACHE", ("search", "moss", "--embedder", "local"), "ASSISTANT_CACHE"),
    ],
)
def test_a_home_of_nobody_ends_with_2_and_the_name_of_the_setting(
    home: Home, variable: str, words: tuple[str, ...], place: str
) -> None:
    home.environment[variable] = "~nobody-such/x"
    done = home.run(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"; {place} has to name a folder that there can be: not ~nobody-such/x\n" in done.stderr


def test_a_user_without_a_home_is_told_what_to_set(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: object) -> None:
        raise KeyError("uid not found")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("HOME", "ASSISTANT_CHATS", "XDG_DATA_HOME", "ASSISTANT_CACHE", "XDG_CACHE_HOME"):
        home.environment.pop(name, None)
    done = home.run("history")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.endswith("; set HOME, or ASSISTANT_CHATS to a folder\n")
    line = "none: the home folder is not known; set HOME, or ASSISTANT_CACHE to a folder  (default)"
    assert f"cache                    {line}\n" in home.run("config").stdout


def test_files_in_1500_nested_folders_are_read(home: Home, tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    deep.mkdir()
    descriptor = os.open(deep, os.O_RDONLY)
    for _ in range(1_500):
        os.mkdir("d", dir_fd=descriptor)
        inner = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    row = json.dumps({"title": "How deep", "abstract": "Folders can be nested."})
    file = os.open("rows.jsonl", os.O_WRONLY | os.O_CREAT, dir_fd=descriptor)
    os.write(file, row.encode())
    os.close(file)
    os.close(descriptor)
    done = home.run("ingest", "--dry-run", "--json", "deep")
    subprocess.run(["rm", "-rf", deep], check=True)  # shutil's own removal recurses
    assert (done.returncode, json.loads(done.stdout)["added"]) == (0, 1), done.stderr


def test_a_page_from_a_year_that_no_calendar_has_is_read(home: Home, tmp_path: Path) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text(json.dumps({"title": "How late", "abstract": "It is later than anybody thinks."}))
    os.utime(rows, (2**40, 2**40))
    done = home.run("ingest", "--dry-run", "--json", str(rows))
    assert (done.returncode, json.loads(done.stdout)["added"]) == (0, 1), done.stderr


def test_a_chat_that_cannot_be_read_does_not_hide_the_others(home: Home) -> None:
    assert home.run("chat").returncode == 0
    folder = home.folder / "chats"
    (folder / "loop.jsonl").symlink_to("loop.jsonl")
    done = home.run("history")
    assert (done.returncode, done.stdout.count("\n")) == (0, 1)
    assert "loop.jsonl: this conversation cannot be read (is a link to something else" in done.stderr
    done = home.run("chat", "--continue")
    assert done.returncode == 0
    assert len(home.run("history").stdout.splitlines()) == 1
