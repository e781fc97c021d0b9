"""A claim and a sentence that says nearly the same -> whether one of them denies what the other affirms."""

import re
from collections.abc import Callable

_NEGATOR = re.compile(r"\b(?:not|no|never|neither|nor|none|cannot|without|hardly|unable)\b|\w+n['’]t\b", re.IGNORECASE)
_ALIKE = 0.8
"""Least share of the words of both that they have in common (Jaccard): a paraphrase may well turn a phrase round."""


def differs(claim: str, sentence: str, terms: Callable[[str], list[str]]) -> bool:
    """Whether claim and sentence have the same content words, and one has a negation too many or too few.

    `terms` gives the index terms of some words. It sees "does not help" against "helps"; it does not see opposites.
    """
    if len(_NEGATOR.findall(claim)) % 2 == len(_NEGATOR.findall(sentence)) % 2:
        return False
    first, second = set(terms(_NEGATOR.sub(" ", claim))), set(terms(_NEGATOR.sub(" ", sentence)))
    return len(first & second) >= _ALIKE * len(first | second) > 0
