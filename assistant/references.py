"""Titles, ids and keys as people write them -> the papers of a library that they name; never a near one instead."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant import evidence, papers, sentences, titles
from assistant.claims import Cited, Stated
from assistant.records import Paper

_BRACKETS = re.compile(r"\[([^\[\]]{2,500})\]")
_LEAST_WORDS = 3  # a bracket of fewer words that names no paper is no citation: [MASK], [0, 1], [our emphasis]


@dataclass(frozen=True, slots=True)
class Index:
    """The papers of a library by everything that may name them."""

    named: Mapping[str, Paper]
    """By normalised title, id, the id's canonical form, and key."""

    def find(self, name: str) -> Paper | None:
        """Return the paper that `name` names, or None."""
        plain = name.strip().strip("\"'“”‘’").strip()
        for key in (plain, papers.identity(plain), _titled(plain)):
            if key in self.named:
                return self.named[key]
        return None


def index(held: Iterable[Paper]) -> Index:
    """Index papers; where two have one title, the first is meant."""
    named: dict[str, Paper] = {}
    everything = list(held)
    keys = evidence.keys(paper.id for paper in everything)
    for paper in everything:
        for key in (paper.id, papers.identity(paper.id), _titled(paper.title), keys[paper.id]):
            named.setdefault(key, paper)
    return Index(named)


def split(text: str, known: Index) -> tuple[Stated, ...]:
    """Return the sentences of a text, each with what it cites in brackets: titles, ids or keys, separated by ";"."""
    stated: list[Stated] = []
    for start, end in sentences.split(text):
        cited: list[Cited] = []
        said = " ".join(_without(text[start:end], known, cited).split())
        said = re.sub(r"\s+([.,;:!?])", r"\1", said)
        if re.search(r"\w", said):
            stated.append(Stated(said, tuple(cited)))
        elif stated and cited:
            stated[-1] = Stated(stated[-1].text, stated[-1].cited + tuple(cited))
    return tuple(stated)


def _without(sentence: str, known: Index, cited: list[Cited]) -> str:
    """Return the sentence without its citations, which are added to `cited`."""

    def take(match: re.Match[str]) -> str:
        whole = known.find(match[1])
        names = [match[1]] if whole else [part.strip() for part in match[1].split(";") if part.strip()]
        found = [known.find(name) for name in names]
        if not any(found) and len(match[1].split()) < _LEAST_WORDS:
            return match[0]
        cited.extend(Cited(name.strip(), paper is not None) for name, paper in zip(names, found, strict=True))
        return ""

    return _BRACKETS.sub(take, sentence)


def _titled(title: str) -> str:
    return f"title:{titles.normalise(title)}" if title.strip() else ""
