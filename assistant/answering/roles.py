"""A question and a sentence of an abstract -> the part that the sentence plays there, as numbers.

What it plays is read off its words: a finding, an open question, an aim, what others did; and whether it gives what the
question asks for. `passages` weighs these numbers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.answering import cues

COLUMNS = ("finding", "gap", "aim", "earlier", "opening", "defining", "position", "figure", "reason", "affirming")
"""Whether the sentence states a finding, an open question, an aim, what others did or hold; whether it opens the
abstract of a question that is no definition, and of one that is; its place in the abstract (0 first, 1 last); whether
it has a figure, gives a reason, or states a finding, where a figure, a reason, or yes or no is asked for."""

_SUBJECT = r"(?:we|our \w+|results?|experiments?|findings?|evidence|analys[ei]s|it|which|this|these)(?: \w+){0,4}?"
_FINDING = re.compile(
    rf"\b{_SUBJECT} (?:find|found|show(?:s|ed|n|ing)?|demonstrat\w+|prov(?:e|es|ed|ing)\b|observ\w+|reveal\w*"
    r"|suggest\w*|indicat\w+|establish\w*|confirm\w*|discover\w*|conclud\w*|uncover\w*|identif\w+|achiev\w+|outperform\w*"
    r"|improv\w+|reduc\w+|surpass\w*|yield\w*|highlight\w*|attain\w*)|\b(?:findings?|surprisingly|in fact|notably)\b",
    re.IGNORECASE,
)
_GAP = re.compile(
    r"\b(?:not|un|little|poorly|yet to be|remains?|less) ?(?:well[- ])?(?:known|clear|understood|explored|studied|open"
    r"|elusive)\b|\bremains? (?:an? )?\w* ?(?:challeng\w+|question\w*|unresolved|limited)|\bopen (?:question|problem)s?"
    r"|\brais\w+ (?:\w+ )?(?:questions?|concerns?|doubts?)|\bquestions? (?:about|of|remains?)|\bwhether\b",
    re.IGNORECASE,
)
_AIM = re.compile(
    r"\b(?:we|this (?:paper|work|study|article)|in this (?:paper|work|study)|our (?:goal|aim|work)|goal|aim),?"
    r"(?: \w+){0,4}? (?:investigat\w+|explor\w+|stud(?:y|ies)\b|examin\w+|ask\b|aim\w*|seek\w*|analy[sz]e\w*"
    r"|consider\w*|address\w*|propos\w+|introduc\w+|present\w*|develop\w*|perform\w*|conduct\w*|revisit\w*|evaluat\w+|compar\w+"
    r"|focus\w*)|\bto (?:investigate|explore|examine|address|study|this end)\b",
    re.IGNORECASE,
)
_EARLIER = re.compile(
    r"\b(?:recent(?:ly)?|prior|previous|existing|common(?:ly)?|conventional|traditional|widely|often|typically|posits?"
    r"|have (?:demonstrated|shown)|has been shown|is believed|popular|important|crucial|key (?:challenge|problem))\b",
    re.IGNORECASE,
)
_ASKS_FOR_DEFINITION = re.compile(
    r"^\s*(?:what(?:'s| is| are)\b(?!.*\b(?:happen|cause|effect|role|score|accuracy|share|rate|best|difference)\b)"
    r"|define|definition|meaning of|explain)|definition\??$|\bmeans?\?$|\bmean(?:t)? by\b|\bstands? for\b",
    re.IGNORECASE,
)
_ASKS_FOR_REASON = re.compile(
    r"\bwhy\b|\bhow come\b|\bwhat (?:\w+ )?(?:causes?|explains?|drives?|determines?|makes?|leads?)\b|\bcauses?\b"
    r"|\breasons?\b",
    re.IGNORECASE,
)
_ASKS_WHETHER = re.compile(
    r"(?:^|[,:;] *|\b(?:and|or) )(?:do|does|did|is|are|was|were|can|could|will|would|should|has|have|had|must)\b"
    r"[^?]*\?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Focus:
    """What a question asks for; one of them at most."""

    definition: bool
    figure: bool
    reason: bool
    whether: bool


def focus(question: str) -> Focus:
    """Return what a question asks for."""
    definition = bool(_ASKS_FOR_DEFINITION.search(question))
    figure = not definition and cues.asks_for_figure(question)
    reason = not (definition or figure) and bool(_ASKS_FOR_REASON.search(question))
    whether = not (definition or figure or reason) and bool(_ASKS_WHETHER.search(question))
    return Focus(definition, figure, reason, whether)


def role(sentences: Sequence[str], place: int, asks: Focus) -> list[float]:
    """Return the numbers of `COLUMNS` for the sentence at this place of an abstract."""
    sentence = sentences[place]
    finding, definition = bool(_FINDING.search(sentence)), asks.definition
    return [
        float(finding and not definition),
        float(leaves_open(sentence)),
        float(bool(_AIM.search(sentence)) and not definition),
        float(bool(_EARLIER.search(sentence)) and not definition),
        float(not place and not definition),
        float(not place and definition),
        0.0 if definition else place / max(1, len(sentences) - 1),
        float(asks.figure and any(character.isdigit() for character in sentence)),
        float(asks.reason and cues.gives_reason(sentence)),
        float(asks.whether and finding),
    ]


def leaves_open(sentence: str) -> bool:
    """Whether a sentence tells of a question that is open."""
    return bool(_GAP.search(sentence))
