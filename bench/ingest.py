"""Run `python -m bench.ingest PAGES MODEL [ROUNDS]`: how long until papers can be searched, ours against llama-index.

PAGES is a folder of listing pages. MODEL is what the stock stack embeds with: the folder in which Chroma keeps its
all-MiniLM-L6-v2 (~/.cache/chroma/onnx_models/all-MiniLM-L6-v2 once Chroma has fetched it; of its files, onnx/model.onnx
and onnx/tokenizer.json are read), or the word `same` for the graph that ours embeds with, which is laid out here as
Chroma reads it. Chroma then takes the mean over the tokens where this model wants the first: its vectors are no good,
but take the time that good ones take.

Whole processes from an empty folder, imports included, alternating. Ours is `assistant ingest`, which reads the pages;
the stock stack (bench/stock.py) is handed the same papers as JSON, so that reading is not timed against it, and runs
with its own batch sizes and threads. One search in each result, outside the timing, shows that it can be searched. Then
one run of ours in stages. CPU seconds (user and system, of all threads) stand beside the wall clock's, on which other
work on the machine tells.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

QUESTION = "How can reward overoptimization be mitigated?"
SAME = "same"
TARGETS = {"all-MiniLM-L6-v2": 0.6, "the same model": 0.4}
READ = ("model.onnx", "tokenizer.json")
LOOKED_FOR = (*READ, "config.json", "special_tokens_map.json", "tokenizer_config.json", "vocab.txt")
"""What Chroma's function looks for in MODEL's folder onnx; where one is missing, it fetches an archive of them all."""


@dataclass(frozen=True, slots=True)
class Seconds:
    """What a process took."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.1f} s (CPU {self.cpu:.1f} s)"


def main(pages: str, model: str, rounds: str = "3") -> None:
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        papers = prepare(folder, pages)
        name = "the same model" if model == SAME else "all-MiniLM-L6-v2"
        model = str(same_model(folder)) if model == SAME else model
        if missing := [name for name in LOOKED_FOR if not (Path(model) / "onnx" / name).is_file()]:
            sys.exit(f"{model}/onnx has no {', '.join(missing)}: name the folder that Chroma fetched, or `{SAME}`")
        taken: defaultdict[str, list[Seconds]] = defaultdict(list)
        for number in range(int(rounds)):
            ours, stock = folder / f"ours{number}", folder / f"stock{number}"
            took, _ = run("assistant", "ingest", "--library", str(ours), pages)
            taken["ours"].append(took)
            took, count = run("bench.stock", str(folder / "papers.json"), model, str(stock))
            taken["stock"].append(took)
            assert int(count) >= papers
            _, hits = run("assistant", "search", "--library", str(ours), "--json", QUESTION)
            assert json.loads(hits.splitlines()[0])
            print(f"round {number + 1}: ours {taken['ours'][-1]}, stock {taken['stock'][-1]}", flush=True)
        _, report = run("bench.ingest", "stages", str(folder / "stages"), pages)
    of_ours, of_stock = median(taken["ours"]), median(taken["stock"])
    print(f"{papers} papers, stock with {name}, medians of {rounds}: ours {of_ours}, stock {of_stock}")
    ratios = f"{of_ours.wall / of_stock.wall:.3f} of wall, {of_ours.cpu / of_stock.cpu:.3f} of CPU seconds"
    print(f"ours / stock {ratios}   (of wall at most {TARGETS[name]})")
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


def same_model(folder: Path) -> Path:
    """Return a folder in which Chroma's embedding function finds the graph and the tokenizer that ours embeds with, and
    empty files in place of those that it does not read."""
    from assistant.models.onnx.places import find_published
    from assistant.models.onnx.published import BGE_SMALL

    files = find_published(BGE_SMALL, os.environ)
    home = folder / SAME / "onnx"
    home.mkdir(parents=True)
    paths = dict(zip(READ, (files.model, files.tokenizer), strict=True))
    for name in LOOKED_FOR:
        (home / name).symlink_to(paths[name]) if name in paths else (home / name).touch()
    return home.parent


def run(module: str, *words: str) -> tuple[Seconds, str]:
    """Run a module in a process of its own; return what it took, and what it printed."""
    command = [sys.executable, "-m", module, *words]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, text=True, check=True, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1])
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Seconds(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime), done.stdout


def median(taken: Sequence[Seconds]) -> Seconds:
    """Return the medians of both clocks."""
    return Seconds(statistics.median(took.wall for took in taken), statistics.median(took.cpu for took in taken))


def stages(library: str, pages: str) -> None:
    """Ingest in this process with a watch on each stage, and print where the time went."""
    spent: dict[str, Seconds] = {}
    whole = now()
    timed(_import, "imports", spent)()

    from assistant import ingest
    from assistant.library import bm25, chroma, probe, writer
    from assistant.models.onnx.embedder import OnnxEmbedder
    from assistant.models.onnx.local import local_embedder

    watched: Sequence[tuple[Any, str, str]] = (
        (OnnxEmbedder, "load", "loading the model"),
        (OnnxEmbedder, "embed", "embedding"),
        (bm25, "build_numbered", "word index"),
        (chroma.ChromaIndex, "__init__", "Chroma: opening"),
        (chroma.ChromaIndex, "put", "Chroma: writing"),
        (chroma.ChromaIndex, "close", "Chroma: closing"),
        (probe, "compare", "proof"),
    )
    rows = timed(lambda: list(ingest.read([pages], None, date.today())), "reading", spent)()
    embedder = local_embedder(os.environ)
    for owner, name, stage in watched:
        setattr(owner, name, timed(getattr(owner, name), stage, spent))
    embedder.load()
    writer.add(Path(library), rows, embedder)
    whole = since(whole)
    named = [sum(took.wall for took in spent.values()), sum(took.cpu for took in spent.values())]
    spent["merging, catalogue and the rest"] = Seconds(whole.wall - named[0], whole.cpu - named[1])
    print(f"{'stage':34}{'wall':>8}{'CPU':>10}{'of CPU':>8}")
    for stage, took in spent.items():
        print(f"  {stage:32}{took.wall:8.2f} s{took.cpu:8.2f} s{took.cpu / whole.cpu:8.1%}")


def _import() -> None:
    import chromadb_rust_bindings  # noqa: F401
    import onnxruntime  # noqa: F401
    import tokenizers  # noqa: F401


def now() -> Seconds:
    """Return what both clocks show."""
    return Seconds(time.perf_counter(), time.process_time())


def since(began: Seconds) -> Seconds:
    """Return what has passed on both clocks."""
    return Seconds(time.perf_counter() - began.wall, time.process_time() - began.cpu)


def timed(work: Any, stage: str, spent: dict[str, Seconds]) -> Any:
    """Return the same, adding the time it takes to its stage."""

    def timed_work(*given: Any, **named: Any) -> Any:
        began = now()
        try:
            return work(*given, **named)
        finally:
            took, former = since(began), spent.get(stage, Seconds(0.0, 0.0))
            spent[stage] = Seconds(former.wall + took.wall, former.cpu + took.cpu)

    return timed_work


if __name__ == "__main__":
    if sys.argv[1:2] == ["stages"]:
        stages(*sys.argv[2:])
    elif len(sys.argv) in (3, 4) and not sys.argv[1].startswith("-"):
        main(*sys.argv[1:])
    else:
        sys.exit(__doc__)
