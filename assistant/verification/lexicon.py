"""A text -> its words, each by its stem, with whether it is denied; and which words are opposites of one another."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from assistant.verification import numerals

_TOKEN = re.compile(r"\d[\d.,]*\d(?![^\W_])|[^\W_]++(?:['’][^\W_]++)?(?:-[^\W_]++)*+|%|[,;:()–—]|[.!?](?=\s|$)")
_NAME = re.compile(r"[^\W\d_].*\d")  # a word with a number in it: gpt-4
NEGATORS: frozenset[str] = frozenset(
    "not no never neither none cannot without hardly scarcely barely rarely seldom unable lack lacks lacking lacked "
    "fail fails failed failing absent nothing nobody non unlikely absence".split()
)
_NEGATED_AFTER = frozenset(("rather than", "instead of", "far from"))
_IDIOMS = frozenset(
    "not only,not just,not merely,not simply,not solely,no matter,no doubt,no longer than,fail safe".split(",")
)
_AFFIRMED_BY_DENIAL = frozenset(
    "deny denied denying disputed doubted uncommon uncommonly unusual infrequent infrequently rare surprising "
    "surprisingly".split()
)
"""Words whose denial denies nothing behind them: "it cannot be denied that", "it is not uncommon that"."""
_CLAUSE_ENDS = frozenset(
    ", ; : ( ) – — . ! ? but although though while whereas because which yet however unless since so thus".split()
)
ABSOLUTE = frozenset("always never all every none entirely completely exclusively invariably whenever".split())
"""Words that make a claim one about all cases."""
_PERCENT = ("%", "percent", "per")
_BACKWARDS = ("lacking", "absent")
"""Negations that deny what stands before them in their clause, where nothing follows."""
NOT_SAID = frozenset(
    "contrast contrary unlike challenge challenges contradict contradicts existing previous prior conventional "
    "traditional traditionally believed typically commonly earlier recent whether objective aim aimed hypothesis "
    "hypothesize hypothesized hypothesised proposed asked unclear unknown question examine investigate assess".split()
)
"""Words of sentences that tell what others say, or what is asked."""
_ADVERBS = frozenset("always even yet just fully quite very really ever only longer any".split())


Kind = Literal["denial", "opposite", "number", "order", "strength"]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a claim says otherwise than a sentence."""

    kind: Kind
    claimed: str
    """The words of the claim, "" where it leaves some out."""
    said: str
    """The words of the sentence in their place, "" where it has none."""

    def reason(self, noun: str) -> str:
        """Plain words for a person; `noun` says what the sentence is of."""
        if self.kind == "order":
            return f"the {noun} has “{self.said}” where the claim has “{self.claimed}”, and the other way round"
        if not self.said:
            return f"the {noun} does not say “{self.claimed}”"
        return f"the {noun} says “{self.said}”" + (f", the claim “{self.claimed}”" if self.claimed else "")


def certain(differences: Sequence[Difference]) -> Difference | None:
    """Return the first difference, None for none; two reversals make no difference: "A is larger than B" says that
    "B is smaller than A". The same one in several places is one, and so are denials of several words."""
    reversals = [one for one in differences if one.kind in ("denial", "opposite", "order")]
    others = [one for one in differences if one not in reversals]
    pairs = {frozenset((one.claimed, one.said) if one.kind != "denial" else (one.kind,)) for one in reversals}
    return next(iter(differences if len(pairs) % 2 else others), None)


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text, where it matters."""

    text: str
    """In lower case, as it is written."""
    name: str
    """What is the same for its other forms: its stem, or itself where the index has none; a number as it is."""
    is_content: bool
    """Whether it has a meaning of its own."""
    denied: bool
    """Whether an odd number of negations reach it: from the negation to the end of its clause, but from "rather than"
    to the first word that it denies, for the sentence goes on behind: "using A rather than B improves C"."""
    is_head: bool
    """Whether it is what a negation denies first: "increase" in "does not always increase the loss"."""
    clause: int
    """The number of its clause in the text."""

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return not self.name.strip("0123456789.,%")

    def is_other_number(self, other: "Word") -> bool:
        """Whether another number counts the same kind of thing, and is not this one."""
        return self.name != other.name and self.name.endswith("%") == other.name.endswith("%")


class Lexicon:
    """Stems and opposites, by the terms of a word index."""

    def __init__(self, terms: Callable[[str], list[str]]) -> None:
        self._terms = terms
        self._names: dict[str, tuple[str, bool]] = {}

    def words(self, text: str) -> tuple[Word, ...]:
        """Return the words of a text in order; without negations, which their `denied` and `is_head` tell of."""
        tokens = _tokens(text)
        words: list[Word] = []
        denied = pending = is_brief = False
        clause = aside = 0
        for place, token in enumerate(tokens):
            before, after = (tokens[place - 1] if place else ""), (tokens[place + 1] if place + 1 < len(tokens) else "")
            if token in _CLAUSE_ENDS:
                if before in _BACKWARDS:
                    _deny(words, clause)
                elif token == "," and (aside or before in NEGATORS):
                    aside = 0 if aside else 1  # "does not, on average, improve"
                    continue
                clause, aside = clause + 1, 0
                denied = pending = is_brief = False
            elif f"{before} {token}" in _NEGATED_AFTER or token == "nor":
                denied, pending, is_brief = True, True, token != "nor"
            elif token in NEGATORS and f"{token} {after}" not in _IDIOMS:
                denied, pending = not denied, True
            elif token != "%":
                name, is_content = self._name(token)
                name += "%" * (after in _PERCENT and token[0].isdigit())
                is_head = pending and is_content and token not in _ADVERBS and not token.endswith("ly")
                pending = pending and not is_head
                affirms = denied and token in _AFFIRMED_BY_DENIAL
                words.append(Word(token, name, is_content, denied, is_head and not affirms, clause))
                if affirms or (is_brief and is_head):
                    denied = pending = is_brief = False
        if tokens and tokens[-1] in _BACKWARDS:
            _deny(words, clause)
        return tuple(words)

    def tokens(self, text: str) -> list[str]:
        """Return all words of a text in lower case, negations too; without punctuation."""
        return [token for token in _tokens(text) if token[0].isalnum()]

    def name(self, token: str) -> str:
        """Return what is the same for all forms of a word."""
        return self._name(token)[0]

    def is_content(self, token: str) -> bool:
        """Whether a word has a meaning of its own."""
        return self._name(token)[1]

    def opposed(self, name: str) -> frozenset[str]:
        """Return the names of the sides opposite to a name; none for most."""
        return self._opposites.get(name, frozenset())

    def opposites(self, word: str) -> Sequence[str]:
        """Return one word for each side opposite to a word, as the table writes it."""
        return self._written.get(self._name(word)[0], ())

    def alike(self, one: str, other: str) -> bool:
        """Whether two names are the same or on one side of a pair."""
        return one == other or other in self._sides.get(one, frozenset())

    def _name(self, token: str) -> tuple[str, bool]:
        if token not in self._names:
            terms = [token] if token[0].isdigit() else self._terms(token)
            self._names[token] = (terms[0], True) if terms else (token, False)
        return self._names[token]

    @cached_property
    def _pairs(self) -> list[tuple[list[str], list[str]]]:
        text = Path(__file__).with_name("opposites.txt").read_text("utf-8")
        rows = [line.split("|") for line in text.splitlines() if line and not line.startswith("#")]
        return [(left.split(), right.split()) for left, right in rows]

    @cached_property
    def _sides(self) -> Mapping[str, frozenset[str]]:
        sides = [[self._name(word)[0] for word in side] for pair in self._pairs for side in pair]
        return _gathered((name, side) for side in sides for name in side)

    @cached_property
    def _opposites(self) -> Mapping[str, frozenset[str]]:
        both = [(side, other) for left, right in self._pairs for side, other in ((left, right), (right, left))]
        rows = ((self._name(word)[0], [self._name(name)[0] for name in other]) for side, other in both for word in side)
        return _gathered(rows)

    @cached_property
    def _written(self) -> Mapping[str, tuple[str, ...]]:
        written: dict[str, tuple[str, ...]] = {}
        for left, right in self._pairs:
            for side, other in ((left, right), (right, left)):
                for name in {self._name(word)[0] for word in side}:
                    written[name] = (*written.get(name, ()), other[0])
        return written


def negations(tokens: Sequence[str]) -> int:
    """Return how many negations words in a row have; none for "not only", two for "cannot be denied"."""
    denials = [
        place
        for place, token in enumerate(tokens)
        if token in NEGATORS and " ".join(tokens[place : place + 2]) not in _IDIOMS
    ]
    behind = tokens[denials[0] :] if denials else ()
    return len(denials) + any(token in _AFFIRMED_BY_DENIAL for token in behind)


def _deny(words: list[Word], clause: int) -> None:
    """Deny the words of the last clause: "evidence for it was lacking"."""
    place = len(words)
    while place and words[place - 1].clause == clause:
        place -= 1
        words[place] = replace(words[place], denied=not words[place].denied, is_head=words[place].is_content)


def _tokens(text: str) -> list[str]:
    plain = numerals.plain(text).casefold().replace("’", "'")
    return [token for match in _TOKEN.finditer(plain) for token in _apart(match[0])]


def _gathered(rows: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, frozenset[str]]:
    gathered: dict[str, set[str]] = {}
    for name, others in rows:
        gathered.setdefault(name, set()).update(others)
    return {name: frozenset(others) for name, others in gathered.items()}


def _apart(token: str) -> Sequence[str]:
    """Return "does" and "not" for "doesn't", the parts of "non-causal", and other tokens as they are."""
    if token.endswith("n't") and len(token) > len("n't"):
        return token[:-3], "not"
    return token.split("-") if "-" in token and not _NAME.match(token) else (token,)
