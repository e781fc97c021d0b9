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
    "outperform outperforms outperformed outperforming beat beats beaten beating surpass surpasses surpassed "
    "surpassing exceed exceeds exceeded exceeding underperform underperforms underperformed underperforming".split()
)
_RANKS = frozenset(("superior", "inferior"))  # before "to"
_BETTER = _VERBS | _RANKS | {"better", "worse"}
"""Words that say which side is the better one, and name no quality."""
_ADVERBS = frozenset(("more", "less", "fewer"))
_DOWNWARD = frozenset("less fewer worse inferior underperform underperforms underperformed underperforming".split())
_STAND_FOR_OTHERS = frozenset("only those that ones".split())
_TURNS = frozenset("reverse reversed opposite vice versa conversely".split())
"""Words of a sentence that says the contrary of its comparison as well."""
_EVEN = re.compile(
    r"\b(?:as\s+(?:\w+\s+){1,2}as|comparabl[ey]|similar(?:ly)?|equal(?:ly)?|correlat\w*|differ(?:s|ent|ently)?)\b",
    re.IGNORECASE,
)
_UNEVEN = re.compile(r"\b(?:twice|half|times|nearly|almost|not|never|than)\b|n't\b", re.IGNORECASE)
"""What says the same of two sides whichever stands first, and what makes it say more of one: "twice as large as"."""
_MOST_BETWEEN = 2  # adverbs between the verb and "by": "outperformed only by"
_COMPOUND = re.compile(r"\b(fine|pre|co|re|non|on|off)-(?=[a-z])", re.IGNORECASE)
"""What is also written in one word: "fine-tuning"."""
_WHOLE = re.compile(_COMPOUND.pattern + r"[a-z]++")
_NOBODY = re.compile(r"\W*(?:nothing|nobody|none|neither|no)\b", re.IGNORECASE)
_CONTRAST = re.compile(r"\b(?:rather than|instead of)\b", re.IGNORECASE)
_EXPECTED = frozenset("expected predicted anticipated assumed believed thought hoped usual previously before".split())
"""Words behind "than" that are no other side: "worse than expected"."""
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
    is_denied: bool
    """Whether the text denies that."""
    mark: str
    """The words that say so."""
    text: str
    """The sentence, or the claim."""

    def is_crossed(self, other: "_Comparison") -> bool:
        """Whether the other one has the sides the other way round, and nothing that may be another side."""
        return bool(self.left & other.right and self.right & other.left) and not self.right & other.right

    def is_exchanged(self, other: "_Comparison") -> bool:
        """Whether the other one has the sides the other way round, where both may end in the same circumstances."""
        ends_alike = self.left & other.right and self.right & other.left and not self.left & other.left
        return bool(ends_alike) or self.is_crossed(other)

    def leaves(self, other: "_Comparison") -> bool:
        """Whether the denial of this one leaves the other one as it may be: "nothing beats A" beside "A beats B"."""
        return bool(self.right & other.left) and not self.left & other.left

    def is_unlike(self, other: "_Comparison") -> bool:
        """Whether the other one has a word on its other side, or one of the two has a side without a word."""
        sides = (self.left, self.right, other.left, other.right)
        is_turned = self.left & other.right or self.right & other.left
        return not all(sides) or bool(is_turned and not self.is_straight(other))

    def counts_with(self, other: "_Comparison") -> bool:
        """Whether both say which of two things there is more of: "more A than B", "fewer B than A"."""
        return self.quality in other.right and other.quality in self.right

    def is_straight(self, other: "_Comparison") -> bool:
        """Whether the other one has the same sides."""
        return bool(self.left & other.left and self.right & other.right) and not (
            self.left & other.right or self.right & other.left
        )


def difference(claim: str, sentences: Sequence[str], lexicon: Lexicon) -> tuple[Difference, str] | None:
    """Return what a claim has the wrong way round of what one of the sentences compares, and that sentence; None where
    nothing shows that, where another comparison agrees with the claim, and where two say the contrary of each other."""
    said = [other for other in _comparisons(sentences, lexicon) if not other.is_denied]
    for one in _comparisons([claim], lexicon) if said else ():
        if one.is_denied:
            continue
        upward, downward = _by_direction(one, said, lexicon)
        if any(map(one.is_straight, upward)) or any(map(one.is_crossed, downward)):
            continue
        crossed, straight = next(filter(one.is_crossed, upward), None), next(filter(one.is_straight, downward), None)
        if crossed and not (any(map(crossed.is_crossed, upward)) or any(map(crossed.is_straight, downward))):
            sides = one.left & crossed.right, one.right & crossed.left
            return Difference("order", *(_written(side, claim, lexicon) for side in sides)), crossed.text
        if straight and not (any(map(straight.is_crossed, downward)) or any(map(straight.is_straight, upward))):
            return Difference("opposite", one.mark, straight.mark), straight.text
    return None


def explains(words: Difference, claim: str, sentences: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether claim and sentence may differ in these words only as the claim compares the same from its other side ("B
    is slower than A" or "B is no faster than A" for "A is faster than B", "A is as fast as B" for "B is as fast as A"),
    or compares other sides: "A is worse than expected" beside "A is better than B"."""
    if words.kind == "order" and all(_EVEN.search(text) and not _UNEVEN.search(text) for text in (claim, *sentences)):
        return not any(True for text in (claim, *sentences) for _ in _read(text, lexicon))
    said = _comparisons(sentences, lexicon)
    claimed = _comparisons([claim], lexicon)
    if words.kind == "opposite" and _is_of_others(words, claim, claimed, said, lexicon):
        return True
    pairs = (([claim], said), (sentences, claimed))
    if words.kind == "denial" and any(_contrasts(words, texts, others, lexicon) for texts, others in pairs):
        return True
    return any(words.kind in _explained(one, words, said, lexicon) for one in claimed)


def _explained(one: _Comparison, words: Difference, said: Sequence[_Comparison], lexicon: Lexicon) -> set[str]:
    """Return the kinds of differences that are none, as this comparison of the claim agrees with what is said."""
    upward, downward = _by_direction(one, [other for other in said if other.is_denied != one.is_denied], lexicon)
    if any(one.leaves(other) if one.is_denied else other.leaves(one) for other in upward):
        return {"denial", "opposite"}
    if any(map(one.is_straight, downward)):
        return {"denial", "opposite"}
    upward, downward = _by_direction(one, [other for other in said if not other.is_denied], lexicon)
    if one.is_denied:
        return {"denial", "opposite"} if any(map(one.is_exchanged, upward)) else set()
    if any(map(one.is_exchanged, downward)):
        return {"order", "opposite"} if words.claimed in one.mark.split() else {"order"}
    is_about = not (one.left | one.right).isdisjoint(map(lexicon.name, words.claimed.split()))
    return {"order"} if is_about and any(map(one.is_straight, upward)) else set()


def _is_of_others(
    words: Difference, claim: str, claimed: Sequence[_Comparison], said: Sequence[_Comparison], lexicon: Lexicon
) -> bool:
    """Whether the opposite words compare other sides than one another, as far as both can be told."""
    ours = [one for one in claimed if words.claimed in one.mark.split()]
    theirs = [other for other in said if words.said in other.mark.split()]
    if ours and theirs:
        return all(one.is_unlike(other) for one in ours for other in theirs)
    if ours:
        return any(one.mark != other.mark for one in ours for other in said)
    names = frozenset(map(lexicon.name, lexicon.tokens(claim)))
    return any(len(names & other.right) >= max(1, len(names & other.left)) for other in theirs)


def _contrasts(words: Difference, texts: Sequence[str], others: Sequence[_Comparison], lexicon: Lexicon) -> bool:
    """Whether a text denies with "rather than" what the other one has behind "than"."""
    names = frozenset(map(lexicon.name, lexicon.tokens(f"{words.claimed} {words.said}")))
    return any(map(_CONTRAST.search, texts)) and any(names & other.right for other in others)


def _comparisons(texts: Sequence[str], lexicon: Lexicon) -> list[_Comparison]:
    return [one for text in texts for one in islice(_read(text, lexicon), _MOST)]


def _by_direction(
    one: _Comparison, said: Sequence[_Comparison], lexicon: Lexicon
) -> tuple[list[_Comparison], list[_Comparison]]:
    """Return the comparisons of the same quality in which the left side has more or less of it as here, and those in
    which it is the other way round."""
    same = [other for other in said if lexicon.alike(one.quality, other.quality) or one.counts_with(other)]
    opposed = [other for other in said if other.quality in lexicon.opposed(one.quality)]
    upward = [other for other in same if other.is_more == one.is_more]
    upward += [other for other in opposed if other.is_more != one.is_more]
    return upward, [other for other in (*same, *opposed) if other not in upward]


def _read(text: str, lexicon: Lexicon) -> Iterator[_Comparison]:
    """Yield the comparisons of a text; none that is only asked for, or told of others."""
    words = lexicon.words(_COMPOUND.sub(r"\1", text))
    not_said = {word.clause for word in words if word.text in NOT_SAID}
    if any(word.text in _TURNS for word in words):
        return
    is_of_nobody = bool(_NOBODY.match(text))
    subject, object_ = frozenset[str](), frozenset[str]()
    first = 0  # where the left side may begin: behind the clause of the comparison before
    for place, word in enumerate(words):
        is_rank = word.text in _RANKS and place + 1 < len(words) and words[place + 1].text == "to"
        degree = (
            place if is_rank or word.text in _VERBS else _degree(words, place, lexicon) if word.text == "than" else -1
        )
        if degree < 0 or word.clause in not_said:
            continue
        mark, following = words[degree], words[degree + 1 : place][:1]
        quality = following[0] if mark.text in _ADVERBS and following else mark
        begin = max(degree - _SIDE_WORDS, first if first <= degree else 0, 0)
        left = _names((*words[begin:degree], *words[degree + 1 : place]))
        end = next((at for at in range(place, len(words)) if words[at].clause != word.clause), len(words))
        right = _names(words[place + 1 : end])
        if first and not left:
            left = subject  # "A outperforms B, but is slower than B"
            right = right or object_
        first, subject, object_ = end, left, right
        if is_of_nobody and mark.denied:
            left = frozenset()
        if _EXPECTED.intersection(word.text for word in words[place + 1 : place + 2]):
            right = frozenset()
        if _is_passive(words, place):
            left, right = right, left
        yield _Comparison(
            left - right,
            right - left,
            "" if mark.text in _BETTER else quality.name,
            mark.text not in _DOWNWARD,
            mark.denied,
            mark.text if quality is mark else f"{mark.text} {quality.text}",
            text,
        )


def _is_passive(words: Sequence[Word], place: int) -> bool:
    """Whether a verb has its better side behind it: "outperformed by", but not "outperformed by 3 points"."""
    if not words[place].text.endswith(("ed", "beat", "beaten")):
        return False
    by = place + 1
    while by <= place + _MOST_BETWEEN and by < len(words) and (words[by].text[-2:] == "ly" or words[by].text == "even"):
        by += 1
    agent = words[by + 1 : by + 2]
    return bool(agent) and words[by].text == "by" and not agent[0].is_number


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
