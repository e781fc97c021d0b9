"""The library as a place: tags, notes, marks, lists, links, and removals taken back."""

import csv
import io
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support.printed import objects, out
from support.terminal import ENTER, Terminal

ROWS: list[dict[str, Any]] = [
    {
        "id": "2401.00001", "title": "Moss on Stones", "abstract": "Moss grows slowly on stones.", "date": "2024-01-05",
        "authors": ["Ana Öz", "Bo Lee"],
    },
    {"id": "10.1000/ferns", "title": "Ferns unroll", "abstract": "Ferns unroll in spring.", "date": "2024-03-01"},
    {"id": "3", "title": "=SUM(A1)", "abstract": "A title that a spreadsheet would compute.", "url": "javascript:x"},
    {
        "id": "4", "title": "Moss on Walls", "abstract": "Moss grows slowly on walls.\nAnd on\troofs.",
        "url": "https://example.org/walls",
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def made(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("place")
    (home / "rows.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    done = run("ingest", home / "rows.jsonl", "--library", home / "library", "--embedder", "hashing")
    assert done.returncode == 0, done.stderr
    return home / "library"


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A library of `ROWS`, to be changed."""
    import shutil

    return Path(shutil.copytree(made, tmp_path / "library"))


def ids(run: Run, folder: Path, *words: str) -> list[str]:
    return out(run, folder, "papers", "--columns", "id", *words)


# -- tags


def test_papers_are_tagged_by_name_and_by_filter_and_every_reading_command_heeds_it(run: Run, folder: Path) -> None:
    shown = out(run, folder, "tag", "2401.00001", "Moss on W", "--add", "thesis / moss", "-a", "Slow")
    assert shown == ["Moss on Stones  thesis/moss, Slow", "Moss on Walls  thesis/moss, Slow"]
    assert out(run, folder, "tag", "--match", "SPRING", "--add", "thesis", "--json") == [
        json.dumps({"id": "10.1000/ferns", "title": "Ferns unroll", "tags": ["thesis"]})
    ]
    assert out(run, folder, "tags") == ["     2  Slow", "     3  thesis", "     2  thesis/moss"]
    assert out(run, folder, "tag", "--in", "slow", "--since", "2024", "-r", "SLOW") == ["Moss on Stones  thesis/moss"]
    assert objects(out(run, folder, "tags", "--json")) == [
        {"tag": "Slow", "papers": 1}, {"tag": "thesis", "papers": 3}, {"tag": "thesis/moss", "papers": 2},
    ]  # fmt: skip
    embedder = ("--embedder", "hashing")
    assert ids(run, folder, "--in", "Thesis") == ["2401.00001", "10.1000/ferns", "4"]
    [found] = objects(out(run, folder, "search", "moss on stones", "--in", "slow", "--json", *embedder))
    assert [hit["id"] for hit in found["hits"]] == ["4"]
    quoted = out(run, folder, "ask", "How does moss grow?", "--in", "thesis/moss", "--in", "slow", *embedder)
    assert "[1] Moss on Walls  https://example.org/walls" in quoted
    assert not [line for line in quoted if "Stones" in line]
    claims = "Moss grows slowly on walls [Moss on Walls]. Moss grows slowly on stones [Moss on Stones]."
    verdicts = objects(
        out(run, folder, "verify", "--json", "--in", "slow", *embedder, "--reranker", "none", typed=claims)
    )
    assert [verdict["verdict"] for verdict in verdicts] == ["supported", "unsupported"]
    talk = out(run, folder, "chat", *embedder, typed="/in slow\n/search moss\n/in\n/in tesis\n", code=0)
    assert [line.split(".")[1].split("  ")[0].strip() for line in talk] == ["Moss on Walls"]


def test_names_that_mean_no_paper_and_filters_that_are_none_change_nothing(run: Run, folder: Path) -> None:
    done = run("tag", "2401.00001", "Moss", "--add", "x", "--library", folder)
    assert (done.returncode, done.stdout) == (3, "")
    assert "several papers begin so: Moss (perhaps: Moss on Stones; Moss on Walls)" in done.stderr
    out(run, folder, "tag", "--add", "x", code=2)
    out(run, folder, "tag", "4", "--match", "moss", "--add", "x", code=2)
    out(run, folder, "tag", "4", "--add", "a//b", code=2)
    out(run, folder, "tag", "--match", "nothing of this", "--add", "x", code=3)
    assert out(run, folder, "tags") == []


# -- notes and marks


def test_notes_are_shown_searched_and_deleted(run: Run, folder: Path) -> None:
    out(run, folder, "note", "moss on stones", "Figure 1 is about Übergänge.")
    out(run, folder, "note", "2401.00001", "-", typed="Second\x1b[31m line.\n")
    [noted] = objects(out(run, folder, "note", "2401.00001", "--json"))
    assert [note["text"] for note in noted["notes"]] == ["Figure 1 is about Übergänge.", "Second\ufffd[31m line."]
    assert ids(run, folder, "--match", "ubergange stones") == ["2401.00001"]
    assert [line for line in out(run, folder, "show", "2401.00001") if line.startswith("note 1, ")]
    out(run, folder, "note", "2401.00001", "--delete", "3", code=2)
    out(run, folder, "note", "2401.00001", "--delete", "1")
    [shown] = objects(out(run, folder, "show", "2401.00001", "--json"))
    assert [note["text"] for note in shown["notes"]] == ["Second\ufffd[31m line."]
    out(run, folder, "note", "2401.00001", " ", code=2)


def test_papers_are_read_and_unread(run: Run, folder: Path) -> None:
    out(run, folder, "read", "--match", "moss")
    assert (ids(run, folder, "--unread"), ids(run, folder, "--read")) == (["10.1000/ferns", "3"], ["2401.00001", "4"])
    out(run, folder, "unread", "4")
    assert ids(run, folder, "--read", "--columns", "id") == ["2401.00001"]
    out(run, folder, "undo")
    assert ids(run, folder, "--read") == ["2401.00001", "4"]


# -- lists


def test_papers_are_sorted_cut_and_printed_as_tables(run: Run, made: Path) -> None:
    assert ids(run, made) == ["2401.00001", "10.1000/ferns", "3", "4"]
    assert ids(run, made, "--sort", "date") == ["10.1000/ferns", "2401.00001", "3", "4"]
    assert ids(run, made, "--sort", "date", "--reverse", "--limit", "3") == ["2401.00001", "10.1000/ferns", "3"]
    assert ids(run, made, "--sort", "title") == ["3", "10.1000/ferns", "2401.00001", "4"]
    assert ids(run, made, "--sort", "added", "--limit", "1") == ["4"]
    assert out(run, made, "papers", "--columns", "id, Link,abstract", "--match", '"on walls"') == [
        "4\thttps://example.org/walls\tMoss grows slowly on walls. And on roofs."
    ]
    [row] = objects(out(run, made, "papers", "--json", "--columns", "id,authors,venue", "--limit", "1"))
    assert row == {"id": "2401.00001", "authors": ["Ana Öz", "Bo Lee"], "venue": ""}
    out(run, made, "papers", "--columns", "id,colour", code=2)


def test_csv_is_read_by_a_reader_of_csv_and_by_ingest(run: Run, made: Path, tmp_path: Path) -> None:
    done = run("papers", "--csv", "--columns", "id,title,abstract,date,authors,url", "--library", made)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["title"] for row in rows] == ["Moss on Stones", "Ferns unroll", "'=SUM(A1)", "Moss on Walls"]
    assert rows[0] == {
        "id": "2401.00001", "title": "Moss on Stones", "abstract": "Moss grows slowly on stones.", "date": "2024-01-05",
        "authors": "Ana Öz; Bo Lee", "url": "",
    }  # fmt: skip
    (tmp_path / "papers.csv").write_text(done.stdout)
    words = ("--library", tmp_path / "library", "--embedder", "hashing")
    assert run("ingest", tmp_path / "papers.csv", *words).returncode == 0
    again = run("papers", "--csv", "--columns", "id,date,authors", "--library", tmp_path / "library")
    assert again.stdout == run("papers", "--csv", "--columns", "id,date,authors", "--library", made).stdout
    assert out(run, made, "papers", "--csv", "--limit", "1")[0] == "id,title,date,authors,url,tags"


def test_a_list_ends_quietly_where_its_reader_has_enough(run_process: Run, made: Path) -> None:
    done = run_process("papers", "--columns", "id", "--library", made)
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "2401.00001")


# -- links


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Moss on Stones", "https://arxiv.org/abs/2401.00001"),
        ("ferns", "https://doi.org/10.1000/ferns"),
        ("4", "https://example.org/walls"),
        ("3", None),
    ],
)
def test_open_prints_the_address_of_a_paper(run: Run, made: Path, name: str, address: str | None) -> None:
    done = run("open", name, "--print", "--library", made)
    assert (done.returncode, done.stdout) == ((0, f"{address}\n") if address else (3, ""))


def test_open_starts_the_browser_and_says_where_there_is_none(run_process: Run, made: Path, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {tmp_path / "opened"}\n')
    browser.chmod(browser.stat().st_mode | stat.S_IXUSR)
    assert run_process("open", "4", "--library", made, BROWSER=f"{browser} %s").returncode == 0
    assert (tmp_path / "opened").read_text() == "https://example.org/walls"
    done = run_process("open", "4", "--library", made, BROWSER=str(tmp_path / "none %s"), PATH="/nowhere", DISPLAY="")
    assert done.returncode == 6
    assert done.stderr.startswith(
        "assistant: error: https://example.org/walls: no browser could be started; set BROWSER"
    )


# -- removing, and taking that back


def test_nothing_is_removed_unasked(run: Run, folder: Path) -> None:
    before = out(run, folder, "papers", "--json")
    done = run("remove", "4", "3", "--library", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "assistant: error: this removes 2 papers, and there is no terminal to ask on; say --yes to remove them, or "
        "--dry-run to see them\n"
    )
    assert out(run, folder, "remove", "4", "3", "--dry-run") == ["would remove Moss on Walls", "would remove =SUM(A1)"]
    assert objects(out(run, folder, "remove", "--source", "rows.jsonl", "--dry-run", "--json")) == [
        {"would_remove": [{"id": row["id"], "title": row["title"]} for row in ROWS]}
    ]
    out(run, folder, "remove", "4", "--in", "x", code=2)
    assert out(run, folder, "papers", "--json") == before


def test_what_was_removed_comes_back_with_all_that_was_said_of_it(run: Run, folder: Path) -> None:
    out(run, folder, "tag", "4", "2401.00001", "--add", "junk/moss")
    out(run, folder, "note", "4", "Roofs!")
    before = out(run, folder, "papers", "--json")
    assert out(run, folder, "remove", "--in", "junk", "--yes") == ["removed Moss on Stones", "removed Moss on Walls"]
    assert (ids(run, folder), out(run, folder, "tags")) == (["10.1000/ferns", "3"], [])
    planned = out(run, folder, "undo", "--dry-run")
    assert planned[0].startswith("would take back: remove, 2 papers, ")
    assert planned[1:] == ["  Moss on Stones", "  Moss on Walls"]
    [undone] = objects(out(run, folder, "undo", "--json"))
    assert (undone["what"], undone["done"], [row["id"] for row in undone["papers"]]) == (
        "remove", True, ["2401.00001", "4"],
    )  # fmt: skip
    assert out(run, folder, "papers", "--json") == before
    assert out(run, folder, "undo")[0].startswith("took back: note, 1 paper, ")
    assert out(run, folder, "undo")[0].startswith("took back: tag +junk/moss, 2 papers, ")
    assert run("undo", "--library", folder).returncode == 3
    out(run, folder, "remove", "4", "-y")
    out(run, folder, "undo", "--forget")
    out(run, folder, "undo", code=3)


@pytest.mark.parametrize(("answer", "left"), [("n", 4), ("", 4), ("y", 3)])
def test_a_terminal_is_asked(
    clean_environment: Mapping[str, str], run: Run, folder: Path, answer: str, left: int
) -> None:
    with Terminal("remove", "4", "--library", folder, environment=clean_environment) as terminal:
        terminal.until_shown("Remove them? [y/N]:")
        assert "assistant: this removes 1 paper:" in terminal.text()
        assert "Moss on Walls" in terminal.text()
        terminal.press(answer + ENTER)
        assert terminal.end() == 0
    assert len(ids(run, folder)) == left
