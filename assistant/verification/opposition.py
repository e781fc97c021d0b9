"""A claim and the sentence that has its words -> where the two part: a denial, an opposite, a number, an order.

Rules on words and their neighbours; they see nothing that is said in other words. Constants were set on the dev half of
evals/twins.jsonl (`python -m bench.twins`).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from assistant.verification import edits
from assistant.verification.lexicon import ABSOLUTE, NOT_SAID, Difference, Lexicon, Word, certain

_CANCELS = frozenset(
    "eliminate eliminates eliminating obviate obviates obviating avoid avoids avoiding circumvent circumvents "
    "circumventing remove removes removing replace replaces replacing instead free unnecessary".split()
)
"""Words that deny without a negation: "eliminating the reliance on labels"."""
LEAST_SHARE = 0.6
"""Minimum share of the claim's words that the sentence has, for the two to be about one thing."""
_LEAST_SHARE_IN_ORDER = 0.95
_COMMON = frozenset("model models data method methods approach paper show result results use training learning".split())
"""Words that are everywhere, and no sign of two words standing in one place."""
_LEAST_NEIGHBOURS = 2
"""Minimum number of neighbours that two words share, for one to stand in the place of the other."""
_REACH = 4  # words of meaning to each side that are a word's neighbours
_MOST_PLACES = 8  # of one word that are looked at
_SIDE_WORDS = 8  # of meaning to each side of a relation

Matches = Callable[[Word, Word], bool]
"""(Word of the claim, word of the sentence) -> whether the second may stand in the place of the first."""

_UNIVERSAL = ABSOLUTE | frozenset(
    "no each any not cannot without full fully both only solely entire whole throughout".split()
)


@dataclass(frozen=True, slots=True)
class Compared:
    """A claim and a sentence by their words of meaning."""

    claim: tuple[Word, ...]
    sentence: tuple[Word, ...]
    lexicon: Lexicon

    @property
    def share(self) -> float:
        """The share of the claim's words that the sentence has, in either sense."""
        names = {word.name for word in self.sentence}
        words = [word.name for word in self.claim if word.is_content]
        shared = sum(name in names or not names.isdisjoint(self.lexicon.opposed(name)) for name in words)
        return shared / len(words) if words else 0.0

    def is_cancelled(self, word: Word) -> bool:
        """Whether a word stands in the clause of one that denies without a negation."""
        return any(other.clause == word.clause and other.text in _CANCELS for other in self.sentence)

    def is_not_said(self, word: Word) -> bool:
        """Whether the sentence tells there what others say, or asks: "existing methods …", "to assess whether …"."""
        return any(other.clause == word.clause and other.text in NOT_SAID for other in self.sentence)


_ANSWER = re.compile(r"\A\s*(?:no|yes)\s*[,:;]\s+", re.IGNORECASE)
"""What answers a question before the claim is made, and denies nothing in it."""


def difference(claim: str, sentence: str, lexicon: Lexicon) -> Difference | None:
    """Return the first difference; None where there is none, or the two are about different things."""
    claim = _ANSWER.sub("", claim)
    edited = edits.compare(claim, sentence, lexicon)
    if edited is not None:
        return edits.difference(edited, lexicon)
    compared = Compared(_meaning(claim, lexicon), _meaning(sentence, lexicon), lexicon)
    if compared.share < LEAST_SHARE:
        return None
    differences = [one for find in (_opposites, _denials, _numbers, _orders, _strengths) for one in find(compared)]
    return certain(differences)


def share(claim: str, sentence: str, lexicon: Lexicon) -> float:
    """Return the share of the claim's words of meaning that the sentence has, themselves or their opposites."""
    return Compared(_meaning(claim, lexicon), _meaning(sentence, lexicon), lexicon).share


def _meaning(text: str, lexicon: Lexicon) -> tuple[Word, ...]:
    words = lexicon.words(text)
    return tuple(word for word in words if word.is_content or lexicon.opposed(word.name) or word.text in _UNIVERSAL)


def _opposites(compared: Compared) -> Iterator[Difference]:
    """Find a word in whose place, among the same neighbours, the sentence has an opposite one."""
    lexicon = compared.lexicon
    for place, word in enumerate(compared.claim):
        if not lexicon.opposed(word.name):
            continue
        same, _ = _nearest(compared, place, lambda word, other: lexicon.alike(word.name, other.name))
        near, said = _nearest(compared, place, lambda word, other: other.name in lexicon.opposed(word.name))
        if not said or said.denied != word.denied or not _stands_for(near, same) or compared.is_not_said(said):
            continue
        if not any(lexicon.alike(said.name, other.name) for other in compared.claim):
            yield Difference("opposite", word.text, said.text)


def _denials(compared: Compared) -> Iterator[Difference]:
    """Find a word that one of the two denies while the other denies nothing, or a claim that is denied as a whole."""
    if all(any(word.is_head for word in words) for words in (compared.claim, compared.sentence)):
        return
    pairs = list(_aligned(compared))
    parted = [(word, other) for word, other in pairs if word.denied != other.denied]
    heads = [(word, other) for word, other in parted if word.is_head or other.is_head]
    for word, other in heads or parted[: len(parted) == len(pairs)]:
        if not compared.is_not_said(other) and not compared.is_cancelled(other):
            yield Difference("denial", _signed(word), _signed(other))
            return


def _numbers(compared: Compared) -> Iterator[Difference]:
    """Find a number in whose place, among the same neighbours, the sentence has another one."""
    if any(word.text == "respectively" for word in compared.sentence):
        return
    for place, word in enumerate(compared.claim):
        if not word.is_number:
            continue
        same, _ = _nearest(compared, place, lambda word, other: other.name == word.name)
        near, said = _nearest(compared, place, lambda word, other: other.is_number and word.is_other_number(other))
        if said and _stands_for(near, same) and not compared.is_not_said(said):
            yield Difference("number", word.text, said.text)


def _orders(compared: Compared) -> Iterator[Difference]:
    """Find a word to whose two sides the claim has what the sentence has to the other ones."""
    if compared.share < _LEAST_SHARE_IN_ORDER:
        return
    for place, word in enumerate(compared.claim):
        for at in _places(word, compared.sentence, lambda word, other: other.text == word.text):
            left, right = _sides(compared.claim, place)
            left_there, right_there = _sides(compared.sentence, at)
            crossed, back = len(left & right_there), len(right & left_there)
            straight = len(left & left_there) + len(right & right_there)
            if min(crossed, back) >= 1 and straight == 0:
                claimed, said = (_written(compared.claim, side) for side in (left & right_there, right & left_there))
                yield Difference("order", claimed, said)
                return


def _strengths(compared: Compared) -> Iterator[Difference]:
    """Find a word such as "always" in a claim about which the sentence says nothing as strong."""
    if any(word.text in _UNIVERSAL | NOT_SAID or word.denied for word in compared.sentence):
        return
    absolute = next((word.text for word in compared.claim if word.text in ABSOLUTE), "")
    if absolute:
        yield Difference("strength", absolute, "")


def _stands_for(near: int, same: int) -> bool:
    """Whether a word with so many shared neighbours is in the place of one whose own best place has `same`."""
    return near >= _LEAST_NEIGHBOURS and near >= same + _LEAST_NEIGHBOURS


def _nearest(compared: Compared, place: int, matches: Matches) -> tuple[int, Word | None]:
    """Return how many neighbours a word of the claim shares with that matching word of the sentence with which it
    shares most, and that word; -1 and None for no such word."""
    around = _neighbours(compared.claim, place)
    places = _places(compared.claim[place], compared.sentence, matches)
    shared = ((len(around & _neighbours(compared.sentence, at)), -at) for at in places)
    best = max(shared, default=None)
    return (best[0], compared.sentence[-best[1]]) if best else (-1, None)


def _aligned(compared: Compared) -> Iterator[tuple[Word, Word]]:
    """Yield each word of meaning of the claim with that occurrence in the sentence whose neighbours are most alike."""
    for place, word in enumerate(compared.claim):
        if word.is_content and not word.is_number:
            near, other = _nearest(compared, place, lambda word, other: other.name == word.name)
            if other and near >= _LEAST_NEIGHBOURS:
                yield word, other


def _places(word: Word, words: Sequence[Word], matches: Matches) -> list[int]:
    places = (place for place, other in enumerate(words) if matches(word, other))
    return list(islice(places, _MOST_PLACES))


def _neighbours(words: Sequence[Word], place: int) -> frozenset[str]:
    around = (*words[max(0, place - _REACH) : place], *words[place + 1 : place + 1 + _REACH])
    return frozenset(word.name for word in around if word.text not in _COMMON)


def _sides(words: Sequence[Word], place: int) -> tuple[frozenset[str], frozenset[str]]:
    before, after = words[max(0, place - _SIDE_WORDS) : place], words[place + 1 : place + 1 + _SIDE_WORDS]
    left, right = (frozenset(word.name for word in side if word.is_content) for side in (before, after))
    return left - right, right - left


def _written(words: Sequence[Word], names: frozenset[str]) -> str:
    return " ".join(dict.fromkeys(word.text for word in words if word.name in names))


def _signed(word: Word) -> str:
    return f"not {word.text}" if word.denied else word.text
