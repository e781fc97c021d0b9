"""A claim -> its opposites, and with a cross-encoder whether a sentence fits one of them better than the claim."""

import re
from collections.abc import Iterator

from assistant.models.base import Reranker
from assistant.verification.lexicon import Lexicon

MARGIN = 0.5
"""Logits by which a twin has to fit better; set on SciFact's train claims and on evals/verifier_pairs.jsonl."""
_MOST_TWINS = 6  # of one claim
_WORD = re.compile(r"[^\W\d_]+")
_NOT = re.compile(r"\b(?:not|never|hardly) |\bno (?=\w)", re.IGNORECASE)
_AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|has|have|had|can|could|will|would|may|might|must|should|does|do|did)\b(?! not\b|n['’]t)",
    re.IGNORECASE,
)
_CONTRACTION = re.compile(r"\b(\w+)n['’]t\b")
_RELATION = re.compile(
    r" (?:(?:is|are|was|were) )?(?:better than|worse than|more \w+ than|less \w+ than|\w+er than|outperforms?"
    r"|exceeds?|surpass(?:es)?|causes?|precedes?|follows?|but not|rather than) ",
    re.IGNORECASE,
)


def better(claim: str, sentence: str, lexicon: Lexicon, reranker: Reranker) -> str:
    """Return the twin that the sentence fits better than the claim, by `MARGIN` at least; "" where none does.

    Raises `ModelError`.
    """
    flipped = list(dict.fromkeys(twins(claim, lexicon)))[:_MOST_TWINS]
    if not flipped:
        return ""
    scores = reranker.score([(sentence, text) for text in (claim, *flipped)])
    best = int(scores[1:].argmax())
    return flipped[best] if scores[1 + best] >= scores[0] + MARGIN else ""


def twins(claim: str, lexicon: Lexicon) -> Iterator[str]:
    """Yield the claim with one word turned into its opposite, denied or no longer so, and with its sides exchanged.

    >>> list(twins("The old method is not slow.", Lexicon(lambda word: [word])))
    ['The old method is not fast.', 'The old method is slow.']
    """
    claim = " ".join(claim.split())
    for match in _WORD.finditer(claim):
        for opposite in lexicon.opposites(match[0].casefold()):
            yield claim[: match.start()] + opposite + claim[match.end() :]
    affirmed = _CONTRACTION.sub(r"\1", _NOT.sub("", claim))
    if affirmed != claim:
        yield affirmed
    elif auxiliary := _AUXILIARY.search(claim):
        yield f"{claim[: auxiliary.end()]} not{claim[auxiliary.end() :]}"
    if relation := _RELATION.search(claim):
        left, right = claim[: relation.start()], claim[relation.end() :].rstrip(" .")
        yield f"{right}{relation[0]}{left}."
