"""Run `python -m bench.verifier_pairs [LIBRARY]`: how often our verifier passes labelled claims that it should not.

The claims are about papers of the sample library, and how often it fails those that it should pass is counted too. A
claim passes where its verdict is supported or located. Cohen's kappa is between "passes" and the label.
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
    passes = [verdict in ("supported", "located") for verdict in verdicts]
    true = [pair["label"] == "supported" for pair in pairs]
    agree = sum(a == b for a, b in zip(passes, true, strict=True)) / len(pairs)
    chance = _by_chance(sum(passes) / len(passes), sum(true) / len(true))
    print(f"kappa of “passes” {(agree - chance) / (1 - chance):.3f}")
    wrong = [passed for passed, is_right in zip(passes, true, strict=True) if not is_right]
    print(f"false pass {sum(wrong) / len(wrong):.3f} of {len(wrong)}")
    right = [passed for passed, is_right in zip(passes, true, strict=True) if is_right]
    print(f"false fail {1 - sum(right) / len(right):.3f} of {len(right)}")


def _by_chance(first: float, second: float) -> float:
    return first * second + (1 - first) * (1 - second)


if __name__ == "__main__":
    if len(sys.argv) > 2 or any(word.startswith("-") for word in sys.argv[1:]):
        sys.exit(__doc__)
    main(["--library", sys.argv[1]] if sys.argv[1:] else [])
