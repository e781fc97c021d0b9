"""Run `python -m bench.reading LIBRARY...`: what commands that only read cost, in libraries of different sizes.

One row a command, three columns a library: seconds until something is printed, CPU seconds, and peak MB, each of a
process of its own. Questions are asked with the embedder of `made_papers` where a library was made with that.
"""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

_PROGRAM = (sys.executable, "-m", "assistant")
_COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--version",),
    ("papers",),
    ("papers", "--limit", "20"),
    ("papers", "--sort", "date"),
    ("papers", "--sort", "date", "--limit", "20"),
    ("papers", "--sort", "title", "--limit", "20"),
    ("papers", "--sort", "added", "--limit", "20"),
    ("papers", "--reverse", "--limit", "20"),
    ("papers", "--match", "language model"),
    ("papers", "--match", "language model", "--limit", "5"),
    ("papers", "--columns", "id,title"),
    ("papers", "--csv"),
    ("papers", "--json"),
    ("papers", "--since", "2020", "--until", "2020"),
    ("papers", "--since", "2020", "--sort", "date", "--limit", "20"),
    ("papers", "--source", "made"),
    ("papers", "--source", "made", "--limit", "20"),
    ("papers", "--unread", "--limit", "20"),
    ("papers", "--plot"),
    ("papers", "--format", "bibtex"),
    ("sources",),
    ("tags",),
    ("status",),
    ("show", "{id}"),
    ("show", "{title}"),
    ("show", "{beginning}"),
    ("open", "{id}", "--print"),
    ("similar", "{id}"),
    ("remove", "{id}", "--dry-run"),
    ("undo", "--dry-run"),
    ("enrich", "{records}", "--dry-run"),
)
_QUESTIONS = (
    "How many papers are there?",
    "What are the newest papers?",
    "What is in the library?",
    "Which sources are there?",
    "Which papers are by Ada Lovelace?",
    "List all papers",
    "List all papers from 2020",
    "Who wrote {title}?",
)


def main(folders: Sequence[Path], scratch: Path) -> None:
    """Measure all commands and print the table."""
    print(f"{'':44}" + "".join(f"{str(folder)[-24:]:>26}" for folder in folders))
    facts = [_facts(folder, scratch) for folder in folders]
    for words in [*_COMMANDS, *(("ask", question) for question in _QUESTIONS)]:
        cells = []
        for folder, fact in zip(folders, facts, strict=True):
            filled = [word.format_map(fact) for word in words]
            if words[0] == "ask":
                command = [sys.executable, "-m", "bench.reading", "ask", str(folder), filled[1]]
            else:
                command = [*_PROGRAM, *filled, *(["--library", str(folder)] if words[0] != "--version" else [])]
            cells.append(measured(command))
        shown = " ".join(words)
        print(f"{shown:44.44}" + "".join(f"{cell:>26}" for cell in cells), flush=True)


def measured(command: Sequence[str]) -> str:
    """Return the seconds to the first byte, CPU seconds and peak MB of a command, and its exit code where not 0."""
    began = time.perf_counter()
    first: list[float] = []
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def drain() -> None:
        while process.stdout and os.read(process.stdout.fileno(), 1 << 20):
            if not first:
                first.append(time.perf_counter() - began)

    thread = threading.Thread(target=drain)
    thread.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    thread.join()
    start = f"{first[0]:.2f}" if first else "-"
    code = f" ({process.returncode})" if process.returncode else ""
    return f"{start:>7} {usage.ru_utime + usage.ru_stime:7.2f} {usage.ru_maxrss / 1024:6.0f}{code:4}"


def ask(folder: str, question: str) -> None:
    """Ask one question, and print the first words of the answer."""
    from assistant import open_library
    from assistant.library.catalogue import Catalogue
    from bench.made_papers import WordVectors

    with contextlib.closing(Catalogue(Path(folder))) as catalogue:
        is_made = catalogue.state()["fingerprint"].startswith(WordVectors.fingerprint)
    with open_library(folder, embedder=WordVectors() if is_made else None, model="none", reranker="none") as library:
        print(library.ask(question).text[:200])


def _facts(folder: Path, scratch: Path) -> dict[str, str]:
    """Return names to put into commands, of a paper in the middle of a library."""
    from assistant.library.catalogue import Catalogue

    with contextlib.closing(Catalogue(folder)) as catalogue:
        [paper] = catalogue.papers(catalogue.spread(3)[1:2])
    records = scratch / f"{folder.name}.bib"
    records.write_text(f"@article{{x, title={{{paper.title}}}, author={{Lovelace, Ada}}, year={{2020}}}}\n")
    return {"id": paper.id, "title": paper.title, "beginning": paper.title[:-3], "records": str(records)}


if __name__ == "__main__":
    if sys.argv[1:2] == ["ask"]:
        ask(*sys.argv[2:4])
    elif len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            main([Path(name).absolute() for name in sys.argv[1:]], Path(scratch))
