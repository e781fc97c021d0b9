"""A claim -> its hard facts (numbers, names, acronyms), and which of them a text does not have."""

import re
import unicodedata
from collections.abc import Sequence

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d+(?:[.,]\d+)*(?![\w]*[A-Za-z]\w*-)")
_NAME = re.compile(r"\b\w*[A-Z]\w*[A-Z0-9]\w*\b|\b[A-Za-z]+-?\d+(?:\.\d+)*[A-Za-z]?\b")
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty".split()
)
_SMALL = frozenset("a an and as at by for from in into of on or the to via with".split())


def missing(claim: str, texts: Sequence[str]) -> tuple[str, ...]:
    """Return the numbers, names and acronyms of `claim` that occur in none of `texts`, as they stand in the claim.

    A number may be spelled out, or written with other separators; an acronym may stand there as the words it is of.
    """
    joined = _plain("\n".join(texts))
    numbers = {_value(number) for number in _NUMBER.findall(joined)}
    folded = joined.casefold()
    words = set(re.findall(r"\w+", folded))
    initials = _initials(joined)
    absent = [number for number in _NUMBER.findall(_plain(claim)) if not _has_number(number, numbers, words)]
    absent += [name for name in _NAME.findall(_plain(claim)) if not _has_name(name, folded, initials)]
    return tuple(dict.fromkeys(absent))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).replace("−", "-").replace("–", "-").replace("‑", "-")


def _value(number: str) -> str:
    """Return one spelling for one number: no sign, no thousands separators, no trailing zeros."""
    plain = re.sub(r",(?=\d{3}(?:\D|$))", "", number.lstrip("+-")).replace(",", ".")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _has_number(number: str, numbers: set[str], words: set[str]) -> bool:
    value = _value(number)
    if value in numbers:
        return True
    return value.isdigit() and int(value) < len(_WORDS) and _WORDS[int(value)] in words


def _has_name(name: str, folded: str, initials: str) -> bool:
    wanted = name.casefold()
    if wanted in folded or (wanted.endswith("s") and wanted[:-1] in folded):
        return True
    bare = re.sub(r"[\W_]", "", wanted)
    if bare in re.sub(r"[\W_]", "", folded):
        return True
    letters = (bare[:-1] if name.endswith("s") else bare).lower()
    return letters.isalpha() and 2 <= len(letters) <= 8 and letters in initials


def _initials(text: str) -> str:
    """Return the first letters of the words in order, small words left out."""
    return "".join(word[0].lower() for word in re.findall(r"[A-Za-z]+", text) if word.lower() not in _SMALL)
