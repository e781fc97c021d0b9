"""A question as typed -> the same with slips of the finger mended, where the library has the word that was meant."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from assistant.domain.sanitize import one_line
from assistant.library.snapshot import LibrarySnapshot

_WORD = re.compile(r"(?<![\w-])[a-z]{5,}(?![\w-])")
"""Names and abbreviations are left as they are: those nobody has are no slips."""
_PAPERS = 8
"""Papers read for the word that was meant."""


@dataclass(frozen=True, slots=True)
class Mended:
    """A question, and what was changed of it."""

    text: str
    notes: tuple[str, ...] = ()


def mend(question: str, library: LibrarySnapshot, ordinary: Callable[[str], bool]) -> Mended:
    """Return the question with each word replaced that no paper has, that is no ordinary English word, and that is one
    slip away from a word of the library: a letter too many, too few, wrong, or two swapped."""
    changed: dict[str, str] = {}
    for word in dict.fromkeys(_WORD.findall(question)):
        terms = library.words.terms(word)
        strange = len(terms) == 1 and not library.words.frequency(terms[0]) and not ordinary(word)
        if strange and (meant := _meant(word, library)):
            changed[word] = meant
    if not changed:
        return Mended(question)
    text = _WORD.sub(lambda match: changed.get(match[0], match[0]), question)
    told = ", ".join(f"“{one_line(new)}” for “{one_line(old)}”" for old, new in changed.items())
    return Mended(text, (f"searched for {told}",))


def _meant(word: str, library: LibrarySnapshot) -> str | None:
    """Return the library's word that this one is a slip of, the most frequent of several in the papers looked at."""
    ids = [library.ids[number] for number in library.words.near(word, _PAPERS)]
    found = Counter(
        other
        for paper in library.papers(ids)
        for other in re.findall(r"[a-z]+", f"{paper.title} {paper.abstract}".lower())
        if one_slip(word, other)
    )
    return found.most_common(1)[0][0] if found else None


def one_slip(typed: str, meant: str) -> bool:
    """Whether one letter was added, left out or mistaken, or two neighbours swapped (Damerau 1964), after the first."""
    if typed == meant or abs(len(typed) - len(meant)) > 1 or typed[:1] != meant[:1]:
        return False
    place = next(
        (at for at, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), min(len(typed), len(meant))
    )
    rest, other = typed[place:], meant[place:]
    if len(typed) > len(meant):
        return rest[1:] == other
    if len(typed) < len(meant):
        return rest == other[1:]
    return rest[1:] == other[1:] or (rest[:2] == other[1::-1] and rest[2:] == other[2:])
