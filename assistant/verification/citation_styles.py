"""A text -> what it cites in the ways of Pandoc and of prose: [@key; @key], @key, (Author, year), Author (year)."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from assistant.retrieval.author_years import AUTHORS, YEAR
from assistant.retrieval.finder import PaperIndex
from assistant.verification.claims import CitationMark


class CitedSpan(NamedTuple):
    """A stretch of a text that cites, from its first character to after its last."""

    start: int
    end: int
    marks: tuple[CitationMark, ...]


_KEY = r"@(?:\{([^{}\n]{1,300})\}|([\w](?:[\w:.#$%&+?<>~/-]{0,200}[\w/])?))"
_PANDOC = re.compile(r"\[(?=[^\[\]@]{0,200}@)([^\[\]]{1,4000})\]")
_IN_BRACKET = re.compile(rf"(?<![\w.@])-?{_KEY}")
_BARE = re.compile(rf"(?<![\w.@/{{])-?{_KEY}(?:\s\[[^\[\]@]{{1,60}}\])?")
_PARENTHESES = re.compile(r"\(([^()\n]*(?:\n[^()\n]+){0,4})\)")
_CITED_PART = re.compile(
    rf"\s*(?:(?:see|cf\.?|e\.g\.,?|also|and|i\.e\.,?)\s+){{0,3}}({AUTHORS}),?\s+\(?({YEAR}(?:\s*,\s*{YEAR}){{0,9}})\)?"
    r"(?:,\s.{0,60})?\s*",
    re.DOTALL,
)
_NARRATIVE = re.compile(rf"(?<![\w@])({AUTHORS})(?:'s|’s)?,?\s+\(({YEAR}(?:\s*[,;]\s*{YEAR}){{0,9}})\)")
_SEVERAL = re.compile(r"\bet\s+al\b|\s(?:and|&)\s")
_LONGEST = 600  # characters between parentheses
_OPENERS = frozenset(
    "however recently similarly moreover furthermore additionally also finally later first second concurrently earlier"
    " notably specifically importantly instead likewise conversely indeed following".split()
)
_NO_NAMES = frozenset(
    "january february march april may june july august september october november december jan feb mar apr jun jul aug"
    " sep sept oct nov dec spring summer autumn fall winter figure fig table section sec equation eq chapter appendix"
    " version in since until before after by from of the and early late mid circa".split()
)


def bracketed_keys(text: str) -> list[CitedSpan]:
    """Return the brackets of Pandoc, such as [see @key, p. 3; @other]: they cite whether a key names a paper or not."""
    return [
        CitedSpan(match.start(), match.end(), _marks(keys))
        for match in _PANDOC.finditer(text)
        if (keys := [key[1] or key[2] for key in _IN_BRACKET.finditer(match[1])])
    ]


def names(text: str, papers: PaperIndex, spans: Sequence[CitedSpan]) -> list[CitedSpan]:
    """Return what a text cites by a key alone and by authors and year, outside of `spans` that are known to cite.

    Authors with a year cite whether they name a paper or not, but for a single name in running text: "ImageNet (2009)"
    and @handles cite only where they name one.
    """
    taken = bytearray(len(text))
    for span in spans:
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
    named: list[CitedSpan] = []
    for span in (*_bare(text, papers), *_parenthetical(text), *_narrative(text, papers)):
        if not any(taken[span.start : span.end]):
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
            named.append(span)
    return named


def _bare(text: str, papers: PaperIndex) -> Iterator[CitedSpan]:
    for match in _BARE.finditer(text):
        key = match[1] or match[2]
        if papers.knows(key):
            yield CitedSpan(match.start(), match.end(), _marks([key]))


def _parenthetical(text: str) -> Iterator[CitedSpan]:
    for match in _PARENTHESES.finditer(text):
        if len(match[1]) > _LONGEST:
            continue
        parts = [part for part in (_CITED_PART.fullmatch(part) for part in match[1].split(";")) if part]
        names = [name for part in parts if _is_name(part[1]) for name in _dated(part[1], part[2])]
        if names:
            yield CitedSpan(match.start(), match.end(), _marks(names))


def _narrative(text: str, papers: PaperIndex) -> Iterator[CitedSpan]:
    for match in _NARRATIVE.finditer(text):
        authors, start = match[1], match.start()
        first, comma, rest = authors.partition(",")
        if comma and (first.lower() in _OPENERS or not any(map(papers.knows, _dated(authors, match[2])))):
            shorter = rest.lstrip()
            if first.lower() in _OPENERS or any(map(papers.knows, _dated(shorter, match[2]))):
                authors, start = shorter, start + len(authors) - len(shorter)
        named = _dated(authors, match[2])
        if _is_name(authors) and (_SEVERAL.search(authors) or any(map(papers.knows, named))):
            yield CitedSpan(start, match.end(), _marks(named))


def _dated(authors: str, years: str) -> list[str]:
    plain = " ".join(authors.split())
    return [f"{plain}, {year}" for year in re.findall(YEAR, years)]


def _is_name(authors: str) -> bool:
    return authors.split()[0].strip(",.").lower() not in _NO_NAMES


def _marks(names: Sequence[str]) -> tuple[CitationMark, ...]:
    return tuple(CitationMark(name, wellformed=True) for name in dict.fromkeys(names))
