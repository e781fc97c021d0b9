"""A claim and the sentences of an abstract -> the sentence that says it in the same words, as a whole or in a clause.

A stretch of words is no claim of the sentence it is taken from: "it is not true that X" contains X.
"""

import re
from collections.abc import Sequence

from assistant.verification import quotes

_LEAST_WORDS = 5  # of a clause that is less than its sentence
_BEGINS = re.compile(r"(?:^|[.;:,]|(?<!\w)-)\s*(?:(?:and|but|while|whereas|so|that)\s+)?$")
_GOES_ON = re.compile(r"\s*(?:$|[.;:!?](?=\s|$)|,\s|-\s|,?\s*(?:and|but|while|whereas|although|so)\b)")
_QUALIFIES = re.compile(
    r"\b(?:not|no|never|neither|nor|none|nothing|nobody|cannot|without|hardly|scarcely|barely|rarely|seldom|unable|fail\w*"
    r"|lack\w*|far from|false\w*|untrue|wrong\w*|incorrect\w*|myth|unclear|unknown|uncertain\w*|doubt\w*|question\w*"
    r"|whether|if|unless|until|except|only|provided|assum\w+|suppos\w+|hypothes\w+|conjectur\w+|speculat\w+|claim\w*"
    r"|believ\w+|belief|thought|said|argu\w+|contrary|contradict\w*|refut\w*|disprov\w*|reject\w*|den(?:y|ies|ied)"
    r"|may|might|could|would|should|perhaps|possibl\w+|likely|seem\w*|appear\w*|suggest\w*|sometimes|instead|rather"
    r"|expect\w*|intuiti\w+|prior work|previous\w*|others?)\b|n't\b"
)
"""What may take back, or leave to others, what the rest of the sentence says."""


def says(claim: str, sentences: Sequence[str], text: str) -> str:
    """Return the sentences that say `claim` word for word; "" where none does.

    The claim is either whole sentences, or a clause between the marks and words that clauses stand between, in a
    sentence that says nothing else which might turn it round.
    """
    sentence, words = quotes.find(claim, sentences, text), quotes.normal(claim)
    said = quotes.normal(sentence)
    if not words or sentence.rstrip(" \"'”’").endswith("?") != claim.rstrip(" \"'”’").endswith("?"):
        return ""
    if said == words:
        return sentence
    if sentence not in sentences or len(words.split()) < _LEAST_WORDS:
        return ""
    before, _, after = said.partition(words)
    is_clause = _BEGINS.search(before[-40:]) and _GOES_ON.match(after)
    return sentence if is_clause and not _QUALIFIES.search(f"{before} | {after}") else ""


def is_whole(quote: str, sentences: Sequence[str], text: str) -> bool:
    """Whether a quote is nothing less than one or more whole sentences."""
    return bool(quote) and quotes.normal(quotes.find(quote, sentences, text)) == quotes.normal(quote)
