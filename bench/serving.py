"""Run `python -m bench.serving LIBRARY [QUESTIONS]`: how fast `assistant serve` answers without a model, how evenly.

A server of its own process answers 1, 4 and 16 askers, each of which asks its next question once it has an answer.
Questions a second are compared with one process a question (`assistant ask`), one after another.
"""

import itertools
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx

QUESTIONS = (
    "How can reward overoptimization be mitigated?",
    "What limits the length of contexts?",
    "How are reasoning models trained with reinforcement learning?",
    "Which benchmarks test agents that use a computer?",
    "How is the memory of the key-value cache reduced?",
    "What makes diffusion models fast?",
    "How are hallucinations detected?",
    "What do mixtures of experts cost?",
)
ASKERS = (1, 4, 16)
PROCESSES = 5  # questions that are answered by a process each
_PATIENCE = 120.0


@contextmanager
def served(library: str) -> Iterator[str]:
    """Give the address of a server of a library, which ends with the block."""
    command = [sys.executable, "-m", "assistant", "serve", "--port", "0", "--no-model", "--library", library]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        lines = iter(process.stderr.readline, "") if process.stderr else iter(())
        try:
            yield next(match[1] for line in lines if (match := re.search(r"page +(http\S+)/", line)))
        finally:
            process.terminate()


def ask(client: httpx.Client, question: str) -> float:
    """Return the seconds that a question took."""
    began = time.perf_counter()
    body = {"model": "assistant", "messages": [{"role": "user", "content": question}]}
    client.post("/v1/chat/completions", json=body).raise_for_status()
    return time.perf_counter() - began


def measured(url: str, askers: int, questions: int) -> tuple[float, list[float]]:
    """Return the seconds that so many questions took together, and each, with so many askers at once."""
    asked = list(itertools.islice(itertools.cycle(QUESTIONS), questions))
    with httpx.Client(base_url=url, timeout=_PATIENCE) as client, ThreadPoolExecutor(askers) as pool:
        began = time.perf_counter()
        seconds = list(pool.map(lambda question: ask(client, question), asked))
        return time.perf_counter() - began, seconds


def one_process(library: str) -> float:
    """Return the median seconds of a question that has a process of its own."""
    command = [sys.executable, "-m", "assistant", "ask", "--no-model", "--library", library]
    seconds = []
    for question in QUESTIONS[:PROCESSES]:
        began = time.perf_counter()
        subprocess.run([*command, question], check=False, capture_output=True)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def percentile(seconds: Sequence[float], share: float) -> float:
    """Return the time within which this share of the questions was answered (the nearest rank)."""
    return sorted(seconds)[min(int(share * len(seconds)), len(seconds) - 1)]


def main(library: str, questions: int) -> None:
    alone = one_process(library)
    print(f"one process a question      {1 / alone:6.2f} questions/s   {alone:6.3f} s each")
    with served(library) as url:
        measured(url, 1, len(QUESTIONS))  # loads the models
        for askers in ASKERS:
            total, seconds = measured(url, askers, questions)
            rate = questions / total
            half, most = percentile(seconds, 0.5), percentile(seconds, 0.95)
            print(
                f"{askers:3} at once                 {rate:6.2f} questions/s   p50 {half:6.3f} s   p95 {most:6.3f} s"
                f"   {rate * alone:5.1f} times one process"
            )


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 32)
