"""Labelled claims about papers of the sample library -> how often our verifier passes what it should not, and back.

    .venv/bin/python -m bench.verifier_pairs [LIBRARY]

A claim passes where its verdict is supported or weak. Cohen's kappa is between "passes as supported" and the label.
"""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

PAIRS = Path(__file__).parents[1] / "evals" / "verifier_pairs.jsonl"


def main(library: list[str]) -> None:
    pairs = [json.loads(row) for row in PAIRS.read_text().splitlines()]
    typed = "\n".join(json.dumps({"claim": pair["claim"], "papers": [pair["paper"]]}) for pair in pairs)
    command = [sys.executable, "-m", "assistant", "verify", "--stdin", "--json", *library]
    done = subprocess.run(command, input=typed, text=True, stdout=subprocess.PIPE, check=True)
    verdicts = [json.loads(row)["verdict"] for row in done.stdout.splitlines()]
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for pair, verdict in zip(pairs, verdicts, strict=True):
        table[pair["label"], pair["kind"]][verdict] += 1
    for (label, kind), counts in sorted(table.items()):
        print(f"{label:12} {kind:11} {sum(counts.values()):4}  {dict(counts.most_common())}")
    passes = [verdict == "supported" for verdict in verdicts]
    labels = [pair["label"] == "supported" for pair in pairs]
    agree = sum(a == b for a, b in zip(passes, labels, strict=True)) / len(pairs)
    chance = _by_chance(sum(passes) / len(passes), sum(labels) / len(labels))
    print(f"kappa of “supported” {(agree - chance) / (1 - chance):.3f}")
    wrong = [passed for passed, label in zip(passes, labels, strict=True) if not label]
    print(f"false pass {sum(wrong) / len(wrong):.3f} of {len(wrong)}")
    right = [passed for passed, label in zip(passes, labels, strict=True) if label]
    print(f"false fail {1 - sum(right) / len(right):.3f} of {len(right)}")


def _by_chance(first: float, second: float) -> float:
    return first * second + (1 - first) * (1 - second)


if __name__ == "__main__":
    main(["--library", sys.argv[1]] if sys.argv[1:] else [])
