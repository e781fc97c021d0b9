"""Run `python -m bench.ingest PAGES MODEL [ROUNDS]`: how long until papers can be searched, ours against llama-index.

PAGES is a folder of listing pages, MODEL the one in which Chroma keeps its all-MiniLM-L6-v2. Whole processes from an
empty folder, imports included, alternating. Ours is `assistant ingest`, which reads the pages; the stock stack
(bench/stock.py) is handed the same papers as JSON, so that reading is not timed against it, and runs with its own batch
sizes and threads. One search in each result, outside the timing, shows that it can be searched. Then one run of ours in
stages.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

QUESTION = "How can reward overoptimization be mitigated?"
TARGET = 0.5


def main(pages: str, model: str, rounds: str = "3") -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        papers = prepare(folder, pages)
        taken: defaultdict[str, list[float]] = defaultdict(list)
        for number in range(int(rounds)):
            ours, stock = folder / f"ours{number}", folder / f"stock{number}"
            took, _ = seconds("assistant", "ingest", "--library", str(ours), pages)
            taken["ours"].append(took)
            took, count = seconds("bench.stock", str(folder / "papers.json"), model, str(stock))
            taken["stock"].append(took)
            assert int(count) >= papers
            _, hits = seconds("assistant", "search", "--library", str(ours), "--json", QUESTION)
            assert json.loads(hits.splitlines()[0])
            print(f"round {number + 1}: ours {taken['ours'][-1]:.1f} s, stock {taken['stock'][-1]:.1f} s", flush=True)
        _, report = seconds("bench.ingest", "stages", str(folder / "stages"), pages)
    median = {name: statistics.median(values) for name, values in taken.items()}
    print(f"{papers} papers, medians of {rounds}: ours {median['ours']:.1f} s, stock {median['stock']:.1f} s")
    print(f"ours / stock {median['ours'] / median['stock']:.3f}   (at most {TARGET})")
    print(report, end="")


def prepare(folder: Path, pages: str) -> int:
    """Write the papers for the stock stack, and return how many they are."""
    from assistant import ingest
    from assistant.domain.records import Entry
    from assistant.ingest import deduplicate

    rows = [row for row in ingest.read([pages], None, date.today()) if isinstance(row, Entry)]
    merged = deduplicate.merge(rows, ()).papers
    listing = [{"title": paper.title, "abstract": paper.abstract} for paper in merged]
    (folder / "papers.json").write_text(json.dumps(listing))
    return len(listing)


def seconds(module: str, *words: str) -> tuple[float, str]:
    """Return the wall-clock seconds of one run in a process of its own, and what it printed."""
    began = time.perf_counter()
    command = [sys.executable, "-m", module, *words]
    done = subprocess.run(command, text=True, check=True, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1])
    return time.perf_counter() - began, done.stdout


def stages(library: str, pages: str) -> None:
    """Ingest in this process with a watch on each stage, and print where the time went."""
    whole = time.perf_counter()
    import chromadb_rust_bindings  # noqa: F401
    import onnxruntime  # noqa: F401
    import tokenizers  # noqa: F401

    from assistant import ingest
    from assistant.library import bm25, chroma, probe, writer
    from assistant.models.onnx.embedder import OnnxEmbedder
    from assistant.models.onnx.local import local_embedder

    spent: dict[str, float] = defaultdict(float)
    spent["imports"] = time.perf_counter() - whole
    watched: Sequence[tuple[Any, str, str]] = (
        (OnnxEmbedder, "load", "loading the model"),
        (OnnxEmbedder, "embed", "embedding"),
        (bm25, "build_numbered", "word index"),
        (chroma.ChromaIndex, "__init__", "Chroma: opening"),
        (chroma.ChromaIndex, "put", "Chroma: writing"),
        (chroma.ChromaIndex, "close", "Chroma: closing"),
        (probe, "compare", "proof"),
    )
    began = time.perf_counter()
    rows = list(ingest.read([pages], None, date.today()))
    spent["reading"] = time.perf_counter() - began
    embedder = local_embedder(os.environ)
    for owner, name, stage in watched:
        setattr(owner, name, timed(getattr(owner, name), stage, spent))
    embedder.load()
    writer.add(Path(library), rows, embedder)
    whole = time.perf_counter() - whole
    spent["merging, catalogue and the rest"] = whole - sum(spent.values())
    for stage, taken in spent.items():
        print(f"  {stage:32}{taken:7.2f} s{taken / whole:7.1%}")


def timed(work: Any, stage: str, spent: dict[str, float]) -> Any:
    """Return the same, adding the time it takes to its stage."""

    def run(*given: Any, **named: Any) -> Any:
        began = time.perf_counter()
        try:
            return work(*given, **named)
        finally:
            spent[stage] += time.perf_counter() - began

    return run


if __name__ == "__main__":
    if sys.argv[1:2] == ["stages"]:
        stages(*sys.argv[2:])
    elif len(sys.argv) in (3, 4) and not sys.argv[1].startswith("-"):
        main(*sys.argv[1:])
    else:
        sys.exit(__doc__)
