"""A question, a library and the papers nearest to it -> the names in the question that nothing in the library has.

Who asks for a thing by its name wants that thing, and a paper that never names it says nothing about it, however near
its subject is: of the questions on the `dev` half of evals/daily_papers 11 hold such a name, and none of these has an
answer.
"""

import re
from collections.abc import Callable, Iterator, Sequence

from assistant.domain import sentences
from assistant.library import overview
from assistant.library.abstracts import Abstract
from assistant.library.bm25 import BM25Index
from assistant.library.snapshot import LibrarySnapshot
from assistant.retrieval import languages, periods, spelling

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[^\W\d_]{2,}")
_MARKED = re.compile(r"[^\W\d_].*?[A-Z]|[A-Z].*?\d")
"""What is a name wherever it stands: "BM25", "LiDAR", "KV"."""
_INTRODUCED = re.compile(
    r"\b(?i:i\s+am|i['’]m|my\s+name\s+is|this\s+is)(?:\s+(?:(?:from|at|of|in|the|and)\s+){0,3}[A-Z][\w.'’-]*)+"
)
"""The asker's own name, with where they are from: "I am Ada from Turin"."""
_BRITISH = re.compile(r"(?<=[^\W\d_])is(?=(?:e[drs]?|ing|ations?)$)")
"""What American English writes with a z."""
_SHORT = 6
"""Letters of a name that may be short for several words."""
_LONG = 6
"""Letters from which on a word with one capital is more likely a slip of the library's word than a name."""
_LONGEST = 40  # letters of a name that may be written apart
_MOST = 8  # names of a question that are looked up
_MOST_CAPITALS = 0.5
"""Share of the words with a capital from which on capitals say nothing: a title, or a question shouted."""


def unknown(
    question: str, library: LibrarySnapshot, evidence: Sequence[Abstract], ordinary: Callable[[str], bool] | None
) -> tuple[str, ...]:
    """Return the names of a question that no title, abstract or list of authors has, in its order.

    A name is a word that is no `ordinary` English and has a capital: within a sentence, or with another or a digit
    behind it; where `ordinary` is None, only the latter. The asker's own name is none ("I am Ada; how …?"). Read are
    the sentences that ask, in English: other languages have capitals for other reasons. What the evidence has in its
    full text, spells out ("RLHF") or writes apart ("Flash Attention") is known, and so is what one slip made of a word
    of the library ("Transfomers").
    """
    if languages.foreign(question):
        return ()
    words = _INTRODUCED.sub("", periods.without(question))
    split = [words[start:end] for start, end in sentences.split(words)]
    asking = [sentence for sentence in split if sentence.endswith("?")] or split[-1:]
    every = dict.fromkeys(
        name
        for sentence in asking
        for name in _names(sentence)
        if (_MARKED.match(name) if ordinary is None else not ordinary(name.lower()))
    )
    names = [name for name in list(every)[:_MOST] if not _is_written(name, library.words)]
    texts = [_WORD.findall(f"{item.paper.title} {item.paper.abstract}".casefold()) for item in evidence if names]
    return tuple(
        name
        for name in names
        if not any(_has(text, name) for text in texts)
        and not any(_is_in_body(item, name) for item in evidence)
        and not _is_slip(name, library)
        and not overview.by_writer(library.catalogue, [name])
    )


def _has(text: Sequence[str], name: str) -> bool:
    """Whether a text, by its words, has a name in parts, or has words that it is short for."""
    initials = "".join(word[0] for word in text)
    if any(short in initials for short in _abbreviations(name)):
        return True
    if len(name) > _LONGEST:
        return False
    apart = " ?".join(name.removesuffix("s").casefold())
    return bool(re.search(rf"\b{apart}(?: ?s)?\b", " ".join(text)))


def _is_in_body(item: Abstract, name: str) -> bool:
    """Whether the full text of a paper has a name, where there is one."""
    terms = item.words.terms(name)
    return item.body is not None and any(passage.issuperset(terms) for passage in item.body.terms)


def _is_slip(name: str, library: LibrarySnapshot) -> bool:
    """Whether a word with one capital is a word of the library but for one letter."""
    return len(name) >= _LONG and name[1:].islower() and bool(spelling.nearest_word(name.lower(), library))


def marked(question: str) -> list[str]:
    """Return the words of a question that are names wherever they stand: "BM25", "LiDAR", "PLATO"."""
    return [word for word in _WORD.findall(question) if _MARKED.match(word)]


def _names(sentence: str) -> Iterator[str]:
    words = [match[0] for match in _WORD.finditer(sentence)]
    capitals = sum(word[0].isupper() for word in words[1:])  # the first one has a capital anyway
    if capitals > 1 and capitals > _MOST_CAPITALS * (len(words) - 1):
        return
    for place, word in enumerate(words):
        if len(word) > 1 and (_MARKED.match(word) or (place and word[0].isupper())):
            yield word


def _is_written(name: str, words: BM25Index) -> bool:
    """Whether a text of the library has a name, or the letters of one with digits: "GPT4" beside "GPT-4"."""
    terms = [*words.terms(name), *words.terms(name.removesuffix("s")), *words.terms(_BRITISH.sub("iz", name))]
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
