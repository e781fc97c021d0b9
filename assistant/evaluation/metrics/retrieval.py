"""A ranking and what it should hold -> recall, reciprocal rank, nDCG, and how much of it was ever judged.

`groups` are gold groups: sets of interchangeable ids, of each of which a right answer needs one. `ranking` holds ids,
best first, without repetitions. `depth` counts from 1.
"""

import math
from collections.abc import Collection, Mapping, Sequence

Groups = Sequence[frozenset[str]]


def recall(groups: Groups, ranking: Sequence[str], depth: int) -> float:
    """Return the share of groups with a member among the first `depth`: R@k of trec_eval where groups are single ids.

    Raises `ValueError` where there are no groups: a question without gold has no recall.
    """
    _check(groups, depth)
    first = set(ranking[:depth])
    return sum(not first.isdisjoint(group) for group in groups) / len(groups)


def all_recall(groups: Groups, ranking: Sequence[str], depth: int) -> float:
    """Return 1 where every group has a member among the first `depth`, else 0: what a synthesis needs."""
    return float(recall(groups, ranking, depth) == 1.0)


def reciprocal_rank(groups: Groups, ranking: Sequence[str]) -> float:
    """Return 1 / rank of the first member of any group, 0 where there is none (Voorhees, TREC-8)."""
    _check(groups, 1)
    gold = frozenset().union(*groups)
    return next((1.0 / rank for rank, id in enumerate(ranking, 1) if id in gold), 0.0)


def ndcg(gains: Mapping[str, float], ranking: Sequence[str], depth: int) -> float:
    """Return DCG / ideal DCG over the first `depth`, with linear gains: sum of gain / log2(rank + 1), as trec_eval's
    ndcg_cut (Järvelin and Kekäläinen 2002 have the logarithm, Burges's exponential gain is another measure).

    Raises `ValueError` where no gain is positive.
    """
    _check([frozenset(gains)], depth)
    ideal = _discounted(sorted(gains.values(), reverse=True)[:depth])
    if ideal <= 0:
        raise ValueError("no paper has a gain")
    return _discounted([gains.get(id, 0.0) for id in ranking[:depth]]) / ideal


def judged(judgements: Collection[str], ranking: Sequence[str], depth: int) -> float | None:
    """Return the share of the first `depth` that somebody judged, None for an empty ranking.

    What nobody judged counts as wrong in every metric: where this is low, a new ranking is not worse, but unknown.
    """
    _check([frozenset()], depth)
    first = ranking[:depth]
    return sum(id in judgements for id in first) / len(first) if first else None


def _discounted(gains: Sequence[float]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


def _check(groups: Groups, depth: int) -> None:
    if depth < 1:
        raise ValueError(f"depth {depth}: ranks count from 1")
    if not groups:
        raise ValueError("a question without gold papers has no place among these means")
