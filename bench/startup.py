"""Run `python -m bench.startup LIBRARY`: start-up of the command line, as ratios to importing the stock stack."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence

ROUNDS = 10
QUESTION = "How can reward overoptimization be mitigated?"


def seconds(command: Sequence[str], folder: str) -> float:
    """Return the wall-clock seconds of one run in a process of its own."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def main(library: str) -> None:
    python, assistant = sys.executable, [sys.executable, "-m", "assistant"]
    commands = {
        "import chromadb": [python, "-c", "import chromadb"],
        "import chromadb, llama_index.core": [python, "-c", "import chromadb, llama_index.core"],
        "assistant --help": [*assistant, "--help"],
        "assistant ask": [*assistant, "ask", "--model", "none", "--library", library, QUESTION],
    }
    with tempfile.TemporaryDirectory() as folder:
        for command in commands.values():
            seconds(command, folder)  # once for the page cache
        rounds = [{name: seconds(command, folder) for name, command in commands.items()} for _ in range(ROUNDS)]
    median = {name: statistics.median(run[name] for run in rounds) for name in commands}
    for name, value in median.items():
        print(f"{name:36} {value:6.3f} s")
    help_ratio = median["assistant --help"] / median["import chromadb"]
    ask_ratio = median["assistant ask"] / median["import chromadb, llama_index.core"]
    print(f"{'--help / import chromadb':36} {help_ratio:6.3f}   (at most 0.35)")
    print(f"{'ask / import chromadb, llama_index':36} {ask_ratio:6.3f}   (at most 0.60)")


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(sys.argv[1])
