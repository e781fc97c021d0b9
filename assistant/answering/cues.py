"""What a question asks for -> how much better a sentence fits that gives it: a figure, or a reason."""

import re
from collections.abc import Callable

_ASKS_FOR_FIGURE = re.compile(
    r"\b(?:how (?:many|much|far|long|often|large|big|small|fast)|by how"
    r"|what (?:[\w-]+ ){0,2}?(?:percentage|share|fraction|score|accuracy|size|number|rate|factor|speed-?up)"
    r"|which (?:percentage|share|fraction|score|accuracy|figure|number))\b",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"(?<!\w)\d|\b(?:half|third|quarter|twice|double[ds]?|triple[ds]?|dozens?|hundreds?|thousands?|millions?)\b",
    re.IGNORECASE,
)
_COUNT_WORD = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen"
    r"|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|zero|percent)\b",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(rf"{_COUNT_WORD.pattern}|\b(?:no|none|single|both|all|most)\b", re.IGNORECASE)
_FIGURE_BONUS = 0.2
"""Added to the score of a sentence with a figure where the question asks for one."""
_REASON = re.compile(
    r"\b(?:because|due to|owing to|reasons?|causes?|caused|stems?|arises?|since|therefore|thus|hence|explain\w*"
    r"|leads? to|result(?:s|ing)? (?:from|in)|attribut\w+|driven by|as a result|consequence|prevent\w*|by \w+ing)\b",
    re.IGNORECASE,
)
_REASON_BONUS = 0.15
"""Added to the score of a sentence that gives a reason, where the reason of what was said is asked for."""


_ASKS_FOR_PROPOSAL = re.compile(r"\b(?:propos\w+|introduc\w+|suggest\w*|recommend\w*|contribut\w+)\b", re.IGNORECASE)
_PROPOSAL = re.compile(
    r"\b(?:we|this (?:paper|work)|here,?)\s+(?:\w+\s+)?(?:propose|introduce|present|develop|suggest|design|devise)s?\b"
    r"|\bnovel\b",
    re.IGNORECASE,
)
_PROPOSAL_BONUS = 0.2
"""Added to the score of a sentence that says what is new, where that is asked for."""


_RULES_OUT = re.compile(
    r"\W*(?:which|what|list|show|find|papers?)\b[^?]*?\b(?P<words>(?:do|does|did|are|is|were|was|can|need)(?:\s+not\b|n[’']t\b)|never\b)",
    re.IGNORECASE,
)


def ruled_out(question: str) -> str:
    """Return a note that a question rules something out, which no search by likeness checks; "" where it does not.

    >>> ruled_out("Which methods do not need a reward model?")
    '“do not” was not checked: what was found has the other words of the question'
    """
    match = _RULES_OUT.match(question)
    return f"“{match['words']}” was not checked: what was found has the other words of the question" if match else ""


def bonus(question: str, *, wants_reason: bool = False) -> Callable[[str], float]:
    """Return what gives, for each sentence, how much is added to its score for a question."""
    wants_figure, wants_proposal = asks_for_figure(question), bool(_ASKS_FOR_PROPOSAL.search(question))

    def of(sentence: str) -> float:
        total = _REASON_BONUS if wants_reason and gives_reason(sentence) else 0.0
        total += _PROPOSAL_BONUS if wants_proposal and _PROPOSAL.search(sentence) else 0.0
        return total + (_FIGURE_BONUS if wants_figure and _FIGURE.search(sentence) else 0.0)

    return of


def gives_reason(sentence: str) -> bool:
    """Whether a sentence gives a reason, by its words."""
    return bool(_REASON.search(sentence))


def asks_for_figure(question: str) -> bool:
    """Whether a question asks how many, how much, or for another figure."""
    return bool(_ASKS_FOR_FIGURE.search(question))


def has_number(sentence: str) -> bool:
    """Whether a sentence has a number, in digits or in words."""
    return bool(_FIGURE.search(sentence) or _COUNT_WORD.search(sentence))


def has_figure(sentence: str) -> bool:
    """Whether a sentence has a figure, in digits or in words."""
    return bool(_FIGURE.search(sentence) or _NUMBER_WORD.search(sentence))
