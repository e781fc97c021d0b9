"""Papers with the sentences that are shown of them -> numbered sources for a prompt, and what a number stands for.

    [1] Why Dough Rises (2020-05-11)
    1.1 Yeast turns sugar into carbon dioxide.
    1.2 Colder dough rises more slowly.

A model cites "[1.2]", a sentence, or "[1]", a paper. What is kept of its reply cites keys, which mean the same ever
after.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from assistant.answering.evidence_packing import LONGEST_SENTENCE, PackedPaper
from assistant.answering.evidence_prompt import neutralise
from assistant.domain import titles
from assistant.verification import quotes
from assistant.verification.claims import CitationMark

_NUMBER = r"\d{1,3}(?:\.\d{1,3})?"
_CITATION = re.compile(
    rf"\[\s*(?:(?:sources?|sentences?|papers?)\s*)?({_NUMBER}(?:(?:\s*[,;&]\s*|\s+and\s+){_NUMBER}){{0,20}})(\s*:[^\[\]\n]{{0,1000}})?\s*\]",
    re.IGNORECASE,
)
_STRANGERS_NUMBER = re.compile(r"\[(\d{1,3}(?:\.\d{1,3})?)\]")
_DATE = re.compile(r" ?\(\d{4}[^()]{0,30}\)\.?$")
_LONGEST_TITLE = 1_000  # characters


@dataclass(frozen=True)
class NumberedSources:
    """What a model was shown, and by which numbers."""

    packed: tuple[PackedPaper, ...]

    @cached_property
    def marks(self) -> Mapping[str, CitationMark]:
        """{number: what it cites}, of every paper and every sentence."""
        marks = {}
        for number, paper in enumerate(self.packed, 1):
            key = paper.item.key
            marks[f"{number}"] = CitationMark(key, wellformed=True)
            for place, sentence in enumerate(paper.sentences, 1):
                marks[f"{number}.{place}"] = CitationMark(key, wellformed=True, sentence=sentence)
        return marks

    @cached_property
    def _by_title(self) -> Mapping[str, CitationMark | None]:
        """{normal form of a title: its paper}, None for a title that two of the papers have."""
        marks: dict[str, CitationMark | None] = {}
        for paper in self.packed:
            title = titles.normalise(paper.item.paper.title)
            marks[title] = None if title in marks else CitationMark(paper.item.key, wellformed=True)
        return marks

    @cached_property
    def _by_key(self) -> Mapping[str, CitationMark]:
        return {paper.item.key: CitationMark(paper.item.key, wellformed=True) for paper in self.packed}

    def mark(self, name: str) -> CitationMark | None:
        """Return what a number, a key or a title cites; None for what is none of these here."""
        return self.marks.get(name) or self._by_key.get(name) or self.titled(name)

    def titled(self, text: str) -> CitationMark | None:
        """Return the citation of the paper whose title this is, perhaps with its date; None for no one title."""
        title = " ".join(text.split())
        if len(title) > _LONGEST_TITLE:
            return None
        plain = _DATE.sub("", title)
        return self._by_title.get(titles.normalise(plain)) if plain else None

    @cached_property
    def _by_words(self) -> Mapping[str, CitationMark | None]:
        """{normal form of a sentence: its citation}, None for one that two papers have."""
        marks: dict[str, CitationMark | None] = {}
        for mark in filter(lambda mark: mark.sentence, self.marks.values()):
            words = quotes.normal(mark.sentence)
            other = marks.setdefault(words, mark)
            if other and other.key != mark.key:
                marks[words] = None
        return marks

    def verbatim(self, sentence: str) -> CitationMark | None:
        """Return the citation of the sentence that is shown and is this one; None where there is not just one."""
        return self._by_words.get(quotes.normal(sentence))

    def is_number(self, text: str) -> bool:
        """Whether this is the number of a sentence that is shown."""
        return "." in text and text in self.marks

    def says(self, words: str) -> bool:
        """Whether these words, such as "1.2", stand in a sentence or title that is shown."""
        return words in self._text

    @cached_property
    def _text(self) -> str:
        return "\n".join(text for paper in self.packed for text in (paper.item.paper.title, *paper.sentences))

    def with_keys(self, text: str) -> str:
        """Return a text whose citations by number are by key: what is shown and kept of a reply."""
        return _CITATION.sub(self._keyed, text)

    def _keyed(self, match: re.Match[str]) -> str:
        names = re.findall(_NUMBER, match[1])
        if any(name not in self.marks for name in names):
            return match[0]
        return f"[{', '.join(dict.fromkeys(self.marks[name].key for name in names))}{match[2] or ''}]"


def render(sources: NumberedSources) -> str:
    """Return the sources as a prompt shows them: numbered, and with nothing that passes for a mark of ours."""
    return "\n".join(_rendered(number, paper) for number, paper in enumerate(sources.packed, 1))


def _rendered(number: int, paper: PackedPaper) -> str:
    date = f" ({paper.item.paper.shown_day})" if paper.item.paper.date else ""
    rows = [f"[{number}] {_data(paper.item.paper.title)}{date}"]
    for place, sentence in enumerate(paper.sentences, 1):
        text = sentence if len(sentence) <= LONGEST_SENTENCE else f"{sentence[:LONGEST_SENTENCE]} …"
        rows.append(f"{number}.{place} {_data(text)}")
    return "\n".join(rows)


def _data(text: str) -> str:
    """Return strangers' words without what would read as a citation: their own "[12]" among it."""
    return _STRANGERS_NUMBER.sub(r"(\1)", neutralise(text))
