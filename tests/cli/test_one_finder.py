"""Any form of an id, in every command that takes the name of a paper."""

import json
from pathlib import Path

import pytest
from conftest import Run

FORMS = ["2210.10760", "arXiv:2210.10760", "https://arxiv.org/abs/2210.10760v3", "10.48550/arXiv.2210.10760"]


@pytest.fixture
def library(run: Run, tmp_path: Path) -> Path:
    rows = [
        {"id": "http://arxiv.org/abs/2210.10760v1", "title": "Walls and Rewards", "abstract": "Walls hold rewards."},
        {"id": "1", "title": "Moss", "abstract": "Moss grows slowly."},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "b.jsonl").write_text(json.dumps({"id": "1", "title": "Ferns", "abstract": "Ferns unroll."}))
    folder = tmp_path / "library"
    paths = [str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")]
    done = run("ingest", *paths, "--library", str(folder), "--embedder", "hashing", "--json")
    assert (done.returncode, json.loads(done.stdout)["rejected"]) == (0, 0)
    return folder


@pytest.mark.parametrize("form", FORMS)
def test_show_verify_and_remove_take_any_form_of_an_id(run: Run, library: Path, form: str) -> None:
    place = ("--library", str(library))
    shown = run("show", form, "--json", *place)
    assert (shown.returncode, json.loads(shown.stdout)["title"]) == (0, "Walls and Rewards")
    claim = run("verify", "--json", *place, "--embedder", "hashing", typed=f"Walls hold rewards [{form}].")
    assert [paper["title"] for paper in json.loads(claim.stdout)["papers"]] == ["Walls and Rewards"]
    assert run("remove", form, "--yes", *place).stdout == "removed Walls and Rewards\n"


def test_an_id_of_two_sources_shows_both_and_removes_neither(run: Run, library: Path) -> None:
    place = ("--library", str(library))
    rows = [json.loads(line) for line in run("show", "1", "--json", *place).stdout.splitlines()]
    assert [(row["id"], row["title"]) for row in rows] == [("1", "Moss"), ("1@b.jsonl", "Ferns")]
    refused = run("remove", "1", *place)
    assert (refused.returncode, refused.stdout) == (3, "")
    assert "several papers have this id: 1; nothing was removed" in refused.stderr
    assert run("remove", "1@b.jsonl", "--yes", *place).stdout == "removed Ferns\n"
    assert run("show", "1", "--json", *place).stdout.count("\n") == 1


def test_a_cut_abstract_is_told(run: Run, library: Path) -> None:
    row = {"id": "1", "title": "Moss", "abstract": "Moss gr..."}
    path = library.parent / "a.jsonl"
    path.write_text(json.dumps(row))
    options = ("--library", str(library), "--embedder", "hashing")
    reason = "its abstract is only the beginning of the one that is known, which stays"
    assert f"conflict a.jsonl:1: {reason}: “Moss” (1)" in run("ingest", str(path), *options).stderr
    conflict = {"source": "a.jsonl", "line": 1, "id": "1", "title": "Moss", "reason": reason}
    assert json.loads(run("ingest", str(path), "--json", *options).stdout)["conflicts"] == [conflict]
