"""Sentences with what they cite, and a support function -> citation recall and precision of ALCE (Gao et al. 2023)."""

from collections.abc import Callable, Sequence

Support = Callable[[frozenset[str], int], float]
"""(Cited ids, number of the sentence) -> how far these papers together support it: 0, 0.5 for a part of it, 1."""


def recall(cited: Sequence[frozenset[str]], support: Support) -> float:
    """Return the share of sentences that cite something and are fully supported by all they cite together.

    Raises `ValueError` for no sentences.
    """
    if not cited:
        raise ValueError("no sentences")
    return sum(_recalled(ids, number, support) for number, ids in enumerate(cited)) / len(cited)


def precision(cited: Sequence[frozenset[str]], support: Support) -> float | None:
    """Return the share of citations that are not irrelevant, in sentences that are fully supported; None for none.

    ALCE: a citation is irrelevant where it does not support the sentence alone and the others do without it.
    """

    def fits(id: str, ids: frozenset[str], number: int) -> bool:
        return support(frozenset([id]), number) == 1 or support(ids - {id}, number) < 1

    return _share(cited, support, fits)


def partial_precision(cited: Sequence[frozenset[str]], support: Support) -> float | None:
    """Return the precision that lets a part count (Liu, Zhang and Liang 2023): a citation fits where it fully supports
    the sentence, or where all together do, it supports a part, and none supports the whole."""

    def fits(id: str, ids: frozenset[str], number: int) -> bool:
        alone = support(frozenset([id]), number)
        return alone == 1 or (alone > 0 and all(support(frozenset([other]), number) < 1 for other in ids))

    return _share(cited, support, fits)


def _share(
    cited: Sequence[frozenset[str]], support: Support, fits: Callable[[str, frozenset[str], int], bool]
) -> float | None:
    marks = [
        _recalled(ids, number, support) and fits(id, ids, number)
        for number, ids in enumerate(cited)
        for id in sorted(ids)
    ]
    return sum(marks) / len(marks) if marks else None


def _recalled(ids: frozenset[str], number: int, support: Support) -> bool:
    return bool(ids) and support(ids, number) == 1
