"""A claim and sentences that compare two things -> what the claim has the wrong way round: the sides, or the outcome.

"A does better than B" against "B does better than A", or against "A does worse than B". What stands behind "than" tells
most. The words and their reach were set on the dev half of evals/twins.jsonl and the train half of SciFact.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from assistant.verification.lexicon import NOT_SAID, Difference, Lexicon, Word

_VERBS = frozenset(
    "outperform outperforms outperformed outperforming beat beats beating surpass surpasses surpassed surpassing "
    "exceed exceeds exceeded exceeding underperform underperforms underperformed underperforming".split()
)
_BETTER = _VERBS | {"better", "worse"}
"""Words that say which side is the better one, and name no quality."""
_ADVERBS = frozenset(("more", "less", "fewer"))
_DOWNWARD = frozenset("less fewer worse underperform underperforms underperformed underperforming".split())
_STAND_FOR_OTHERS = frozenset("only those that ones".split())
_COMPOUND = re.compile(r"\b(fine|pre|co|re|non|on|off)-(?=[a-z])", re.IGNORECASE)
"""What is also written in one word: "fine-tuning"."""
_WHOLE = re.compile(_COMPOUND.pattern + r"[a-z]++")
_REACH = 8  # words before "than" among which the degree stands: "better in every way than"
_SIDE_WORDS = 20  # to the left of the degree that may name what is compared
_MOST = 4  # comparisons of one text that are read


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Two sides, by the names of the words that only one of them has, and how the left one does against the other."""

    left: frozenset[str]
    right: frozenset[str]
    quality: str
    """The name of what is compared: "faster", "harmful" of "more harmful"; "" where one is the better."""
    is_more: bool
    """Whether the left side has more of the quality, or is the better."""
    mark: str
    """The words that say so."""
    text: str
    """The sentence, or the claim."""

    def is_crossed(self, other: "_Comparison") -> bool:
        """Whether the other one has the sides the other way round."""
        return bool(self.left & other.right and self.right & other.left) and not self.right & other.right

    def is_straight(self, other: "_Comparison") -> bool:
        """Whether the other one has the same sides."""
        return bool(self.left & other.left and self.right & other.right) and not (
            self.left & other.right or self.right & other.left
        )


def difference(claim: str, sentences: Sequence[str], lexicon: Lexicon) -> tuple[Difference, str] | None:
    """Return what a claim has the wrong way round of what one of the sentences compares, and that sentence; None where
    nothing shows that, or where another comparison agrees with the claim."""
    said = [other for sentence in sentences for other in islice(_read(sentence, lexicon), _MOST)]
    for one in islice(_read(claim, lexicon), _MOST) if said else ():
        same = [other for other in said if lexicon.alike(one.quality, other.quality)]
        opposed = [other for other in said if other.quality in lexicon.opposed(one.quality)]
        upward = [other for other in same if other.is_more == one.is_more]
        upward += [other for other in opposed if other.is_more != one.is_more]
        downward = [other for other in (*same, *opposed) if other not in upward]
        if any(map(one.is_straight, upward)) or any(map(one.is_crossed, downward)):
            continue
        if other := next(filter(one.is_crossed, upward), None):
            sides = one.left & other.right, one.right & other.left
            return Difference("order", *(_written(side, claim, lexicon) for side in sides)), other.text
        if other := next(filter(one.is_straight, downward), None):
            return Difference("opposite", one.mark, other.mark), other.text
    return None


def _read(text: str, lexicon: Lexicon) -> Iterator[_Comparison]:
    """Yield the comparisons of a text; none that is denied, only asked for, or told of others."""
    words = lexicon.words(_COMPOUND.sub(r"\1", text))
    not_said = {word.clause for word in words if word.text in NOT_SAID}
    for place, word in enumerate(words):
        degree = place if word.text in _VERBS else _degree(words, place, lexicon) if word.text == "than" else -1
        if degree < 0 or words[degree].denied or word.clause in not_said:
            continue
        mark, following = words[degree], words[degree + 1 : place][:1]
        quality = following[0] if mark.text in _ADVERBS and following else mark
        left = _names((*words[max(0, degree - _SIDE_WORDS) : degree], *words[degree + 1 : place]))
        right = _names([other for other in words[place + 1 :] if other.clause == word.clause])
        yield _Comparison(
            left - right,
            right - left,
            "" if mark.text in _BETTER else quality.name,
            mark.text not in _DOWNWARD,
            mark.text if quality is mark else f"{mark.text} {quality.text}",
            text,
        )


def _degree(words: Sequence[Word], place: int, lexicon: Lexicon) -> int:
    """Return the place of the word that says how the sides of a "than" compare; -1 where there is none."""
    for at in range(place - 1, max(-1, place - 1 - _REACH), -1):
        word = words[at]
        if word.text in _BETTER | _ADVERBS or (word.text.endswith("er") and lexicon.opposed(word.name)):
            return at
    return -1


def _names(words: Sequence[Word]) -> frozenset[str]:
    return frozenset(word.name for word in words if word.is_content and word.text not in _STAND_FOR_OTHERS)


def _written(names: frozenset[str], text: str, lexicon: Lexicon) -> str:
    """Return the words of a text that have these names, as it writes them."""
    compounds = {match[0].replace("-", ""): match[0] for match in _WHOLE.finditer(text.casefold())}
    words = lexicon.words(_COMPOUND.sub(r"\1", text))
    return " ".join(dict.fromkeys(compounds.get(word.text, word.text) for word in words if word.name in names))
