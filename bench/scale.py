"""Run `python -m bench.scale [--sizes 1000,10000,100000] [--million] [--folder DIR]`: what a library costs by its size.

One table of the sizes side by side, and of each to the one before it. Every figure is of a process of its own; the time
of making papers and vectors (see `made_papers`) is taken out.
"""

import argparse
import contextlib
import itertools
import json
import math
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.made_papers import DAYS, TimedRows, WordVectors, entries, titles

if TYPE_CHECKING:
    from assistant.library.snapshot import LibrarySnapshot

# -- what runs in a process of its own; each prints one line of JSON


def add(folder: str, count: str) -> dict[str, float]:
    """Ingest so many papers more."""
    from assistant.library import database, writer
    from assistant.library.catalogue import Catalogue

    embedder = WordVectors()
    start = 0
    if not database.vacant(Path(folder)):
        with contextlib.closing(Catalogue(Path(folder))) as catalogue:
            start = catalogue.count()[0]
    rows = TimedRows(entries(start, start + int(count)))
    report = writer.add(Path(folder), rows, embedder)
    if len(report.added) != int(count):
        _fail(f"{len(report.added)} of {count} papers were added")
    return {"excluded": embedder.seconds + rows.seconds}


def search(folder: str) -> dict[str, float]:
    """Ask one question."""
    from assistant.library.snapshot import LibrarySnapshot
    from assistant.retrieval import retriever

    embedder = WordVectors()
    with LibrarySnapshot(Path(folder), embedder.fingerprint, on_message=_fail) as library:
        if len(retriever.search(library, embedder, "how to learn representations", 10)) != 10:
            _fail("a search did not find 10 papers")
    return {"excluded": embedder.seconds}


def warm(folder: str) -> dict[str, float]:
    """Ask many questions, with and without a filter that admits 1 %, and compare the nearest vectors with all."""
    from assistant.app.filters import admitted
    from assistant.library.snapshot import LibrarySnapshot
    from assistant.retrieval import retriever
    from assistant.retrieval.filters import Filter

    embedder = WordVectors()
    chance = np.random.default_rng(5)
    pool = titles()
    questions = [" ".join(pool[place]) for place in chance.integers(0, len(pool), 43)]
    vectors = embedder.embed(questions)
    last = Filter(since=date(2015, 1, 1) + timedelta(DAYS - DAYS // 100))
    facts: dict[str, float] = {"excluded": 0.0}
    with LibrarySnapshot(Path(folder), embedder.fingerprint, on_message=_fail) as library:
        for name, papers_filter in (("", None), (", filter of 1 %", last)):
            seconds = []
            for question, vector in zip(questions, vectors, strict=True):
                began = time.perf_counter()
                allowed = admitted(library, papers_filter, _fail) if papers_filter else None
                retriever.retrieve(library, vector, question, 10, allowed)
                seconds.append(time.perf_counter() - began)
            facts[f"p50{name}"] = statistics.median(seconds[3:])
            facts[f"p95{name}"] = float(np.quantile(seconds[3:], 0.95))
        facts["recall"] = recall(library, vectors)
    return facts


def recall(library: "LibrarySnapshot", vectors: NDArray[np.float32]) -> float:
    """Return which share of the ten nearest papers by all vectors is among the candidates that are ranked."""
    from assistant.retrieval.retriever import CANDIDATES

    shares = []
    for vector in vectors:
        exact = np.argsort(-library.table.cosines(vector))[:10]
        [near] = library.candidates(vector[None], CANDIDATES)() or [[]]
        shares.append(len({library.table.ids[row] for row in exact} & set(near)) / 10)
    return statistics.mean(shares)


def _fail(message: str) -> None:
    raise RuntimeError(message)  # nothing is wrong with these libraries


def main(sizes: Sequence[int], folder: Path) -> None:
    """Measure each size and print the table."""
    columns = {size: measured(folder / str(size), size) for size in sizes}
    heads = [f"{size:,}" for size in sizes]
    heads += [f"{large:,}/{small:,}" for small, large in itertools.pairwise(sizes)]
    print(f"{'':44}" + "".join(f"{head:>16}" for head in [*heads, "exponent"]))
    for name in columns[sizes[0]]:
        row = [columns[size][name] for size in sizes]
        cells = [f"{value:.4g}" for value in row]
        cells += [f"x{after / before:.2f}" for before, after in itertools.pairwise(row)]
        cells += [f"{math.log(row[-1] / row[0], sizes[-1] / sizes[0]):.2f}"] if len(row) > 1 else []
        print(f"{name:44}" + "".join(f"{cell:>16}" for cell in cells))


def measured(folder: Path, size: int) -> dict[str, float]:
    """Make a library of this size where there is none, and return its figures by name."""
    whole = None if folder.exists() else run("add", folder, size)
    one, several = run("add", folder, 1), run("add", folder, 1_000)
    cold, many = run("search", folder), run("warm", folder)
    disk = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    print(f"measured {size:,}", file=sys.stderr)
    return {
        "all at once, s": whole["seconds"] if whole else math.nan,
        "memory of that, MB": whole["memory"] if whole else math.nan,
        "one more paper, s": one["seconds"],
        "1,000 more papers, s": several["seconds"],
        "cold search, s": cold["seconds"],
        **{f"warm retrieval {part}, ms": 1000 * many[part] for part in many if part.startswith("p")},
        "recall@10 of the vectors against exact": many["recall"],
        "memory of a search, MB": cold["memory"],
        "memory of an ingest of 1,000, MB": several["memory"],
        "KB a paper on disk": disk / 1024 / (size + 1_001),
    }


def run(step: str, *words: object) -> dict[str, float]:
    """Run a step in a process of its own; return what it prints, its seconds without `excluded`, and its MB."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "bench.scale", step, *map(str, words)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # as the command line sets it
    folder = Path(__file__).parents[1]
    done = subprocess.run(command, text=True, check=True, stdout=subprocess.PIPE, cwd=folder, env=environment)
    facts: dict[str, float] = json.loads(done.stdout)
    return facts | {"seconds": time.perf_counter() - began - facts["excluded"]}


STEPS: dict[str, Callable[..., dict[str, float]]] = {"add": add, "search": search, "warm": warm}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in STEPS:
        figures = STEPS[sys.argv[1]](*sys.argv[2:])
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps(figures | {"memory": memory}))
        sys.exit()
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--sizes", default="1000,10000,100000")
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    sizes = [int(size) for size in options.sizes.split(",")] + ([1_000_000] if options.million else [])
    with tempfile.TemporaryDirectory() as temporary:
        main(sizes, options.folder or Path(temporary))
