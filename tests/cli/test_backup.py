"""`assistant backup`, `assistant restore` and damaged papers, as the command line tells of them."""

import contextlib
import json
import sqlite3
from pathlib import Path

import pytest
from conftest import Run

from assistant.library import database

EMBEDDER = {"ASSISTANT_EMBEDDER": "hashing", "ASSISTANT_MODEL": "none"}
RUST = {"id": "a", "title": "Rust on iron", "abstract": "Rust grows on iron. It can slow by as much as 70%."}
MOSS = {"id": "b", "title": "Moss on stone", "abstract": "Moss grows on stone. It is green and soft."}

SOUND = "It can slow by as much as 70% [a]."
ALTERED = SOUND.replace("70%", "30%")


@pytest.fixture
def folder(run: Run, tmp_path: Path) -> Path:
    (tmp_path / "rows.jsonl").write_text(f"{json.dumps(RUST)}\n{json.dumps(MOSS)}\n")
    done = run("ingest", tmp_path / "rows.jsonl", "--library", tmp_path / "library", **EMBEDDER)
    assert done.returncode == 0, done.stderr
    return tmp_path / "library"


def change(folder: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        assert connection.execute(statement).rowcount == 1


def test_backup_and_restore(run: Run, folder: Path, tmp_path: Path) -> None:
    file, other = tmp_path / "copy.sqlite3", tmp_path / "other"
    done = run("backup", file, "--library", folder, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {"file": str(file), "papers": 2, "listings": 2, "problems": []}
    done = run("restore", file, "--library", other)
    assert (done.returncode, done.stdout) == (0, f"2 papers in 2 listings restored to {other}\n"), done.stderr
    for library in (folder, other):
        done = run("search", "rust", "--json", "--library", library, **EMBEDDER)
        assert "Rust on iron" in done.stdout.splitlines()[0]
    done = run("status", "--deep", "--json", "--library", other, **EMBEDDER)
    assert (done.returncode, json.loads(done.stdout)["healthy"]) == (0, True)
    done = run("backup", file, "--library", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == f"assistant: error: {file}: there is such a file already; nothing is overwritten: name another\n"
    )
    assert run("restore", file, "--library", folder).returncode == 2
    assert run("restore", tmp_path / "rows.jsonl", "--library", tmp_path / "third").returncode == 6


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE papers SET abstract = replace(abstract, '70%', '30%') WHERE id = 'a'",
        "UPDATE papers SET date = '2024-99-99' WHERE id = 'a'",
        "UPDATE papers SET authors = '5' WHERE id = 'a'",
    ],
)
def test_what_was_altered_is_told_by_every_command_and_never_an_answer(
    run: Run, folder: Path, tmp_path: Path, statement: str
) -> None:
    sound = run("verify", "-", "--library", folder, typed=SOUND, **EMBEDDER)
    assert "✓" in sound.stdout
    change(folder, statement)
    for words in (("ask", "How much can rust slow?"), ("search", "rust"), ("papers",), ("verify", "-")):
        done = run(*words, "--library", folder, typed=ALTERED, **EMBEDDER)
        assert "assistant: left out of all answers: 'Rust on iron' (a) " in done.stderr, words
        assert "To cure it, run `assistant ingest` on its listings again (rows.jsonl)" in done.stderr
        assert ("✓" in done.stdout, "Traceback" in done.stderr) == (False, False)
    done = run("show", "a", "--library", folder)
    assert (done.returncode, done.stdout, "Traceback" in done.stderr) == (6, "", False)
    done = run("status", "--json", "--library", folder, **EMBEDDER)
    facts = json.loads(done.stdout)
    assert (done.returncode, facts["healthy"]) == (6, False)
    assert facts["cures"] == ["run `assistant ingest` on its listings again (rows.jsonl)"]
    done = run("backup", tmp_path / "copy.sqlite3", "--library", folder)
    assert (done.returncode, "keep your earlier backups" in done.stderr) == (6, True)
    assert run("ingest", tmp_path / "rows.jsonl", "--library", folder, **EMBEDDER).returncode == 0
    assert run("status", "--library", folder, **EMBEDDER).returncode == 0
    assert run("verify", "-", "--library", folder, typed=SOUND, **EMBEDDER).stdout == sound.stdout


def test_a_damaged_paper_can_be_removed(run: Run, folder: Path) -> None:
    change(folder, "UPDATE papers SET date = '2024-99-99' WHERE id = 'a'")
    assert run("remove", "a", "--yes", "--library", folder).returncode == 0
    assert run("status", "--library", folder, **EMBEDDER).returncode == 0


def test_damaged_vectors_are_computed_anew(run: Run, folder: Path) -> None:
    statement = (
        "UPDATE embeddings SET vectors = substr(vectors, 2) WHERE content = (SELECT content FROM papers LIMIT 1)"
    )
    change(folder, statement)
    done = run("search", "rust", "--library", folder, **EMBEDDER)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert "To cure it, run `assistant reindex`" in done.stderr
    assert run("status", "--library", folder, **EMBEDDER).returncode == 6
    assert "vectors computed for 1" in run("reindex", "--library", folder, **EMBEDDER).stdout
    assert run("status", "--library", folder, **EMBEDDER).returncode == 0
