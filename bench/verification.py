"""Run `python -m bench.verification SCIFACT_FOLDER LIBRARY [train|validation]`: how good `assistant verify` is.

The library is one of SciFact's papers; only the public commands are used. A: quotes that are annotated evidence. B:
right citations against the nearest wrong paper, by `score`. C: citations shifted by one within groups of five claims.
D: claims a second. And where it ends: random papers, refuted claims.
"""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from bench import evidence_sentences
from bench.evidence_sentences import Marked, SciFact
from bench.regression import Array, auc, kept_share

Case = tuple[str, list[str]]
"""A claim and the ids of the papers it is said to rest on."""
_FAILING = ("unsupported", "contradicted", "misattributed")
_GROUP = 5


def assistant(words: list[str], typed: str) -> list[dict[str, Any]]:
    """Run one command over lines and return its JSON lines."""
    command = [sys.executable, "-m", "assistant", *words]
    done = subprocess.run(command, input=typed, text=True, check=True, stdout=subprocess.PIPE)
    return [json.loads(line) for line in done.stdout.splitlines()]


def verify(library: Path, cases: list[Case]) -> list[dict[str, Any]]:
    typed = "\n".join(json.dumps({"claim": claim, "papers": papers}) for claim, papers in cases)
    return assistant(["verify", "--stdin", "--json", "--library", str(library)], typed)


def nearest_wrong(library: Path, rows: list[Marked], scifact: SciFact) -> list[Case]:
    """Cite for each claim its best-ranked paper that nobody tied to it."""
    claims = {row.claim_id: row.claim for row in rows}
    lines = "\n".join(claims.values())
    results = assistant(["search", "--stdin", "--json", "-k", "30", "--library", str(library)], lines)
    cases: list[Case] = []
    for (claim_id, claim), hits in zip(claims.items(), results, strict=True):
        wrong = next(hit["id"] for hit in hits["hits"] if hit["id"] not in scifact.tied[claim_id])
        cases.append((claim, [wrong]))
    return cases


def shifted(rows: list[Marked], scifact: SciFact, seed: int) -> tuple[list[Case], list[Case]]:
    """Return right citations, and those of the next claim in groups of five drawn at random."""
    first = {row.claim_id: row for row in reversed(rows)}
    order = [list(first.values())[at] for at in np.random.default_rng(seed).permutation(len(first))]
    right: list[Case] = []
    wrong: list[Case] = []
    for start in range(0, len(order), _GROUP):
        group = order[start : start + _GROUP]
        for row, other in zip(group, group[1:] + group[:1], strict=True):
            right.append((row.claim, [row.paper_id]))
            if other.paper_id not in scifact.tied[row.claim_id]:
                wrong.append((row.claim, [other.paper_id]))
    return right, wrong


def joined(rows: list[Marked], scifact: SciFact, wrong: list[Case]) -> tuple[list[Case], list[Case]]:
    """Return claims made of two, citing the paper of each; and the same with one of the papers wrong."""
    first = list({row.claim_id: row for row in reversed(rows)}.values())
    wrong_of = {claim: papers[0] for claim, papers in wrong}
    pairs = list(zip(first[::2], first[1::2], strict=False))
    sentences = [f"{row.claim.rstrip('. ')}, and {other.claim}" for row, other in pairs]
    right = [(text, [row.paper_id, other.paper_id]) for text, (row, other) in zip(sentences, pairs, strict=True)]
    bad = [(text, [row.paper_id, wrong_of[other.claim]]) for text, (row, other) in zip(sentences, pairs, strict=True)]
    return right, bad


def table(name: str, verdicts: list[dict[str, Any]]) -> None:
    counts = Counter(verdict["verdict"] for verdict in verdicts)
    steps = Counter(verdict["step"] for verdict in verdicts if verdict["verdict"] in _FAILING)
    shares = "".join(f"{counts[kind] / len(verdicts):9.1%}" for kind in ("supported", "located", *_FAILING))
    print(f"    {name:34}{len(verdicts):5}{shares}   {dict(steps)}")


def scores(verdicts: list[dict[str, Any]]) -> Array:
    return np.array([verdict["score"] for verdict in verdicts], np.float64)


def failed(verdicts: list[dict[str, Any]]) -> float:
    return float(np.mean([verdict["verdict"] in _FAILING for verdict in verdicts]))


def main(folder: Path, library: Path, split: str) -> None:
    scifact = evidence_sentences.read(folder, split)
    rows = scifact.supported
    began = time.perf_counter()
    verify(library, [(rows[0].claim, [rows[0].paper_id])])
    start_up = time.perf_counter() - began
    cases: list[Case] = [(row.claim, [row.paper_id]) for row in rows]
    everything: list[Case] = [(row.claim, [row.paper_id]) for row in scifact.marked]
    wrong_cases = nearest_wrong(library, rows, scifact)
    began = time.perf_counter()
    timed = everything + wrong_cases
    verify(library, timed)
    rate = len(timed) / (time.perf_counter() - began - start_up)
    right, wrong = verify(library, cases), verify(library, wrong_cases)
    hits = [
        evidence_sentences.is_evidence(verdict["quote"], row.evidence) for verdict, row in zip(right, rows, strict=True)
    ]
    print(f"SciFact {split}: {len(rows)} supported citations")
    print(f"A   quote is annotated evidence                  {np.mean(hits):.1%}   (at least 68 %)")
    ours, theirs = scores(right), scores(wrong)
    print(f"B   AUC against the nearest wrong paper          {auc(ours, theirs):.3f}   (at least 0.88)")
    print(f"    kept where one in ten wrong ones passes      {kept_share(ours, theirs)[0]:.1%}   (at least 72 %)")
    caught, flagged = [], []
    for seed in (0, 1, 2):
        right_cases, moved = shifted(rows, scifact, seed)
        caught.append(failed(verify(library, moved)))
        flagged.append(failed(verify(library, right_cases)))
    print(f"C   shifted citations caught                     {np.mean(caught):.1%}   (at least 90 %)")
    print(f"    right ones wrongly flagged                   {np.mean(flagged):.1%}")
    print(f"D   claims a second after start-up ({start_up:.1f} s)       {rate:.0f}   (at least 50)")
    names = "".join(f"{name:>9}" for name in ("supp.", "located", "unsupp.", "contrad.", "misattr."))
    print(f"    {'verdicts':39}{names}   failed by step")
    table("right paper", right)
    table("nearest wrong paper", wrong)
    papers = sorted({paper for _, cited in cases + wrong_cases for paper in cited})
    drawn = np.random.default_rng(3)
    anything = verify(library, [(claim, [papers[int(drawn.integers(len(papers)))]]) for claim, _ in cases])
    table("random paper", anything)
    refuted = verify(library, [(row.claim, [row.paper_id]) for row in scifact.refuted])
    table("refuted by the cited paper", refuted)
    pairs, half_wrong = joined(rows, scifact, wrong_cases)
    table("two claims joined, both papers", verify(library, pairs))
    table("two joined, one paper near but wrong", verify(library, half_wrong))
    print(f"    AUC right against random {auc(ours, scores(anything)):.3f},", end=" ")
    print(f"supported against refuted {auc(ours, scores(refuted)):.3f}: located evidence, not proof")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3] if len(sys.argv) == 4 else "validation")
