"""Titles, ids and keys as people write them -> the papers of a library that they name; never a near one instead."""

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from assistant.domain import sentences, titles
from assistant.domain.identifiers import identity
from assistant.domain.records import Paper
from assistant.retrieval import retriever
from assistant.verification.claims import CitationMark, Statement

_LEAST_WORDS = 3  # a bracket of fewer words that names no paper is no citation: [MASK], [0, 1], [our emphasis]
_LONGEST = 600  # characters between brackets
_NEAR = 0.85  # likeness of titles from which one is worth telling about; it is never taken for the other
_SEPARATOR = re.compile(r"\s*;\s*")
_LIST = re.compile(r"\s*[;,]\s*")
_OUTER = re.compile(r"^[\s\"'“”‘’*_]+|[\s\"'“”‘’*_]+$")
_VERSION = re.compile(r"^(?:arxiv:)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})v\d{1,3}$", re.IGNORECASE)
_LINK = re.compile(r"\]\(\s*<?https?://[^\s()]*(?:\([^\s()]*\)[^\s()]*)*>?\s*\)")


@dataclass(frozen=True, slots=True)
class Index:
    """The papers of a library by everything that may name them."""

    named: Mapping[str, Paper]
    """By normalised title, id, the id's canonical form, and key."""

    def find(self, name: str) -> Paper | None:
        """Return the paper that `name` names, or None."""
        joined = " ".join(name.split())
        plain = _OUTER.sub("", joined).rstrip(".,")
        bare = _VERSION.sub(r"\1", plain)
        for key in (joined, plain, bare, identity(plain), identity(bare), _titled(plain)):
            if key in self.named:
                return self.named[key]
        return None

    def reason(self, name: str) -> str:
        """Return, for a person, why a name means no paper: with the nearest title, if one is very near."""
        told = f"no paper of the library is named “{' '.join(name.split())}”"
        wanted = _titled(name)
        nearest, likeness = "", _NEAR
        for key, paper in self.named.items() if wanted else ():
            if key.startswith("title:") and _share_words(wanted, key):
                matcher = difflib.SequenceMatcher(None, wanted, key, autojunk=False)
                if matcher.quick_ratio() >= likeness and (found := matcher.ratio()) >= likeness:
                    nearest, likeness = paper.title, found
        return f"{told}; did you mean “{nearest}”?" if nearest else told


def index(held: Iterable[Paper]) -> Index:
    """Index papers; where two have one title, the first is meant."""
    named: dict[str, Paper] = {}
    everything = list(held)
    keys = retriever.citation_keys(paper.id for paper in everything)
    for paper in everything:
        for key in (paper.id, identity(paper.id), _titled(paper.title), keys[paper.id]):
            if key:
                named.setdefault(key, paper)
    return Index(named)


def split(text: str, known: Index) -> tuple[Statement, ...]:
    """Return the sentences of a text, each with what it cites in brackets: titles, ids or keys, separated by ";".

    A citation that stands alone after a full stop belongs to the sentence before it.
    """
    text = _LINK.sub("]", text.replace("\r\n", "\n"))
    spans = list(_brackets(text, known))
    hidden = list(text)
    for start, end, _ in spans:
        hidden[start:end] = "[" + "x" * (end - start - 2) + "]"
    stated: list[Statement] = []
    ended = 0
    for start, end in sentences.split("".join(hidden)):
        inside = [span for span in spans if start <= span[0] and span[1] <= end]
        leading = _leading(text, start, end, inside) if stated and not text[ended:start].count("\n\n") else []
        ended = end
        if leading:
            stated[-1] = Statement(stated[-1].text, stated[-1].cited + tuple(c for span in leading for c in span[2]))
            start, inside = leading[-1][1], inside[len(leading) :]
        said = _without(text, start, end, inside)
        cited = tuple(dict.fromkeys(c for span in inside for c in span[2]))
        if re.search(r"\w", said):
            stated.append(Statement(said, cited))
        elif stated and cited:
            stated[-1] = Statement(stated[-1].text, stated[-1].cited + cited)
    return tuple(stated)


_Span = tuple[int, int, tuple[CitationMark, ...]]


def _brackets(text: str, known: Index) -> Iterator[_Span]:
    """Yield where the brackets that cite are, outermost first, with what they cite."""
    at = 0
    while (start := text.find("[", at)) >= 0:
        at = start + 1
        closing = list(_closings(text, start))
        # The longest stretch that names a paper as a whole, for titles hold brackets too; else the balanced one.
        for end in reversed(closing):
            if known.find(text[start + 1 : end]):
                yield start, end + 1, (CitationMark(_said(text[start + 1 : end]), wellformed=True),)
                at = end + 1
                break
        else:
            end = _balanced(text, start)
            if end and (cited := _cited(text[start + 1 : end], known)):
                yield start, end + 1, cited
                at = end + 1


def _closings(text: str, start: int) -> Iterator[int]:
    """Yield the closing brackets that may belong to the opening one, within its paragraph."""
    stop = text.find("\n\n", start)
    stop = min(stop if stop >= 0 else len(text), start + _LONGEST)
    end = text.find("]", start, stop)
    for _ in range(4):
        if end < 0:
            return
        yield end
        end = text.find("]", end + 1, stop)


def _balanced(text: str, start: int) -> int:
    """Return where the bracket opened at `start` closes, 0 where it does not soon."""
    depth = 0
    for at in range(start, min(len(text), start + _LONGEST)):
        depth += (text[at] == "[") - (text[at] == "]")
        if not depth:
            return at
    return 0


def _cited(inside: str, known: Index) -> tuple[CitationMark, ...]:
    """Return what a bracket cites, part by part; nothing where it holds something else."""
    parts = [part for part in _SEPARATOR.split(inside) if part.strip()]
    names = [name for part in parts for name in _grouped(part, known)]
    names = _rejoined(names, known)
    found = [known.find(name) for name in names]
    if not any(found) and len(inside.split()) < _LEAST_WORDS:
        return ()
    return tuple(CitationMark(_said(name), paper is not None) for name, paper in zip(names, found, strict=True))


def _grouped(part: str, known: Index) -> list[str]:
    """Return a part, or its own parts where it is a list by commas of nothing but names: "[2401.00001, P1a2b]"."""
    pieces = [piece for piece in _LIST.split(part) if piece]
    return pieces if known.find(part) is None and len(pieces) > 1 and all(map(known.find, pieces)) else [part]


def _rejoined(names: list[str], known: Index) -> list[str]:
    """Put together again what makes a title only together, for titles hold semicolons too."""
    joined: list[str] = []
    at = 0
    while at < len(names):
        ends = (end for end in range(len(names), at + 1, -1) if known.find("; ".join(names[at:end])))
        end = next(ends, at + 1)
        joined.append("; ".join(names[at:end]))
        at = end
    return joined


def _leading(text: str, start: int, end: int, spans: list[_Span]) -> list[_Span]:
    """Return the citations that open a sentence and belong to the one before: not where one is its subject."""
    found = []
    for span in spans:
        if text[start : span[0]].strip(" \t\n.,;"):
            break
        found.append(span)
        start = span[1]
    return [] if text[start:end].lstrip()[:1].islower() else found


def _without(text: str, start: int, end: int, spans: list[_Span]) -> str:
    pieces = []
    for begin, stop, _ in spans:
        pieces.append(text[start:begin])
        start = stop
    said = " ".join(" ".join((*pieces, text[start:end])).split())
    said = re.sub(r"^(?:[-*•·–]|\d{1,3}[.)]|#{1,6}|>)\s+", "", said)
    return re.sub(r"\s+([.,;:!?)])", r"\1", said).lstrip(".,; ")


def _said(name: str) -> str:
    return " ".join(name.split())


def _share_words(one: str, other: str) -> bool:
    """Whether half of the words of the shorter are in the other; far cheaper than letters in common."""
    ours, theirs = set(one.split()), set(other.split())
    return len(ours & theirs) * 2 >= min(len(ours), len(theirs))


def _titled(title: str) -> str:
    return f"title:{titles.normalise(title)}" if title.strip() else ""
