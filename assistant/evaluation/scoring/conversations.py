"""One turn of a conversation and its gold -> how well it was understood."""

from collections.abc import Mapping, Sequence
from typing import Any

from assistant.evaluation.metrics import retrieval
from assistant.evaluation.suites import GoldTurn

DEPTH = 5
HISTORIES = {
    "own": "retrieved",
    "right": "retrieved_gold",
    "none": "retrieved_alone",
    "by hand": "retrieved_standalone",
}
"""What a turn was searched with: the assistant's own history, that of right answers, none, a hand-written question."""


def scores(
    wanted: GoldTurn, turn: Mapping[str, Any], groups: Sequence[frozenset[str]], before: frozenset[str]
) -> dict[str, float | None]:
    """Return recall@5 by what the turn does to the conversation and by its kind, under every history; for a follow-up
    also the gap to the hand-written question, and the share of its citations that are gold only for earlier turns.

    `before` are the gold papers of the earlier turns.
    """
    about = "switch" if wanted.kind == "switch" else wanted.about
    found = {history: retrieval.recall(groups, turn[field], DEPTH) for history, field in HISTORIES.items()}
    values: dict[str, float | None] = {f"{about}, {history}": value for history, value in found.items()}
    if about in ("new", "switch"):
        return values
    values |= {f"{wanted.kind}, {history}": value for history, value in found.items()}
    values["rewrite_gap"] = found["by hand"] - found["right"]
    own: frozenset[str] = frozenset().union(*groups)
    named = {finding["paper"] for claim in turn["claims"] for finding in claim["findings"]}
    values["stale"] = sum(id in before - own for id in named) / len(named) if named else None
    return values
