"""A question, a library and the papers nearest to it -> the names in the question that nothing in the library has.

Who asks for a thing by its name wants that thing, and a paper that never names it says nothing about it, however near
its subject is: of the questions on the `dev` half of evals/daily_papers 11 hold such a name, and none of these has an
answer.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.domain import sentences
from assistant.domain.records import Evidence
from assistant.library import overview
from assistant.library.bm25 import BM25Index
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import periods

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[^\W\d_]{2,}")
_MARKED = re.compile(r"[^\W\d_].*?[A-Z]|[A-Z].*?\d")
"""What is a name wherever it stands: "BM25", "LiDAR", "KV"."""
_SHORT = 6
"""Letters of a name that may be short for several words."""
_MOST = 8  # names of a question that are looked up
_MOST_CAPITALS = 0.5
"""Share of the words with a capital from which on capitals say nothing: a title, or a question shouted."""


def unknown(
    question: str, library: LibrarySnapshot, evidence: Sequence[Evidence], ordinary: Callable[[str], bool] | None
) -> tuple[str, ...]:
    """Return the names of a question that no title, abstract or list of authors has, in its order.

    A name is a word that is no `ordinary` English (None: none is looked at) and has a capital: within a sentence, or
    with another or a digit behind it. Read are the sentences that ask; what the evidence spells out is known: "RLHF".
    """
    if ordinary is None:
        return ()
    texts = [f"{item.paper.title} {item.paper.abstract}" for item in evidence]
    initials = ["".join(word[0] for word in _WORD.findall(text)).casefold() for text in texts]
    words = periods.without(question)
    split = [words[start:end] for start, end in sentences.split(words)]
    asking = [sentence for sentence in split if sentence.endswith("?")] or split[-1:]
    every = dict.fromkeys(name for sentence in asking for name in _names(sentence) if not ordinary(name.lower()))
    names = list(every)[:_MOST]
    return tuple(
        name
        for name in names
        if not _is_written(name, library.words)
        and not any(short in letters for short in _abbreviations(name) for letters in initials)
        and not overview.by_writer(library.catalogue, [name])
    )


def marked(question: str) -> list[str]:
    """Return the words of a question that are names wherever they stand: "BM25", "LiDAR", "PLATO"."""
    return [word for word in _WORD.findall(question) if _MARKED.match(word)]


def _names(sentence: str) -> Iterator[str]:
    words = [match[0] for match in _WORD.finditer(sentence)]
    capitals = sum(word[0].isupper() for word in words)
    if capitals > 1 and capitals > _MOST_CAPITALS * len(words):
        return
    for place, word in enumerate(words):
        if len(word) > 1 and (_MARKED.match(word) or (place and word[0].isupper())):
            yield word


def _is_written(name: str, words: BM25Index) -> bool:
    """Whether a text of the library has a name, or the letters of one with digits: "GPT4" beside "GPT-4"."""
    terms = [*words.terms(name), *words.terms(name.removesuffix("s"))]
    if not terms or any(words.frequency(term) for term in terms):
        return True
    parts = [term for part in _PART.findall(name) if part != name for term in words.terms(part)]
    return bool(parts) and all(words.frequency(term) for term in parts)


def _abbreviations(name: str) -> tuple[str, ...]:
    """Return the letters with which the words begin that a name may be short for: "vit" and "vt" of "ViT"."""
    singular = name.removesuffix("s")
    if len(singular) > _SHORT or not singular.isalpha():
        return ()
    capitals = "".join(letter for letter in singular if letter.isupper())
    return tuple(short.casefold() for short in {singular, capitals} if len(short) > 1)
