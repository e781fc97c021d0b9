"""A claim -> its opposites, and with a cross-encoder whether a sentence fits one of them better than the claim."""

import re
from collections.abc import Iterator

from assistant.models.base import Reranker
from assistant.verification import opposition
from assistant.verification.lexicon import Lexicon

_MARGIN = 0.5
"""Logits of ms-marco-MiniLM-L-12 by which a twin has to fit better. With the share of words that is asked for, 1 of 140
right claims and 11 of 140 refuted ones of SciFact's train half have such a twin, but of the dev half of
evals/twins.jsonl 1 of 64 false claims and 2 of 54 good ones: enough for a warning, not for a verdict."""
_MOST_TWINS = 6  # of one claim
_WORD = re.compile(r"[^\W\d_]+")
_NOT = re.compile(r"\b(?:not|never|hardly) |\bno (?=\w)", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|could|will|would|may|might|must|should|does|do|did)\b(?! not\b|n['’]t)",
    re.IGNORECASE,
)
_CONTRACTION = re.compile(r"\b(\w+)n['’]t\b")
_RELATION = re.compile(
    r" (?:(?:is|are|was|were) )?(?:better than|worse than|more \w+ than|less \w+ than|\w+er than|outperforms?|exceeds?"
    r"|surpass(?:es)?|causes?|precedes?|follows?|but not|rather than) ",
    re.IGNORECASE,
)


def better(claim: str, sentence: str, lexicon: Lexicon, reranker: Reranker) -> str:
    """Return the twin that the sentence fits clearly better than the claim; "" where none does, or where the two share
    so few words that a cross-encoder's preference for one wording says nothing.

    The claim is given as the question and the sentence as the passage. Raises `ModelError`.
    """
    if opposition.share(claim, sentence, lexicon) < opposition.LEAST_SHARE:
        return ""
    known = frozenset(map(lexicon.name, lexicon.tokens(sentence)))
    flipped = list(dict.fromkeys(twins(claim, lexicon, known)))[:_MOST_TWINS]
    if not flipped:
        return ""
    scores = reranker.score([(text, sentence) for text in (claim, *flipped)])
    best = int(scores[1:].argmax())
    return flipped[best] if scores[1 + best] >= scores[0] + _MARGIN else ""


def twins(claim: str, lexicon: Lexicon, known: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the claim with one word turned into its opposite, denied or no longer so, and with its sides exchanged.

    Words by whose names the sentence is `known` are left: it says them in their own sense.

    >>> list(twins("The old method is not robust.", Lexicon(lambda word: [word])))[-1]
    'The old method is robust.'
    """
    claim = " ".join(claim.split())
    for match in _WORD.finditer(claim):
        word = match[0].casefold()
        for opposite in lexicon.opposites(word) if lexicon.name(word) not in known else ():
            yield claim[: match.start()] + _inflected(opposite, word) + claim[match.end() :]
    affirmed = _CONTRACTION.sub(r"\1", _NOT.sub("", claim))
    if affirmed != claim:
        yield affirmed
    elif auxiliary := _AUXILIARY.search(claim):
        yield f"{claim[: auxiliary.end()]} not{claim[auxiliary.end() :]}"
    if relation := _RELATION.search(claim):
        left, right = claim[: relation.start()], claim[relation.end() :].rstrip(" .")
        yield f"{right}{relation[0]}{left}."


def _inflected(word: str, like: str) -> str:
    """Return a word of the table with the ending of another, if that has one: "decrease", "raises" -> "decreases"."""
    for ending in ("ing", "ed"):
        if like.endswith(ending) and not word.endswith(ending):
            return word.removesuffix("e") + ending
    return word + "s" if like.endswith("s") and not word.endswith("s") and not like.endswith("ss") else word
