"""Paragraphs of a page -> which of them are titles: the likeliest reading of all of them together.

No single paragraph decides: titles end in full stops and abstracts are short. Every paragraph gets a score, every
change from one to the next a price, and the reading with the best sum is taken (Viterbi). Where a page proves itself by
nothing else, the same signs tell whether two texts are plausible as the title and abstract of one paper.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise

_SENTENCE_BREAK = re.compile(r"[a-z0-9)\]%][.!?]['\")\]]* +[A-Z]")
_SPEAKER = re.compile(r"\b(?:we|our|ours|this (?:paper|work|study|survey|article|report)|these|thus)\b", re.IGNORECASE)
_VERB = re.compile(r"\b(?:is|are|was|were|has|have|can|show|shows|introduce|propose|present|achieves?|which|that)\b")
_OPENING = re.compile(
    r"(?:We|This|These|Our|It|Here|However|Although|While|Despite|Recent(?:ly)?|For (?:example|instance)|Additionally"
    r"|Furthermore|Moreover|Finally|Specifically|Experiments|Extensive|Empirical results|As a result"
    r"|In (?:this|recent|the)|To (?:address|this|further|overcome|tackle|solve|that)) "
)
_ENDED = re.compile(r"[.!?…。][\"'”’)\]}*]*$|[/}\]]$|(?:https?://|www\.)\S+$|\S+\.(?:com|org|io|ai|net)\S*$")
_END_LENGTH = 300  # characters of a text that are looked at for how it ends
_WORD = re.compile(r"[^\W\d_]{4,}")
_LENGTHS = ((150, 2.0), (200, 0.5), (250, -1.0), (400, -4.0))

_CONTINUES = -3.0  # an abstract of one more paragraph
_ALONE = -5.0  # a title that no abstract follows
_MID_SENTENCE = -2.0  # an abstract that begins, or ends, in the middle of a sentence
_AGAINST = -4.0  # a change where the layout has none
_UNCLOSED = -1.5  # an abstract without metadata, in a page with metadata
_NEVER = -50.0

_LETTER_SHARE = 0.8  # of the characters of a plausible abstract are letters or spaces
_SHORT, _LONG = 8, 40  # words of an abstract that is plausible if it ends as a sentence does, and in any case
# How a title begins (headings, markup and code do not), and a sentence: neither small nor with a mark of a list.
_TITLE_OPENING = re.compile(r"""(?:\w|["“‘'$(*\\¿](?!""))""")
_SENTENCE_OPENING = re.compile(r"""["“‘'$(\\]*[^\W_a-z]""")


class Role(Enum):
    """What a paragraph is."""

    TITLE = auto()
    MORE_TITLE = auto()
    ABSTRACT = auto()


class Layout(Enum):
    """What blank lines separate: nothing, one paper from the next, or every title and abstract."""

    COMPACT = auto()
    BLOCKS = auto()
    SPACED = auto()


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A line of text, and how it stands to the line before it."""

    line: int
    text: str
    apart: bool
    """A blank line stands between."""
    wraps: bool = False
    """The line before is so full that this one may only continue it."""
    fault: str = ""


def title_score(text: str, *, dotted: bool = False) -> float:
    """How much more a text looks like a title than like a part of an abstract: above 0 it looks like a title.

    `dotted`: the titles of this page end in a full stop.
    """
    words = _WORD.findall(text)
    capitals = sum(word[0].isupper() for word in words) / max(1, len(words))
    score = next((points for length, points in _LENGTHS if len(text) <= length), -8.0)
    score += 2.0 if capitals >= 0.7 else 0.5 if capitals >= 0.5 else -1.5 if capitals < 0.2 and len(words) > 5 else 0.0
    score -= 1.5 * min(2, len(_SPEAKER.findall(text)))
    score -= 0.5 * min(4, len(_VERB.findall(text)))
    score -= 2.0 * min(3, len(_SENTENCE_BREAK.findall(text)))
    score -= (1.0 if dotted else 4.0) * text.endswith((".", ";", ","))
    score -= 2.0 * bool(_OPENING.match(text))
    return score - 1.0 * text[:1].islower()


def is_ended(text: str) -> bool:
    """Whether a text ends as a sentence, or as the web address that often closes an abstract, does."""
    return bool(_ENDED.search(text[-_END_LENGTH:]))


def roles(paragraphs: Sequence[Paragraph], layout: Layout, *, closed: bool) -> list[Role]:
    """The role of every paragraph, the first being a title; `closed`: metadata follows the abstracts of this page."""
    if not paragraphs:
        return []
    dotted, cased = paragraphs[0].text.endswith("."), not paragraphs[0].text[:1].islower()
    best: dict[Role, float] = {Role.TITLE: 0.0}
    origins: list[dict[Role, Role]] = []
    for before, after in pairwise(paragraphs):
        prices = _prices(before, after, layout, closed=closed, cased=cased)
        score = title_score(after.text, dotted=dotted)
        reached: dict[Role, float] = {}
        origin: dict[Role, Role] = {}
        for (source, target), price in prices.items():
            total = best.get(source, _NEVER) + price + (score if target is Role.TITLE else 0.0)
            if total > reached.get(target, float("-inf")):
                reached[target], origin[target] = total, source
        best = reached
        origins.append(origin)
    final = {role: value + (0.0 if role is Role.ABSTRACT else _ALONE) for role, value in best.items()}
    path = [max(final, key=final.__getitem__)]
    for origin in reversed(origins):
        path.append(origin[path[-1]])
    return path[::-1]


def is_plausible(title: str, abstract: str) -> bool:
    """Whether a page most of which is like this is a page of papers."""
    words = len(abstract.split())
    letters = sum(character.isalpha() or character == " " for character in abstract)
    is_prose = letters >= _LETTER_SHARE * len(abstract) and (words >= _LONG or (words >= _SHORT and is_ended(abstract)))
    is_title = bool(_TITLE_OPENING.match(title)) and (
        title_score(title, dotted=title.endswith(".")) > 0 or len(abstract) > 2 * len(title)
    )
    return is_prose and is_title


def is_certain(title: str, abstract: str) -> bool:
    """Whether nothing is cut off or shouted either: the title is no half sentence, the abstract is whole ones."""
    capitals = sum(map(str.isupper, abstract))
    return (
        is_plausible(title, abstract)
        and title_score(title) > 0
        and not title[:1].islower()
        and not title.endswith(tuple(".,:;({[="))
        and bool(_SENTENCE_OPENING.match(abstract))
        and is_ended(abstract)
        and 2 * capitals < len(abstract)
    )


def _prices(
    before: Paragraph, after: Paragraph, layout: Layout, *, closed: bool, cased: bool
) -> dict[tuple[Role, Role], float]:
    """What every change of role costs between two paragraphs; `cased`: a small letter does not begin a text here."""
    flows, lower = not is_ended(before.text), cased and after.text[:1].islower()
    together = layout is not Layout.COMPACT and not after.apart
    begin = _MID_SENTENCE * lower + _AGAINST * (after.apart if layout is Layout.BLOCKS else after.wraps)
    if together and layout is Layout.SPACED:
        begin += _CONTINUES
    more = 0.0 if together or after.wraps or (flows and lower) else _CONTINUES / (2 if flows or lower else 1)
    end = _MID_SENTENCE * flows + _AGAINST * (together or after.wraps) + _UNCLOSED * closed
    return {
        (Role.TITLE, Role.ABSTRACT): begin,
        (Role.MORE_TITLE, Role.ABSTRACT): begin,
        (Role.TITLE, Role.TITLE): _ALONE,
        (Role.MORE_TITLE, Role.TITLE): _ALONE,
        (Role.ABSTRACT, Role.ABSTRACT): more + (_CONTINUES if layout is Layout.BLOCKS and after.apart else 0.0),
        (Role.ABSTRACT, Role.TITLE): end,
        (Role.TITLE, Role.MORE_TITLE): -0.5 if after.wraps else _CONTINUES if together else _NEVER,
        (Role.MORE_TITLE, Role.MORE_TITLE): -0.5 if after.wraps else _NEVER,
    }
