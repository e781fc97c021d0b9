"""A question as typed -> the same with slips of the finger corrected, where the library has the word that was meant."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from assistant.domain.sanitize import one_line
from assistant.library.snapshot import LibrarySnapshot

_WORD = re.compile(r"(?<![\w-])[a-z]{5,}(?![\w-])")
"""Names and abbreviations are left as they are: those that no paper has are no slips."""
_PAPERS = 8
"""Papers read for the word that was meant."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A question, and what was changed of it."""

    text: str
    notes: tuple[str, ...] = ()
    """For a person: which words were replaced by which."""


def correct(question: str, library: LibrarySnapshot, is_ordinary: Callable[[str], bool]) -> Correction:
    """Return the question with each word replaced that no paper has, that is no ordinary English word, and that is one
    slip away from a word of the library: a letter too many, too few, wrong, or two swapped."""
    replacements: dict[str, str] = {}
    for word in dict.fromkeys(_WORD.findall(question)):
        terms = library.words.terms(word)
        strange = len(terms) == 1 and not library.words.frequency(terms[0]) and not is_ordinary(word)
        if strange and (replacement := nearest_word(word, library)):
            replacements[word] = replacement
    if not replacements:
        return Correction(question)
    text = _WORD.sub(lambda match: replacements.get(match[0], match[0]), question)
    pairs = ", ".join(f"“{one_line(new)}” for “{one_line(old)}”" for old, new in replacements.items())
    return Correction(text, (f"searched for {pairs}",))


def nearest_word(word: str, library: LibrarySnapshot) -> str | None:
    """Return the library's word that this one is a slip of, the most frequent of several in the papers looked at."""
    ids = library.word_search.near(word, _PAPERS)
    counts = Counter(
        other
        for paper in library.papers(ids)
        for other in re.findall(r"[a-z]+", f"{paper.title} {paper.abstract}".lower())
        if one_slip(word, other)
    )
    return counts.most_common(1)[0][0] if counts else None


def one_slip(typed: str, meant: str) -> bool:
    """Whether one letter was added, left out or mistaken, or two neighbours swapped (Damerau 1964), after the first."""
    from rapidfuzz.distance import OSA

    return typed[:1] == meant[:1] and OSA.distance(typed, meant, score_cutoff=1) == 1
