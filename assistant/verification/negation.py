"""A claim and a sentence that says nearly the same -> whether one of them denies what the other affirms."""

import re
from collections.abc import Callable

_NEGATOR = re.compile(r"\b(?:not|no|never|neither|none|cannot|without|hardly|unable)\b|\w+n['’]t\b", re.IGNORECASE)
_ALIKE = 0.75
"""Least share of the claim's words that the sentence has: a paraphrase may well turn a phrase round. Of the claims in
evals/verifier_pairs.jsonl with another number of negations, half of those that deny have more, of the others none has
more than 0.59."""


def mismatch(claim: str, sentence: str, terms: Callable[[str], list[str]]) -> bool:
    """Whether the sentence has the content words of the claim, and one of them a negation too many or too few.

    `terms` gives the index terms of some words. It sees "does not help" against "helps"; it does not see opposites.
    """
    if len(_NEGATOR.findall(claim)) % 2 == len(_NEGATOR.findall(sentence)) % 2:
        return False
    first, second = set(terms(_NEGATOR.sub(" ", claim))), set(terms(_NEGATOR.sub(" ", sentence)))
    return len(first & second) >= _ALIKE * len(first) > 0
