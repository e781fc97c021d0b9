"""A claim and a sentence in nearly the same words -> whether one of them denies what the other affirms."""

import re
from collections.abc import Callable

_NEGATOR = re.compile(r"\b(?:not|no|never|neither|none|cannot|without|hardly|unable)\b|\b\w+n['’]t\b", re.IGNORECASE)
_ALIKE = 0.75
"""Minimum share of the claim's words that the sentence has: with fewer it is a paraphrase, which may express the same
with another number of negations. Of the claims in evals/verifier_pairs.jsonl whose number of negations differs from the
sentence's, half of those that deny it share more, and none of the others more than 0.59."""


def mismatch(claim: str, sentence: str, terms: Callable[[str], list[str]]) -> bool:
    """Whether the sentence has the words of the claim, and just one of the two an odd number of negations.

    `terms` gives the index terms of some words. It sees "does not help" against "helps", but no antonyms: "worsens".
    """
    if len(_NEGATOR.findall(claim)) % 2 == len(_NEGATOR.findall(sentence)) % 2:
        return False
    claimed, present = set(terms(_NEGATOR.sub(" ", claim))), set(terms(_NEGATOR.sub(" ", sentence)))
    return len(claimed & present) >= _ALIKE * len(claimed) > 0
