"""Papers -> the keys that people cite them by, such as gao2022scaling: readable, and each of one paper alone."""

import re
import string
import unicodedata
from collections.abc import Iterable
from itertools import islice

from assistant.domain.greek import GREEK
from assistant.domain.records import Paper
from assistant.domain.titles import normalise

FORM = re.compile(r"[a-z][a-z0-9]{2,119}")
"""What every key looks like."""

_SILENT = frozenset(
    "a an and are as at be by can could do does for from how in into is it its of on or our should so that the their"
    " this to toward towards under using via was we what when where which who why will with without".split()
)
_SUFFIXES = frozenset("jr sr ii iii iv phd md".split())
_LATIN = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_YEAR_LIKE = re.compile(r"[0-9]{4}")
_TITLE_WORDS = 3  # of a title, in the key of a paper without an author
_LONGEST = 30  # characters of a name or a word


def citation_keys(papers: Iterable[Paper]) -> dict[str, str]:
    """Return {paper id: key}: the first author's family name, the year, and the first telling word of the title.

    Without an author the key has the first three telling words, and the year. Where several papers come to one key,
    the first has it as it is and those after it a letter more: keys stay as they are when papers are added at the end.
    """
    keys: dict[str, str] = {}
    taken: set[str] = set()
    seen: dict[str, int] = {}
    for paper in papers:
        base = _base(paper)
        key, number = base, seen.get(base, 0)
        while key in taken:
            key, number = f"{base}{_letters(number)}", number + 1
        seen[base] = number
        taken.add(key)
        keys[paper.id] = key
    return keys


def family_name(author: str) -> str:
    """Return the last name of an author in plain small letters, "" where it has none in Latin script.

    >>> family_name("Kazimierz Łukasiewicz-Ramé Jr."), family_name("Gao, Leo")
    ('lukasiewiczrame', 'gao')
    """
    spoken = author.partition(",")[0] if "," in author else author
    words = [word for word in map(plain, spoken.split()) if word and word not in _SUFFIXES]
    return words[-1][:_LONGEST] if words else ""


def plain(text: str) -> str:
    """Return the letters and digits of a text, small and without accents; other scripts than Latin and Greek go."""
    if text.isascii():
        return re.sub(r"[^a-z0-9]", "", text.lower())
    spelled = "".join(GREEK.get(letter, letter) for letter in text.lower().translate(_LATIN))
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", spelled).lower())


def _base(paper: Paper) -> str:
    """Return the key of a paper that no other shares; the year is the only run of four digits in it."""
    words = (word for word in map(plain, normalise(paper.title).split()) if word and word not in _SILENT)
    words = (word[:_LONGEST] for word in words if not word.isdecimal() and not _YEAR_LIKE.search(word))
    year = f"{paper.date.year:04}" if paper.date else ""
    family = family_name(paper.authors[0]) if paper.authors else ""
    if family:
        return _with_letter(f"{family}{year}{next(words, '')}")
    return _with_letter("".join(islice(words, _TITLE_WORDS)) + year)


def _with_letter(key: str) -> str:
    """Return a key that begins with a letter and has the length of one."""
    return key if FORM.fullmatch(key) else f"paper{key}"


def _letters(number: int) -> str:
    """Return "a" to "z", then "aa" and so on."""
    letters = ""
    while number >= 0:
        letters = string.ascii_lowercase[number % 26] + letters
        number = number // 26 - 1
    return letters
