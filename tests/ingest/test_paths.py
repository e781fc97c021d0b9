"""Paths as files: which of them are read, under what names, and what is said of the others."""

import io
import os
from pathlib import Path

import pytest

from assistant.domain.records import Rejection
from assistant.ingest.files import sources
from assistant.ingest.paths import File, files


def named(*paths: Path | str) -> list[str]:
    return [file.name for file in files([str(path) for path in paths]) if isinstance(file, File)]


def test_a_directory_is_read_in_sorted_order_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden", "sub/c.txt", ".git/d.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "loop").symlink_to(tmp_path)
    texts: list[tuple[str, list[str]]] = []
    for source in sources([str(tmp_path)], io.BytesIO()):
        if isinstance(source, Rejection):
            assert source.source == "loop"
            continue
        with source.stream:
            texts.append((source.name, [line.text for line in source.lines]))
    assert texts == [
        ("a.txt", ["a.txt"]),
        ("b.txt", ["b.txt"]),
        ("sub/c.txt", ["sub/c.txt"]),
    ]


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_text("x")
    assert named(tmp_path, path, "-", path, "-") == ["page.txt", "-"]


def test_files_of_one_name_are_told_apart_by_the_end_of_their_paths(tmp_path: Path) -> None:
    for place in ("a/c1", "a/c2", "b/c2"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "page.txt").write_text(place)
    first, second, third = (tmp_path / place / "page.txt" for place in ("a/c1", "a/c2", "b/c2"))
    assert named(first, second, third) == ["page.txt", "c2/page.txt", "b/c2/page.txt"]
    assert named(tmp_path / "a/c1", tmp_path / "a/c2") == ["page.txt", "c2/page.txt"]
    assert named(tmp_path / "a", third, first) == ["c1/page.txt", "c2/page.txt", "page.txt"]


def test_a_file_is_never_named_like_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "-").write_text("x")
    monkeypatch.chdir(tmp_path)
    assert named("./-", "-") == [f"{tmp_path.name}/-", "-"]


def test_what_a_folder_holds_and_nobody_reads_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    for name in ("papers/sub/empty", "elsewhere"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "elsewhere/page.txt").write_text("x")
    (folder / "file").symlink_to(tmp_path / "elsewhere/page.txt")
    (folder / "sub/folder").symlink_to(tmp_path / "elsewhere")
    (folder / "gone").symlink_to(tmp_path / "nowhere")
    (folder / "round").symlink_to(folder / "round")
    (folder / ".hidden").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe")
    entries = list(files([str(folder)]))
    assert [each for each in entries if isinstance(each, Rejection)] == [
        Rejection("gone", 0, "is a link to nothing"),
        Rejection("pipe", 0, "is neither a file nor a folder"),
        Rejection("round", 0, "is a link to nothing"),
        Rejection("sub/empty", 0, "is an empty directory"),
        Rejection("sub/folder", 0, "is a link to a folder; name it itself"),
    ]
    assert [each.name for each in entries if isinstance(each, File)] == ["file"]
    assert named(folder / "sub/folder") == ["page.txt"]
