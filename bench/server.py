"""Run `python -m bench.server LIBRARY [SUITE]`: retrieval from a folder beside that from a Chroma server started here.

LIBRARY is a folder; its papers are moved to a server that `chroma run` starts, without computing a vector. SUITE is a
folder with questions.jsonl (evals/daily_papers by default), or one with queries.jsonl and qrels.tsv, as BEIR has them.
The figures are the recall of what answers a question within 10 and within 50 papers, nDCG cut at 10, and the seconds of
a search without those of its vector.
"""

import contextlib
import json
import socket
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import httpx

from assistant import app
from assistant.domain.titles import normalise
from assistant.evaluation.metrics import retrieval
from assistant.library.server import transfer
from assistant.library.server.address import parse
from assistant.library.server.client import Server
from assistant.library.server.snapshot import ServerSnapshot
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import retriever

Question = tuple[str, list[frozenset[str]]]
"""Words, and the groups of names of papers, one of each of which answers."""


def main(folder: Path, suite: Path) -> None:
    embedder = app.embedder(app.load_settings({}, library=str(folder)), app.environment())
    questions = read(suite)
    vectors = embedder.embed_queries([text for text, _ in questions])
    with tempfile.TemporaryDirectory() as scratch, served(Path(scratch)) as address:
        with LibrarySnapshot(folder) as library, Server(parse(address, {}), "") as server:
            began = time.perf_counter()
            papers = transfer.to_server(library, server, lambda *_: None)
            print(f"{papers:,} papers moved to the server in {time.perf_counter() - began:.1f} s")
            here = rankings(library, questions, vectors)
        with Server(parse(address, {}), "") as server, ServerSnapshot(server) as library:
            there = rankings(library, questions, vectors)
    print(f"{len(questions)} questions   recall@10  recall@50  nDCG@10   p50 ms   p95 ms")
    for name, (ranked, seconds) in {"folder": here, "server": there}.items():
        print(f"{name:14}  " + "  ".join(f"{figure:9.4f}" for figure in figures(questions, ranked)), end="")
        ordered = sorted(seconds)
        print("".join(f"  {1_000 * ordered[int(share * (len(ordered) - 1))]:7.1f}" for share in (0.5, 0.95)))
    same = sum(one[:10] == other[:10] for one, other in zip(here[0], there[0], strict=True))
    print(f"the same first 10 papers in the same order: {same} of {len(questions)}")


def rankings(
    library: LibrarySnapshot, questions: list[Question], vectors: object
) -> tuple[list[list[str]], list[float]]:
    """Return the names (ids and titles) of the papers of each question, best first, and the seconds that each took."""
    ranked, seconds = [], []
    for (text, _), vector in zip(questions, vectors, strict=True):  # type: ignore[call-overload]
        began = time.perf_counter()
        evidence = retriever.retrieve(library, vector, text, 50)
        seconds.append(time.perf_counter() - began)
        ranked.append([item.paper.id for item in evidence])
    return ranked, seconds


def figures(questions: list[Question], ranked: list[list[str]]) -> tuple[float, float, float]:
    pairs = [(groups, ids) for (_, groups), ids in zip(questions, ranked, strict=True)]
    return (
        sum(retrieval.recall(groups, ids, 10) for groups, ids in pairs) / len(pairs),
        sum(retrieval.recall(groups, ids, 50) for groups, ids in pairs) / len(pairs),
        sum(retrieval.ndcg({id: 1.0 for group in groups for id in group}, ids, 10) for groups, ids in pairs)
        / len(pairs),
    )


def read(suite: Path) -> list[Question]:
    """Return the questions of a suite that some paper answers."""
    if (suite / "questions.jsonl").exists():
        from assistant.domain.identifiers import title_id

        rows = [json.loads(line) for line in (suite / "questions.jsonl").read_text().splitlines()]
        return [
            (row["question"], [frozenset(title_id(normalise(title)) for title in group) for group in row["gold"]])
            for row in rows
            if row["gold"]
        ]
    relevant: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
    for line in (suite / "qrels.tsv").read_text().splitlines()[1:]:
        query, paper, grade = line.split("\t")
        if int(grade) > 0:
            relevant[query].append(frozenset([paper]))
    rows = [json.loads(line) for line in (suite / "queries.jsonl").read_text().splitlines()]
    return [(" ".join(row["text"].split()), relevant[row["_id"]]) for row in rows if row["_id"] in relevant]


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Yield the address of a Chroma server that keeps its data in `folder`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    words = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder), "--port", port]
    quiet = subprocess.DEVNULL
    with subprocess.Popen([*words, "--host", "127.0.0.1"], stdin=quiet, stdout=quiet, stderr=quiet) as process:
        try:
            transport = httpx.HTTPTransport(retries=12)  # which waits longer each time
            with httpx.Client(transport=transport, trust_env=False, timeout=60) as client:
                client.get(f"http://127.0.0.1:{port}/api/v2/heartbeat").raise_for_status()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) == 3 else "evals/daily_papers"))
