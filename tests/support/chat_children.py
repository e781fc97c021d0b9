"""Turns made by rule, and processes that keep them: to be killed, or to meet a disk that is full or read only."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from assistant.answering.conversation import transcript
from assistant.answering.conversation.archive import Archive
from assistant.answering.conversation.turns import Conversation, Reading, Turn
from assistant.domain.answers import Answer, Seconds
from assistant.domain.errors import ArchiveError
from assistant.domain.records import Claim, Evidence, Finding, Paper

BEGUN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def paper(number: int, edition: str = "") -> Paper:
    return Paper(f"id{number}", f"Paper {number}", f"It is about {number}.{edition}", date(2024, 1, number % 28 + 1))


def turn(number: int, words: int = 2_000) -> Turn:
    """The same number is the same turn, of some 10 kB; its papers come back in later turns."""
    evidence = tuple(Evidence(f"P{n:04x}", paper(n), 1 / (n + 1)) for n in (number % 5, number % 7 + 5))
    first = evidence[0]
    finding = Finding(first.paper, first.key, "supported", "quote", first.paper.abstract, 1.0)
    answer = Answer(
        f"What of {number}, in full?", "answered", (Claim("So it is.", "supported", "quote", (finding,)),), evidence,
        "m", ("A note.",), ("answer.v1", "ab" * 32), (900, None), Seconds(0.1, 1.5, 0.25, 1.85), reply="word " * words,
    )  # fmt: skip
    reading = Reading(answer.question, "model", ("id1",), True, "other", "a note", (100, 9))
    return Turn(number, BEGUN, f"What of {number}?", reading, answer, 48, "vectors")


def begin(id: str = "c") -> Conversation:
    return Conversation(id, "/some/library", BEGUN)


def keep(archive: Archive, conversation: Conversation, turn: Turn) -> Conversation:
    """Append a turn to a conversation as a session does."""
    conversation = archive.append(conversation, transcript.turn_line(turn, transcript.papers_by_id(conversation)))
    return replace(conversation, recorded=(*conversation.recorded, turn))


def conversation_of(archive: Archive, turns: int, id: str = "c") -> Conversation:
    """A conversation of so many turns, kept in an archive."""
    conversation = begin(id)
    for number in range(1, turns + 1):
        conversation = keep(archive, conversation, turn(number))
    return conversation


def keep_turns(pipe: Connection, folder: Path) -> None:
    """Go on with a conversation for ever, and acknowledge each turn."""
    archive = Archive(folder)
    conversation = archive.reload(begin())
    pipe.send("began")
    while True:
        conversation = keep(archive, conversation, turn(len(conversation.recorded) + 1))
        pipe.send(len(conversation.recorded))


def hold(pipe: Connection, folder: Path) -> None:
    """Have a conversation open until killed."""
    with Archive(folder).lock("c"):
        pipe.send("holding")
        pipe.recv()


def meet_the_disk(mounted: Path) -> None:
    """Fill a small disk with turns, make room, go on; then have it made read only. Prints the errors as JSON."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mounted], check=True)
    archive, conversation = Archive(mounted / "chats"), begin()
    ballast = mounted / "ballast"
    ballast.write_bytes(b"\1" * 100_000)
    report: dict[str, object] = {}
    try:
        while True:
            conversation = keep(archive, conversation, turn(len(conversation.recorded) + 1))
    except ArchiveError as error:
        report["full"] = str(error)
    report["whole"] = archive.load("c") == conversation and len(conversation.recorded) > 1
    ballast.unlink()
    conversation = keep(archive, conversation, turn(len(conversation.recorded) + 1))
    report["on"] = archive.load("c") == conversation
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    report["read"] = archive.load(archive.find("c")) == conversation
    for what in ("append", "delete", "lock"):
        try:
            if what == "append":
                keep(archive, conversation, turn(99))
            elif what == "delete":
                archive.delete("c")
            else:
                with archive.lock("d"):
                    pass
        except ArchiveError as error:
            report[what] = str(error)
    print(json.dumps(report))


if __name__ == "__main__":
    meet_the_disk(Path(sys.argv[1]))
