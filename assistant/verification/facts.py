"""A claim -> its hard facts (numbers, names, acronyms), and which of them a text does not have."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.verification import numerals
from assistant.verification.numerals import plain

# A word with a capital after its first letter, or one with a digit in it; parts may hang together by - / + or dots.
_NAME = re.compile(r"(?<![\w'])[^\W_]+(?:[-/+.][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_WORD = re.compile(r"\S+")
_LONGEST_NAME = 100  # characters of a word that is a name with the number behind it
_SMALL = frozenset("a an and as at by for from in into of on or the to via with".split())
_YEAR = 4  # digits; so many behind a capital are a number all the same: June 2010
# Words that a number names rather than counts: "type 1", "stage III", "phase 2".
_NUMBERED = frozenset("type types phase stage grade class group level vitamin factor complex table figure".split())


@dataclass(frozen=True, slots=True)
class MissingFacts:
    """Facts of a claim that no text has, in the words of the claim."""

    numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    """Names and acronyms, and numbers that are part of a name."""


def missing_facts(claim: str, texts: Sequence[str]) -> MissingFacts:
    """Return the numbers, names and acronyms of `claim` that occur in none of `texts`.

    A number may be spelled out or written in another form; an acronym may stand there as the words it is of. What a
    claim only says of whom it cites ("Smith et al., 2020") is not looked for.
    """
    claim = numerals.without_years_of_citations(plain(claim))
    names, numbers = _names(claim), list[str]()
    matches = list(numerals.NUMBER.finditer(claim))
    if not names and not matches:
        return MissingFacts()
    index = _FactIndex(plain("\n".join(texts)))
    names = [name for name in dict.fromkeys(names) if not index.has_name(name)]
    words = [word.span() for word in _WORD.finditer(claim)]
    for match in matches:
        if index.numbers & numerals.number_values(match) or index.spells(match):
            continue
        place = bisect_left(words, (match.start(), 0))
        start, end = words[place - 1] if place else (0, 0)
        before = claim[start : min(end, match.start(), start + _LONGEST_NAME + 1)]
        follows_name = place > 1 and before[0].isupper() and len(match["digits"]) < _YEAR
        is_part_of_name = before.casefold() in _NUMBERED or follows_name
        if is_part_of_name and len(before) <= _LONGEST_NAME:
            names.append(f"{before} {match[0]}")
        else:
            numbers.append(match[0].strip())
    return MissingFacts(tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(names)))


class _FactIndex:
    """The numbers, words and initials of a text, in which the facts of a claim are looked up."""

    def __init__(self, text: str) -> None:
        folded = text.casefold()
        self.numbers = numerals.all_number_values(text)
        self._words = frozenset(re.findall(r"[^\W_]+", folded))
        self._romans = frozenset(re.findall(r"\b[IVX]+\b", text))
        self._joined = re.sub(r"[\W_]", "", folded)
        self._initials, self._acronyms = _initials(text), _initials(text, whole=True)

    def spells(self, match: re.Match[str]) -> bool:
        """Whether the text has a small number as a word: two, second, twice, twofold, II."""
        return bool(numerals.spelled(match) & self._words or numerals.roman(match) & self._romans)

    def has_name(self, name: str) -> bool:
        """Whether the text has a name: as it is, joined otherwise, in the plural, part by part, or in words."""
        bare = re.sub(r"[\W_]", "", name.casefold())
        if bare in self._joined or (name.endswith("s") and bare[:-1] in self._joined):
            return True
        value = numerals.from_roman(name)
        if value is not None and value in self.numbers:
            return True
        parts = _PART.findall(name)
        if len(parts) > 1:
            return all(self._has_part(part) for part in dict.fromkeys(parts))
        return self._in_words(name)

    def _has_part(self, part: str) -> bool:
        if part.isdigit():
            return bool(numerals.all_number_values(part) & self.numbers)
        return not _is_name(part) or self.has_name(part)

    def _in_words(self, name: str) -> bool:
        letters = (name[:-1] if name.endswith("s") else name).casefold()
        if not 3 <= len(letters) <= 10 or not letters.isalpha():
            return False
        return letters in self._initials or letters in self._acronyms


def _names(claim: str) -> list[str]:
    """Return the names in a claim; none in one that is all in capitals."""
    letters = [letter for letter in claim if letter.isalpha()]
    if sum(letter.isupper() for letter in letters) > 0.6 * len(letters) and len(claim.split()) > 3:
        return []
    parts = [(part.start(), part[0][0].casefold()) for part in _PART.finditer(claim)]
    return [
        match[0]
        for match in _NAME.finditer(claim)
        if any(_is_name(part) for part in _PART.findall(match[0])) or _numbered(match[0])
        if not _explained(claim, match, parts) and not numerals.NUMBER.fullmatch(match[0])
    ]


def _is_name(part: str) -> bool:
    """Whether it is an acronym or a name with capitals or digits inside: LLM, mBERT, B12, p53."""
    letters = any(letter.isalpha() for letter in part)
    inner = any(letter.isupper() for letter in part[1:])
    return inner or (letters and any(letter.isdigit() for letter in part) and not numerals.NUMBER.fullmatch(part))


def _numbered(word: str) -> bool:
    """Whether a word carries its number behind a hyphen: caspase-3, Llama-2."""
    return bool(re.fullmatch(r"[^\W\d_]{2,}-\d{1,4}", word))


def _explained(claim: str, match: re.Match[str], words: Sequence[tuple[int, str]]) -> bool:
    """Whether it is the short form in brackets of words that stand before it: "folic acid (FA)".

    `words` are the claim's: where each begins, and its first letter without case.
    """
    if not claim.startswith("(", match.start() - 1) or not claim.startswith(")", match.end()) or not match.start():
        return False
    place = bisect_left(words, (match.start(), ""))
    initials = {initial for _, initial in words[max(0, place - len(match[0])) : place]}
    return match[0][0].casefold() in initials


def _initials(text: str, *, whole: bool = False) -> str:
    """Return the first letters of the words in order, small words left out; with `whole`, acronyms unshortened."""
    words = re.findall(r"[^\W\d_]+", text)
    letters = [word if whole and word.isupper() else word[0] for word in words if word.casefold() not in _SMALL]
    return "".join(letters).casefold()
