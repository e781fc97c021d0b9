"""Paragraphs of a page -> which of them are titles: the likeliest reading of all of them together.

No single paragraph decides: titles end in full stops and abstracts are short. Every paragraph gets a score, every
change from one to the next a price, and the reading with the best sum is taken (Viterbi).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

_SENTENCE_BREAK = re.compile(r"[a-z0-9)\]%][.!?]['\")\]]* +[A-Z]")
_SPEAKER = re.compile(
    r"\b(?:we|our|ours|this (?:paper|work|study|survey|article|report)|et al|these|thus)\b", re.IGNORECASE
)
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|can|show|shows|introduce|propose|present|achieves?|which|that)\b")
_OPENING = re.compile(r"(?:We|This|These|Our|It|Here|However|Although|Recent(?:ly)?|In (?:this|recent|the)) ")
_ENDED = re.compile(r"[.!?…。][\"'”’)\]}*]*$|[/}\]]$|(?:https?://|www\.)\S+$|\S+\.(?:com|org|io|ai|net)\S*$")
_WORD = re.compile(r"[^\W\d_]{4,}")

_CONTINUES = -3.0  # an abstract of one more paragraph
_ALONE = -5.0  # a title that no abstract follows
_MID_SENTENCE = -2.0  # an abstract that ends, or begins, in the middle of a sentence
_UNSEPARATED = -1.0  # title and abstract in one block, where blank lines separate the others
_BROKEN = -2.0  # a title over two lines of its block


class Role(Enum):
    """What a paragraph is."""

    TITLE = auto()
    MORE_TITLE = auto()
    ABSTRACT = auto()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text, and whether a blank line (or other furniture) stands before it."""

    line: int
    text: str
    apart: bool
    fault: str = ""


def title_score(text: str) -> float:
    """How much more a text looks like a title than like (a paragraph of) an abstract; 0 is undecided."""
    length = len(text)
    score = (
        2.0 if length <= 150 else 0.5 if length <= 200 else -1.0 if length <= 250 else -4.0 if length <= 400 else -8.0
    )
    words = _WORD.findall(text)
    if words:
        capitals = sum(word[0].isupper() for word in words) / len(words)
        score += (
            2.0 if capitals >= 0.7 else 0.5 if capitals >= 0.5 else -1.5 if capitals < 0.2 and len(words) > 5 else 0.0
        )
    score -= 1.5 * min(2, len(_SPEAKER.findall(text)))
    score -= 0.5 * min(4, len(_VERB.findall(text)))
    score -= 2.0 * min(3, len(_SENTENCE_BREAK.findall(text)))
    score -= 2.0 * text.endswith((".", ";", ","))
    score -= 1.5 * bool(_OPENING.match(text))
    score -= 1.0 * text[:1].islower()
    return score


def is_ended(text: str) -> bool:
    """Whether a text ends as a sentence, or as the web address that often closes an abstract, does."""
    return bool(_ENDED.search(text))


def roles(paragraphs: Sequence[Paragraph], *, spaced: bool) -> list[Role]:
    """The role of every paragraph; the first is a title. `spaced`: blank lines separate title and abstract."""
    if not paragraphs:
        return []
    best: dict[Role, float] = {Role.TITLE: title_score(paragraphs[0].text)}
    origins: list[dict[Role, Role]] = []
    for before, after in pairwise(paragraphs):
        prices = _prices(before, after, spaced=spaced)
        score = title_score(after.text)
        reached: dict[Role, float] = {}
        origin: dict[Role, Role] = {}
        for (source, target), price in prices.items():
            if source not in best:
                continue
            total = best[source] + price + (score if target is Role.TITLE else 0.0)
            if target not in reached or total > reached[target]:
                reached[target], origin[target] = total, source
        best = reached
        origins.append(origin)
    final = {role: value + (0.0 if role is Role.ABSTRACT else _ALONE) for role, value in best.items()}
    path = [max(final, key=final.__getitem__)]
    for origin in reversed(origins):
        path.append(origin[path[-1]])
    return path[::-1]


def _prices(before: Paragraph, after: Paragraph, *, spaced: bool) -> dict[tuple[Role, Role], float]:
    """What every change of role costs between two paragraphs."""
    together = spaced and not after.apart
    flows = not is_ended(before.text)
    lower = after.text[:1].islower()
    more = 0.0 if together or (flows and lower) else _CONTINUES / 2 if flows or lower else _CONTINUES
    end = (-4.0 if together else 0.0) + (_MID_SENTENCE if flows else 0.0)
    start = (_UNSEPARATED if together else 0.0) + (_MID_SENTENCE if lower else 0.0)
    prices = {
        (Role.TITLE, Role.ABSTRACT): start,
        (Role.TITLE, Role.TITLE): _ALONE,
        (Role.ABSTRACT, Role.ABSTRACT): more,
        (Role.ABSTRACT, Role.TITLE): end,
    }
    if together:
        prices |= {
            (Role.TITLE, Role.MORE_TITLE): _BROKEN,
            (Role.MORE_TITLE, Role.ABSTRACT): start,
            (Role.MORE_TITLE, Role.TITLE): _ALONE,
        }
    elif spaced:
        prices[(Role.MORE_TITLE, Role.ABSTRACT)] = start
        prices[(Role.MORE_TITLE, Role.TITLE)] = _ALONE
    return prices
