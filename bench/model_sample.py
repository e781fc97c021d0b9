"""The questions of evals/daily_papers -> a sample by seed in which answerable, near and foreign ones alternate.

A smaller sample is the beginning of a larger one with the same seed. Nothing to run.
"""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

QUESTIONS = Path(__file__).parents[1] / "evals" / "daily_papers" / "questions.jsonl"
_PATTERN = [name for last in ("near", "near", "foreign", "near") for name in ("answerable", "answerable", last)]


def kind(question: Mapping[str, Any]) -> str:
    """Return whether a question is answerable, a near miss, or foreign to the library.

    >>> kind({"answerable": False, "reason": "foreign: everyday"})
    'foreign'
    """
    if question["answerable"]:
        return "answerable"
    return "foreign" if str(question["reason"]).startswith("foreign") else "near"


def sample(size: int, seed: int, split: str = "dev") -> list[dict[str, Any]]:
    """Return so many questions of a split: of 12 two thirds are answerable, three are near misses, one is foreign."""
    rows = [json.loads(row) for row in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    return list(_alternating([row for row in rows if row["split"] == split], size, seed))


def _alternating(rows: Sequence[dict[str, Any]], size: int, seed: int) -> Iterator[dict[str, Any]]:
    pools: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        pools.setdefault(kind(row), []).append(row)
    for name in sorted(pools):
        random.Random(f"{seed} {name}").shuffle(pools[name])
    for place in range(size):
        pool = pools.get(_PATTERN[place % len(_PATTERN)], [])
        if pool:
            yield pool.pop()
