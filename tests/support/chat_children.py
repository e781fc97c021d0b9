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
from assistant.domain.errors import ArchiveError
from assistant.domain.records import Answer, Claim, Evidence, Finding, Paper, Seconds

BEGUN = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def paper(number: int, edition: str = "") -> Paper:
    return Paper(f"id{number}", f"Paper {number}", f"It is about {number}.{edition}", date(2024, 1, number % 28 + 1))


def turn(number: int, words: int = 2_000) -> Turn:
    """The same number is the same turn, of some 10 kB; its papers come back in later turns."""
    found = tuple(Evidence(f"P{n:04x}", paper(n), 1 / (n + 1)) for n in (number % 5, number % 7 + 5))
    finding = Finding(found[0].paper, found[0].key, "supported", "quote", found[0].paper.abstract, 1.0)
    answer = Answer(
        f"What of {number}, in full?", "answered", (Claim("So it is.", "supported", "quote", (finding,)),), found,
        "m", ("A note.",), ("answer.v1", "ab" * 32), (900, None), Seconds(0.1, 1.5, 0.25, 1.85), reply="word " * words,
    )  # fmt: skip
    reading = Reading(answer.question, "model", ("id1",), True, "other", "a note", (100, 9))
    return Turn(number, BEGUN, f"What of {number}?", reading, answer, 48, "vectors")


def begin(id: str = "c") -> Conversation:
    return Conversation(id, "/some/library", BEGUN)


def keep(archive: Archive, conversation: Conversation, taken: Turn) -> Conversation:
    """Append a turn to a conversation as a session does."""
    archive.append(conversation, transcript.turn(taken, transcript.known(conversation)))
    return replace(conversation, recorded=(*conversation.recorded, taken))


def keep_turns(pipe: Connection, folder: Path) -> None:
    """Go on with a conversation for ever, and acknowledge each turn."""
    archive = Archive(folder)
    conversation = archive.kept(begin())
    pipe.send("began")
    while True:
        conversation = keep(archive, conversation, turn(len(conversation.recorded) + 1))
        pipe.send(len(conversation.recorded))


def meet_the_disk(mounted: Path) -> None:
    """Fill a small disk with turns, make room, go on; then have it made read only. Prints what was said as JSON."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mounted], check=True)
    archive, conversation = Archive(mounted / "chats"), begin()
    ballast = mounted / "ballast"
    ballast.write_bytes(b"\1" * 100_000)
    told: dict[str, object] = {}
    try:
        while True:
            conversation = keep(archive, conversation, turn(len(conversation.recorded) + 1))
    except ArchiveError as error:
        told["full"] = str(error)
    told["whole"] = archive.load("c") == conversation and len(conversation.recorded) > 1
    ballast.unlink()
    conversation = keep(archive, conversation, turn(len(conversation.recorded) + 1))
    told["on"] = archive.load("c") == conversation
    subprocess.run(["mount", "-o", "remount,ro", mounted], check=True)
    told["read"] = archive.load(archive.find("c")) == conversation
    for what in ("append", "delete", "held"):
        try:
            if what == "append":
                keep(archive, conversation, turn(99))
            elif what == "delete":
                archive.delete("c")
            else:
                with archive.held("d"):
                    pass
        except ArchiveError as error:
            told[what] = str(error)
    print(json.dumps(told))


if __name__ == "__main__":
    meet_the_disk(Path(sys.argv[1]))
