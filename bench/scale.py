"""Run `python -m bench.scale [--sizes 1000,10000,100000] [--million] [--folder DIR]`: what a library costs by its size.

One table of the sizes side by side, and of each to the one before it. Every figure is of a process of its own; the time
of embedding is taken out, for vectors come from numpy: words are seeded points, and a text is the middle of its words,
so that texts on one subject lie together as real ones do. Texts are made of the words of real titles where
shared/datasets stands beside the repository, else of a seeded vocabulary.
"""

import argparse
import contextlib
import hashlib
import itertools
import json
import math
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.domain.records import Entry, Listing

if TYPE_CHECKING:
    from assistant.library.snapshot import LibrarySnapshot

DIMENSION = 384
_LATENT = 48  # dimensions in which the words lie
_NOISE = 0.02  # standard deviation of what a text has of its own in every dimension
_WORDS = 160  # of an abstract
_SUBJECTS = 4  # titles whose words a text repeats
_DAYS = 3_650
TITLES = Path(__file__).parents[2] / "shared" / "datasets"


class WordVectors:
    """An embedder without a model: unit rows, the same for the same text, near for texts that share words."""

    fingerprint = f"bench-word-vectors/{DIMENSION}"
    dimension = DIMENSION
    multilingual = False

    def __init__(self) -> None:
        self.seconds = 0.0
        """Time spent in it."""
        self._plane = np.random.default_rng(1).normal(size=(_LATENT, DIMENSION)).astype(np.float32)
        self._rows: dict[str, int] = {}
        self._points: list[NDArray[np.float32]] = []

    def embed(self, texts: Sequence[str], on_progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        """Return one unit row a text."""
        began = time.perf_counter()
        points = np.stack([self._point(text) for text in texts])
        noise = np.stack([_seeded(text, DIMENSION) for text in texts])
        vectors = points @ self._plane / math.sqrt(_LATENT) + _NOISE * noise
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        if on_progress:
            on_progress(len(texts))
        self.seconds += time.perf_counter() - began
        return vectors.astype(np.float32)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the same for questions."""
        return self.embed(texts)

    def _point(self, text: str) -> NDArray[np.float32]:
        for word in (words := re.findall(r"\w+", text.lower()) or [""]):
            if word not in self._rows:
                self._rows[word] = len(self._points)
                self._points.append(_seeded(word, _LATENT))
        middle = np.mean([self._points[self._rows[word]] for word in words], axis=0)
        unit: NDArray[np.float32] = middle / np.linalg.norm(middle)
        return unit


def _seeded(text: str, size: int) -> NDArray[np.float32]:
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return np.random.default_rng(seed).standard_normal(size, np.float32)


def titles() -> list[list[str]]:
    """Return the words of real titles, or of made ones where there are none: Zipf's law over a seeded vocabulary."""
    lines = [line for path in sorted(TITLES.glob("*/corpus.jsonl")) for line in path.read_text().splitlines()]
    if real := [re.findall(r"\w+", json.loads(line)["title"]) for line in lines]:
        return [words for words in real if words]
    chance = np.random.default_rng(2)
    words = ["".join(chance.choice(list("aeioulnrst"), 7)) for _ in range(20_000)]
    return [[words[min(rank, len(words)) - 1] for rank in chance.zipf(1.3, 9)] for _ in range(10_000)]


def entries(start: int, stop: int) -> Iterator[Entry]:
    """Yield made papers; the same number is the same paper. One in a hundred is of the last 1 % of the days."""
    pool = titles()
    for number in range(start, stop):
        chance = np.random.default_rng([3, number])
        subjects = [word for place in chance.integers(0, len(pool), _SUBJECTS) for word in pool[place]]
        others = [pool[place][0] for place in chance.integers(0, len(pool), _WORDS // 4)]
        words = [*chance.choice(subjects, _WORDS - len(others)), *others]
        title = f"{' '.join(chance.choice(subjects, 9))} {number}"
        day = date(2015, 1, 1) + timedelta(int(chance.integers(0, _DAYS)))
        listing = Listing("made.jsonl", number + 1, title, day)
        yield Entry(listing, " ".join(chance.permutation(words)), f"made{number}")


# -- what runs in a process of its own; each prints one line of JSON


def add(folder: str, count: str) -> dict[str, float]:
    """Ingest so many papers more."""
    from assistant.library import database, writer
    from assistant.library.catalogue import Catalogue

    embedder = WordVectors()
    made = time.perf_counter()
    start = 0
    if not database.vacant(Path(folder)):
        with contextlib.closing(Catalogue(Path(folder))) as catalogue:
            start = catalogue.count()[0]
    rows = list(entries(start, start + int(count)))
    made = time.perf_counter() - made
    report = writer.add(Path(folder), rows, embedder)
    if len(report.added) != len(rows):
        _fail(f"{len(report.added)} of {len(rows)} papers were added")
    return {"excluded": embedder.seconds + made}


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
    last = Filter(since=date(2015, 1, 1) + timedelta(_DAYS - _DAYS // 100))
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
        [near] = library.candidates(vector[None], CANDIDATES) or [[]]
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
    done = subprocess.run(command, text=True, check=True, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1])
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
