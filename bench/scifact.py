"""Run `python -m bench.scifact FOLDER [train]`: retrieval on SciFact through the public commands.

FOLDER holds corpus.jsonl, queries.jsonl with qrels.tsv (test) and queries_train.jsonl with qrels_train.tsv.
The figures are nDCG cut at 10, and recall at 100, by the metrics of `assistant eval`.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from assistant.evaluation.metrics import retrieval


def main(folder: Path, split: str) -> None:
    suffix = "_train" if split == "train" else ""
    relevant: defaultdict[str, set[str]] = defaultdict(set)
    for row in (folder / f"qrels{suffix}.tsv").read_text().splitlines()[1:]:
        query, paper, grade = row.split("\t")
        if int(grade) > 0:
            relevant[query].add(paper)
    rows = [json.loads(row) for row in (folder / f"queries{suffix}.jsonl").read_text().splitlines()]
    queries = [row for row in rows if row["_id"] in relevant]
    with tempfile.TemporaryDirectory() as temporary:
        library = os.environ.get("BENCH_LIBRARY", temporary)
        began = time.perf_counter()
        run("ingest", "--json", "--library", library, str(folder / "corpus.jsonl"))
        ingested = time.perf_counter() - began
        questions = "\n".join(" ".join(row["text"].split()) for row in queries)
        began = time.perf_counter()
        lines = run("search", "--stdin", "--json", "-k", "100", "--library", library, typed=questions).splitlines()
        searched = time.perf_counter() - began
    hits = [[hit["id"] for hit in json.loads(line)["hits"]] for line in lines]
    gold = [relevant[row["_id"]] for row in queries]
    gains = [retrieval.ndcg(dict.fromkeys(ids, 1.0), ranking, 10) for ids, ranking in zip(gold, hits, strict=True)]
    recalls = [
        retrieval.recall([frozenset([id]) for id in ids], ranking, 100) for ids, ranking in zip(gold, hits, strict=True)
    ]
    print(
        f"SciFact {split}: {len(queries)} queries, ingest {ingested:.0f} s, search {searched / len(queries):.3f} s each"
    )
    print(f"nDCG@10     {sum(gains) / len(gains):.4f}   (at least 0.735)")
    print(f"recall@100  {sum(recalls) / len(recalls):.4f}   (at least 0.965)")


def run(*words: str, typed: str = "") -> str:
    """Return the standard output of one assistant command."""
    command = [sys.executable, "-m", "assistant", *words]
    return subprocess.run(command, input=typed, text=True, check=True, stdout=subprocess.PIPE).stdout


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) == 3 else "test")
