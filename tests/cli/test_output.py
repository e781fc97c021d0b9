"""Where results go: the format of a file's name, both names of LaTeX, nothing overwritten, keys that can be typed."""

import json
import os
from pathlib import Path

import pytest
from conftest import Run

QUESTION = "Listeners could not tell varnished violins from bare violins. What do they hear?"


@pytest.fixture(scope="module")
def library(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("output")
    row = {
        "id": "2401.00001",
        "title": "The Tone of Violins",
        "abstract": "Varnish is said to shape the tone of violins. Listeners could not tell bare violins.",
        "authors": ["Ann Ash", "Bea Birch"],
        "date": "2024-01-02",
    }
    (folder / "own.jsonl").write_text(json.dumps(row))
    assert run("ingest", "--library", folder / "library", folder / "own.jsonl").returncode == 0
    return folder / "library"


def test_the_name_of_a_file_says_its_format_and_nothing_is_overwritten(run: Run, library: Path, tmp_path: Path) -> None:
    place = ("--library", library)
    done = run("ask", "papers by Ash", "-o", "a.tex", *place, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "assistant: written to a.tex and a.bib\n")
    assert r"\cite{ash2024tone}" in (tmp_path / "a.tex").read_text()
    bibtex = (tmp_path / "a.bib").read_text()
    assert bibtex == run("papers", "--format", "bibtex", *place).stdout
    again = run("ask", "papers by Ash", "-o", "a.tex", *place, cwd=tmp_path)
    assert (again.returncode, again.stderr) == (
        2,
        "assistant: error: a.tex: exists already; give another name, or --force to write over it\n",
    )
    assert run("search", "violins", "-o", "a.tex", "--force", *place, cwd=tmp_path).returncode == 0
    assert r"\section*{violins}" in (tmp_path / "a.tex").read_text()
    run("search", "violins", "-o", "a.json", *place, cwd=tmp_path)
    assert json.loads((tmp_path / "a.json").read_text())["hits"][0]["id"] == "2401.00001"
    for words in (["-o", "a.xyz"], ["--json", "--format", "csv"]):
        assert run("ask", "papers by Ash", *words, *place, cwd=tmp_path).returncode == 2


def test_what_cannot_be_kept_is_not_asked_for(run: Run, tmp_path: Path) -> None:
    """No library is there, which asking would find first."""
    os.mkfifo(tmp_path / "pipe.csv")
    for words, cause in (
        (["-o", "no/a.md"], "no/a.md: cannot be written (there is no such folder)"),
        (["-o", ".", "--format", "csv", "--force"], ".: cannot be written (Is a directory)"),
        (["-o", "pipe.csv", "--force"], "pipe.csv: cannot be written (is no plain file)"),
    ):
        done = run("ask", "papers by Ash", *words, "--library", tmp_path / "none", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (2, f"assistant: error: {cause}; give another name\n")


def test_a_paper_is_named_by_its_key_or_its_authors_and_year(run: Run, library: Path) -> None:
    for name in ("ash2024tone", "@ash2024tone", "Ash and Birch (2024)", "Ash, 2024"):
        done = run("show", name, "--json", "--library", library)
        assert json.loads(done.stdout)["key"] == "ash2024tone", name
    shown = run("show", "ash2024tone", "--library", library).stdout.splitlines()[1]
    assert shown == "2401.00001 · ash2024tone · 2024-01-02 · Ann Ash, Bea Birch"
