"""A small file system of its own -> what an ingest says and leaves when it fills up; run by test_disk.py.

Prints one line of JSON for each amount of space left: the message, and whether the library is as it was. With the word
`read`, one line for each way of having no room: which commands said and ended with what they do where there is room.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

from support import commands, libraries

from assistant.domain.errors import LibraryError
from assistant.library.catalogue import Catalogue

LEFT = (8_000, 300, 0)  # kB; the ingest needs more than the first


def main(mounted: Path) -> None:
    """Mount, make a library, and ingest into less and less space."""
    mount(mounted)
    folder, ballast = mounted / "library", mounted / "ballast"
    libraries.ingest(folder, libraries.entries(0, 20))
    before = libraries.parts(folder)
    files = set(libraries.tree(folder))
    for left in LEFT:
        fill(mounted, ballast, left)
        try:
            libraries.ingest(folder, [libraries.entry(number, " And " + "m" * 20_000) for number in range(300)])
            message = "none"
        except LibraryError as error:
            message = str(error)
        ballast.unlink()
        same = (
            libraries.parts(folder) == before
            and {name for name in libraries.tree(folder) if "catalogue" not in name} <= files
        )
        print(json.dumps({"left": left, "message": message, "same": same}), flush=True)
    report = libraries.ingest(folder, libraries.entries(0, 40))
    whole = libraries.parts(folder) == libraries.Parts(*[libraries.ids(0, 40)] * 3)
    print(json.dumps({"added": len(report.added), "whole": whole}))


def read_without_room(mounted: Path) -> None:
    """Mount, make a library, and read it with no byte left, with no inode left, and beside a log with no byte left."""
    mount(mounted)
    folder, ballast = mounted / "library", mounted / "ballast"
    files = [mounted / f"file{number}" for number in range(2_000)]
    libraries.ingest(folder, libraries.entries(0, 20))
    expected = answers(mounted)
    fill(mounted, ballast, 0)
    compare("bytes", answers(mounted), expected)
    ballast.unlink()
    with contextlib.suppress(OSError):
        for path in files:
            path.touch()
    compare("files", answers(mounted), expected)
    for path in files:
        path.unlink(missing_ok=True)
    with contextlib.closing(Catalogue(folder)) as reader:  # for which the log stays
        reader.snapshot()
        libraries.ingest(folder, libraries.entries(0, 21))
        expected = answers(mounted)
        fill(mounted, ballast, 0)
        compare("log", answers(mounted), expected)


def compare(case: str, actual: list[str], expected: list[str]) -> None:
    """Print which commands did not end as they should."""
    differences = [(is_, should) for is_, should in zip(actual, expected, strict=True) if is_ != should]
    print(json.dumps({"case": case, "commands": len(actual), "differences": differences}), flush=True)


def answers(mounted: Path) -> list[str]:
    """Return exit code, output and messages, without times, of each command that only reads."""
    environment = {
        **os.environ, "ASSISTANT_EMBEDDER": "hashing", "ASSISTANT_LIBRARY": str(mounted / "library"),
        "ASSISTANT_CHATS": str(mounted / "chats"), "ASSISTANT_CACHE": str(mounted / "cache"), "ASSISTANT_MODEL": "none",
    }  # fmt: skip
    question = libraries.QUESTIONS[1]
    several = ["search", question], ["ask", question], ["show", "id3"], ["papers"], ["verify"], ["status"], ["chat"]
    runs = [commands.in_this_process(words, question.encode(), mounted, environment) for words in several]
    for path in (mounted / "chats").glob("*"):  # so that the next chat has no more to keep than this
        path.unlink()
    texts = [f"{run.returncode}\n{run.stdout}\n{run.stderr}" for run in runs]
    return [re.sub(r"[0-9]+\.[0-9] s\b|[0-9-]{15}-[0-9a-f]{4}", "", text) for text in texts]


def mount(mounted: Path) -> None:
    """Put a small empty file system there."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,nr_inodes=1000", "tmpfs", mounted], check=True)


def fill(mounted: Path, ballast: Path, left: int) -> None:
    """Leave so many kB free."""
    table = subprocess.run(["df", "--output=avail", "-k", mounted], capture_output=True, text=True, check=True)
    free = int(table.stdout.split()[-1])
    ballast.write_bytes(b"\1" * max(0, free - left) * 1024)


if __name__ == "__main__":
    read_without_room(Path(sys.argv[1])) if "read" in sys.argv else main(Path(sys.argv[1]))
