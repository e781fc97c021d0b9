"""Every command on a folder from a stranger -> exit code 6 that names what lies there, or an answer; nothing else."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run
from support import libraries

CHOICE = {"ASSISTANT_EMBEDDER": "hashing", "ASSISTANT_MODEL": "none"}
READERS = ("search reward", "ask reward", "status", "papers", "show id1", "verify -", "reindex", "remove id1")


@pytest.fixture(scope="module")
def master(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("master")
    rows = [
        f'{{"id": "id{number}", "title": "On {subject}", "abstract": "We weigh {subject} here."}}\n'
        for number, subject in enumerate(libraries.SUBJECTS)
    ]
    (home / "rows.jsonl").write_text("".join(rows))
    done = run("ingest", home / "rows.jsonl", "--library", home / "library", **CHOICE)
    assert done.returncode == 0, done.stderr
    return home


def linked_index(folder: Path) -> None:
    shutil.copytree(folder / "lexical", folder.parent / "home")
    (folder.parent / "home" / "2023").mkdir()
    shutil.rmtree(folder / "lexical")
    (folder / "lexical").symlink_to("../home")


def piped(name: str) -> Callable[[Path], None]:
    def replace(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        os.mkfifo(folder / name)

    return replace


FORMS: dict[str, Callable[[Path], None]] = {
    "lexical": linked_index,
    "catalogue.sqlite3": piped("catalogue.sqlite3"),
    "writer.lock": piped("writer.lock"),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_command_names_what_is_no_file_and_ends_with_six(
    run: Run, master: Path, tmp_path: Path, name: str
) -> None:
    folder = tmp_path / "library"
    shutil.copytree(master / "library", folder)
    FORMS[name](folder)
    (folder / "chroma/1/chroma.sqlite3").write_bytes(b"x")
    before = sorted(tmp_path.rglob("*"))
    for words in (*READERS, f"ingest {master / 'rows.jsonl'}"):
        done = run(*words.split(), "--library", folder, typed="Moss. [On moss]", **CHOICE)
        assert (done.returncode, done.stdout) == (6, ""), words
        assert f"{folder / name}: is " in done.stderr, words
        assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_a_sample_that_is_no_file_is_made_anew(run: Run, tmp_path: Path) -> None:
    environment = {"ASSISTANT_CACHE": str(tmp_path / "cache"), **CHOICE}
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "notes.txt").write_text("my notes")
    assert run("search", "reward", **environment).returncode == 0
    [sample] = (tmp_path / "cache").glob("sample-*")
    shutil.rmtree(sample / "chroma")
    (sample / "chroma").symlink_to(tmp_path / "home")
    (sample / "catalogue.sqlite3").unlink()
    os.mkfifo(sample / "catalogue.sqlite3")
    assert run("search", "reward", **environment).returncode == 0
    assert (sample / "chroma" / "1").is_dir()
    assert not (sample / "chroma").is_symlink()
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["notes.txt"]
