"""A default library without papers -> the sample in its place, made once, and marked wherever it is quoted."""

import contextlib
import shutil
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support import libraries

from assistant import app
from assistant.answering.conversation import transcript
from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.cli.console import StyledLine
from assistant.cli.views import answers, papers
from assistant.domain.answers import Answer
from assistant.domain.errors import LibraryError
from assistant.domain.records import Claim, Finding, Paper
from assistant.domain.settings import Settings
from assistant.domain.verdicts import MARKS
from assistant.library import database, sample, writer
from assistant.library.snapshot import LibrarySnapshot
from assistant.models.onnx.published import BGE_SMALL, BGE_SMALL_DIMENSION


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sample.library(tmp_path_factory.mktemp("master"), libraries.HashedWords(), lambda _: None)


@pytest.fixture
def sampled(master: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(master, tmp_path / master.name))


NOW = datetime(2026, 3, 1, tzinfo=UTC)


def text(rows: Iterable[StyledLine]) -> str:
    return "\n".join("".join(piece for piece, _ in row) for row in rows)


def again(folder: Path) -> tuple[Path, str]:
    told: list[str] = []
    found = sample.library(folder.parent, libraries.HashedWords(), told.append)
    with LibrarySnapshot(found, libraries.HashedWords().fingerprint) as opened:
        assert opened.papers()
        assert opened.problems == {}
    return found, told[0]


def test_the_sample_is_made_once(sampled: Path) -> None:
    found, told = again(sampled)
    assert (found, "answering from the sample" in told) == (sampled, True)
    with LibrarySnapshot(found) as opened:
        assert libraries.examined(opened) == []


def test_what_is_quoted_of_the_sample_says_whose_words_it_is(sampled: Path) -> None:
    """As an answer shows it, as `show` does, in Markdown, and from a conversation that was kept."""
    with LibrarySnapshot(sampled) as opened:
        paper = opened.papers()[0]
    quote = Finding(paper, "P1", "quoted", "quote", paper.abstract, 1.0)
    answer = Answer("Why?", "answered", (Claim(paper.abstract, "quoted", "quote", (quote,)),), ())
    kept = transcript.parse(
        [
            transcript.opening_line(Conversation("c", "library", NOW)),
            transcript.turn_line(Turn(1, NOW, "Why?", Reading("Why?"), answer), {}),
        ]
    )
    remark = "summary written for this sample, not the paper's abstract"
    for shown in (answer, kept.recorded[0].answer):
        assert text(answers.lines(shown, MARKS)).count(f"({remark})") == 1
        assert text(answers.checked(shown.claims[0], MARKS)).count(f"({remark})") == 1
        assert shown._repr_markdown_().count(f"*{remark}*") == 1
        assert answers.record(shown, "", 0)["citations"][0]["remark"] == remark
        cited = shown.claims[0].findings[0].paper
        assert cited is not None
        assert text(list(papers.card(cited))).count(f"({remark})") == 1
    assert Paper("a", "A", "B.").remark == ""


def changed(folder: Path, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / database.NAME)) as connection, connection:
        connection.execute(statement)


def cut(folder: Path) -> None:
    path = folder / database.NAME
    path.write_bytes(path.read_bytes()[:-9000])


def zero(folder: Path) -> None:
    path = folder / database.NAME
    content = bytearray(path.read_bytes())
    content[4096 * 4 :] = bytes(len(content) - 4096 * 4)
    path.write_bytes(content)


@pytest.mark.parametrize(
    "harm",
    [
        cut,
        zero,
        lambda folder: (folder / database.NAME).unlink(),
        lambda folder: (folder / database.NAME).write_bytes(b""),
        lambda folder: changed(folder, "DELETE FROM state"),
        lambda folder: changed(folder, "UPDATE papers SET authors = '['"),
    ],
)
def test_a_damaged_sample_is_made_anew(sampled: Path, harm: Any) -> None:
    harm(sampled)
    found, told = again(sampled)
    assert (found, "preparing the sample" in told) == (sampled, True)


@pytest.mark.parametrize("cache", ["/proc/1/x", "/dev/null", "/dev/null/x"])
def test_a_cache_that_cannot_be_is_named(cache: str) -> None:
    with pytest.raises(LibraryError, match=rf"^{cache}: .* made \(.*\); set ASSISTANT_CACHE to a folder that can be"):
        sample.library(Path(cache), libraries.HashedWords(), lambda _: None)


def opened(chosen: Settings, cache: Path) -> tuple[Path, int, list[str]]:
    told: list[str] = []
    with app.library(chosen, {"ASSISTANT_CACHE": str(cache)}, None, told.append) as library:
        return library.folder, len(library.ids), told


@pytest.mark.parametrize("left", ["nothing", "a folder", "an empty catalogue", "no papers"])
def test_the_sample_stands_in_for_a_default_library_without_papers(tmp_path: Path, cache: Path, left: str) -> None:
    folder = tmp_path / "default"
    if left == "a folder":
        folder.mkdir()
    elif left == "an empty catalogue":  # as a first ingest leaves it that was killed
        writer.make(folder, libraries.HashedWords())
    elif left == "no papers":
        libraries.ingest(folder, [])
    found, papers, told = opened(Settings(folder, chosen=False), cache)
    assert found.parent == cache
    assert papers > 0
    assert told[0].startswith("no library yet: ")


def test_a_default_library_with_papers_is_used_and_a_damaged_one_is_an_error(tmp_path: Path, cache: Path) -> None:
    folder = libraries.made(tmp_path)
    assert opened(Settings(folder, chosen=False), cache) == (folder, libraries.MADE, [])
    (folder / database.NAME).unlink()
    with pytest.raises(LibraryError, match="it is missing"):
        opened(Settings(folder, chosen=False), cache)


def test_a_named_library_without_papers_is_said_to_be_empty(run: Run, tmp_path: Path, cache: Path) -> None:
    folder = tmp_path / "library"
    writer.make(folder, libraries.HashedWords())
    said = f"the library in {folder} is empty; `assistant ingest PATH --library {folder}` fills it"
    assert opened(Settings(folder, chosen=True), cache) == (folder, 0, [said])
    shutil.rmtree(folder)
    ours = libraries.HashedWords(BGE_SMALL_DIMENSION)
    ours.fingerprint = BGE_SMALL.fingerprint
    writer.make(folder, ours)
    done = run("ask", "What makes dough rise?", "--library", folder)
    assert (done.returncode, said in done.stderr) == (3, True)
