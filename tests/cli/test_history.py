"""What was said, found again: listed, searched, exported, deleted, resumed; also once the library is another."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from support.chat_children import begin, keep, turn
from support.chats import ENSEMBLES, OVEROPTIMIZATION, SCALING
from support.terminal import CTRL_D, Terminal, masked

from assistant.answering.conversation.archive import Archive
from assistant.answering.conversation.turns import Conversation


@pytest.fixture
def chats(run: Run, archive: Archive) -> Any:
    """Return what runs a command with the archive; it returns exit code, output and messages."""

    def one(*words: str | Path, **more: Any) -> tuple[int, str, str]:
        done = run(*words, ASSISTANT_CHATS=str(archive.folder), **more)
        return done.returncode, masked(done.stdout), done.stderr

    return one


def talked(archive: Archive, id: str, *numbers: int) -> Conversation:
    conversation = begin(id)
    for place, number in enumerate(numbers, 1):
        conversation = keep(archive, conversation, replace(turn(number, words=1), number=place))
    return conversation


def test_conversations_are_listed_the_latest_first(chats: Any, archive: Archive) -> None:
    assert chats("history") == (0, "", "")
    talked(archive, "20260301-a", 1, 2)
    talked(archive, "20260301-b", 3)
    (archive.folder / "20260302-c.jsonl").write_text("damaged\n")
    code, shown, told = chats("history")
    assert (code, shown) == (
        0,
        "20260301-b    1 turn   What of 3?\n20260301-a    2 turns  What of 1?\n",
    )
    assert told.startswith(f"assistant: {archive.folder}/20260302-c.jsonl: is no conversation of this version (")
    first, second = map(json.loads, chats("history", "list", "--json")[1].splitlines())
    assert first["id"] == "20260301-b"
    assert second == {
        "id": "20260301-a",
        "begun": "2026-03-01T12:30:00+00:00",
        "last": "2026-03-01T12:30:00+00:00",
        "turns": 2,
        "question": "What of 1?",
        "cited": ["Paper 1", "Paper 2"],
        "library": "/some/library",
    }


def test_conversations_are_searched_in_questions_answers_and_titles(chats: Any, archive: Archive) -> None:
    talked(archive, "a", 1, 2)
    talked(archive, "b", 3)
    for words, found in (
        (["WHAT", "3?"], ["b"]),
        (["what of"], ["b", "a"]),
        (["paper 2"], ["a"]),
        (["so it is."], ["b", "a"]),
        (["paper", "nowhere"], []),
    ):
        code, shown, _ = chats("history", "search", "--json", *words)
        assert [json.loads(line)["id"] for line in shown.splitlines()] == found
        assert code == (0 if found else 3)
    assert chats("history", "search", "3?")[1] == "b    1 turn   What of 3?\n"
    assert chats("history", "search")[0] == 2


def test_a_conversation_is_printed_or_written_to_a_file(chats: Any, archive: Archive, tmp_path: Path) -> None:
    talked(archive, "20260301-a", 1)
    code, shown, _ = chats("history", "export", "2026")
    assert code == 0
    assert shown.startswith("# What of 1?\n\n2026-03-01, with the library /some/library\n\n## What of 1?\n\n*Read as: ")
    assert shown.endswith("@misc{paper2024,\n  title = {{Paper 1}},\n  year = {2024},\n  month = jan,\n}\n```\n")
    assert chats("history", "export", "2026", tmp_path / "a.md")[::2] == (0, f"assistant: written to {tmp_path}/a.md\n")
    assert (tmp_path / "a.md").read_text() == shown
    assert chats("history", "export", "2026", tmp_path / "a.md")[0] == 2
    assert chats("history", "export", "2026", tmp_path / "a.bib")[0] == 0
    assert (tmp_path / "a.bib").read_text().startswith("@misc{paper2024,\n")
    assert chats("history", "export", "nope") == (
        2, "", "assistant: error: no conversation is called 'nope'; `assistant history` lists them\n"
    )  # fmt: skip


def test_conversations_are_deleted_all_or_none(chats: Any, archive: Archive) -> None:
    for id in ("2025-a", "2026-b", "2026-c"):
        talked(archive, id, 1)
    assert chats("history", "delete", "2025", "2026")[0] == 2
    assert chats("history", "delete", "2025", "nope")[0] == 2
    assert len(archive.ids()) == 3
    with archive.lock("2025-a"):
        code, _, told = chats("history", "delete", "2025")
    assert (code, told) == (6, "assistant: error: conversation 2025-a is open in another chat; leave it there first\n")
    assert chats("history", "delete", "2025", "2026-b") == (
        0,
        "",
        "assistant: deleted 2025-a\nassistant: deleted 2026-b\n",
    )
    assert archive.ids() == ["2026-c"]


def test_a_conversation_is_in_one_chat_at_a_time(
    chats: Any, environment: Mapping[str, str], archive: Archive, sample_library: Path
) -> None:
    with Terminal("chat", environment=environment) as terminal:
        terminal.until_prompt()
        terminal.enter(OVEROPTIMIZATION)
        [id] = archive.ids()
        for words in (["--resume", id], ["--continue"]):
            code, shown, told = chats("chat", *words, "--library", sample_library, typed="Not asked.\n")
            assert (code, shown) == (6, "")
            assert told == f"assistant: error: conversation {id} is open in another chat; leave it there first\n"
        # Another conversation with the same library is no matter.
        assert chats("chat", "--library", sample_library, typed=OVEROPTIMIZATION)[0] == 0
        terminal.press(CTRL_D)
        assert terminal.end() == 0
    assert chats("chat", "--resume", id, "--library", sample_library, typed="/why\n")[0] == 0


ROWS = [
    {
        "id": f"{number}",
        "title": title,
        "abstract": f"{text} This is row {number} of a small library about reward models.",
    }
    for number, (title, text) in enumerate(
        [
            ("Ensembles", "Reward overoptimization can be mitigated by an ensemble of reward models."),
            ("Constraints", "Reward overoptimization can be mitigated by constraints on each reward model."),
            ("Penalties", "Reward overoptimization can be mitigated by a KL penalty."),
        ],
        1,
    )
]


def made(run: Run, folder: Path, rows: list[dict[str, str]]) -> Path:
    (folder.parent / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = run("ingest", folder.parent / "rows.jsonl", "--library", folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_a_conversation_goes_on_with_its_own_library(
    run: Run, chats: Any, archive: Archive, sample_library: Path, tmp_path: Path
) -> None:
    small = made(run, tmp_path / "small", ROWS)
    for words in (["--continue"], ["--continue", "--library", small]):
        code, _, told = chats("chat", *words)
        assert (code, told) == (
            2, "assistant: error: there is no conversation to go on with; `assistant chat` begins one\n"
        )  # fmt: skip
    assert chats("chat", "--continue", "--resume", "a")[0] == 2
    assert chats("chat", "--resume", "a")[0] == 2
    chats("chat", "--library", sample_library, typed=OVEROPTIMIZATION)
    chats("chat", "--library", small, typed=OVEROPTIMIZATION)
    newest, oldest = archive.ids()
    # The latest about the library in use, which is said, and not the latest of all.
    code, shown, told = chats("chat", "--continue", ASSISTANT_LIBRARY=str(small), typed="/open 1\n/filter off\n")
    assert (code, told) == (
        0, f"assistant: going on with {newest}, about the library {small}\nassistant: filter: none; 3 papers\n"
    )  # fmt: skip
    assert shown.splitlines()[0] in [row["title"] for row in ROWS]
    code, shown, told = chats("chat", "--continue", "--library", sample_library, typed="/open 1\n/retry\n")
    assert (code, shown.splitlines()[0]) == (0, ENSEMBLES)
    assert told == f"assistant: going on with {oldest}, about the library {sample_library}\n"
    # About the library that is used where none is named there is none, however many there are about others.
    code, _, told = chats("chat", "--continue")
    assert (code, told.splitlines()[-1].partition(": there is ")[2]) == (
        2, "no conversation to go on with about this library; `assistant chat` begins one; "
        "`assistant history` lists those about others, which --resume goes on with",
    )  # fmt: skip
    assert archive.ids() == [oldest, newest]
    # A conversation may also be moved to another library, which is said.
    code, shown, told = chats("chat", "--resume", oldest[:-1], "--library", small, typed="/open 2\n")
    assert (code, shown.splitlines()[0]) == (0, SCALING)
    assert told.splitlines()[:3] == [
        f"assistant: this is the library {small}; the conversation began with {sample_library}",
        "assistant: the library has 3 papers now; at the last turn it had 48",
        f"assistant: [1] {ENSEMBLES} is no longer in the library; it is shown as it was",
    ]


def test_a_library_that_changed_is_said_to_have_and_old_citations_still_open(
    run: Run, chats: Any, archive: Archive, tmp_path: Path
) -> None:
    folder = made(run, tmp_path / "small", ROWS)
    code, _, _ = chats("chat", "--library", folder, typed=OVEROPTIMIZATION)
    assert code == 0
    [id] = archive.ids()
    numbered = {number: paper.title for number, paper in archive.load(id).papers.items()}
    assert sorted(numbered.values()) == ["Constraints", "Ensembles", "Penalties"]
    gone, edited = numbered[1], numbered[2]
    assert chats("chat", "--resume", id, "--library", folder)[2] == ""  # nothing has changed yet

    assert run("remove", gone, "--yes", "--library", folder).returncode == 0
    new = "Reward overoptimization can be mitigated by waiting. Everything here was written anew."
    [row] = [row for row in ROWS if row["title"] == edited]
    made(run, folder, [{**row, "abstract": new}])
    code, shown, told = chats(
        "chat", "--resume", id[:-2], "--library", folder, typed=f"/open 1\n/open 2\n{OVEROPTIMIZATION}\n/open 1\n"
    )
    assert code == 0
    assert told.splitlines() == [
        "assistant: the library has 2 papers now; at the last turn it had 3",
        f"assistant: [1] {gone} is no longer in the library; it is shown as it was",
        f"assistant: [2] {edited} has another text now; it is shown as it was",
    ]
    opened, answered = shown.split(f"\n# {OVEROPTIMIZATION}\n")
    old = {row["title"]: row["abstract"] for row in ROWS}
    assert [text for text in opened.replace("»", "").replace("«", "").splitlines() if text in old.values()] == [
        old[gone],
        old[edited],
    ]
    # The answer is of the library as it is; numbers stay with their papers.
    assert "waiting.” [2]" in answered
    assert f"[2] {edited}\n" in answered
    assert "[1]" not in answered
    assert answered.split("nothing was concluded")[1].splitlines()[1] == gone
    found = archive.load(id)
    assert found.papers[2].abstract == new
    assert {number: paper.title for number, paper in found.papers.items()} == numbered
    assert [item.paper.abstract for item in found.turns[0].answer.evidence if item.paper.title == edited] == [
        old[edited]
    ]
