"""Run `python -m bench.startup LIBRARY`: start-up of the command line, as ratios to importing the stock stack.

They are of CPU seconds (user and system) of whole processes, which a busy machine changes little. The package is
compiled to bytecode first, as an installer does.
"""

import compileall
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import assistant

ROUNDS = 10
QUESTION = "How can reward overoptimization be mitigated?"


def seconds(command: Sequence[str], folder: str) -> float:
    """Return the CPU seconds of one run in a process of its own."""
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime


def main(library: str) -> None:
    compileall.compile_dir(Path(assistant.__file__).parent, quiet=1)
    python, program = sys.executable, [sys.executable, "-m", "assistant"]
    commands = {
        "import chromadb": [python, "-c", "import chromadb"],
        "import chromadb, llama_index.core": [python, "-c", "import chromadb, llama_index.core"],
        "assistant --help": [*program, "--help"],
        "assistant ask": [*program, "ask", "--model", "none", "--library", str(Path(library).absolute()), QUESTION],
    }
    with tempfile.TemporaryDirectory() as folder:
        for command in commands.values():
            seconds(command, folder)  # once for the page cache
        rounds = [{name: seconds(command, folder) for name, command in commands.items()} for _ in range(ROUNDS)]
    for name in commands:
        print(f"{name:36} {statistics.median(run[name] for run in rounds):6.3f} s")
    pairs = (
        ("assistant --help", "import chromadb", 0.35),
        ("assistant ask", "import chromadb, llama_index.core", 0.30),
    )
    for ours, theirs, most in pairs:
        ratio = statistics.median(run[ours] / run[theirs] for run in rounds)
        print(f"{ours} / {theirs} {ratio:6.3f}   (at most {most:.2f})")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(sys.argv[1])
