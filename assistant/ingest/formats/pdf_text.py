"""The pages of a paper as text -> passages of its sections: running text, each sentence with its page.

Left out, where that can be told without doubt: what is above the first section, lines that the tops or bottoms of many
pages share, page numbers, rows of numbers, and the list of references. Notes at the foot of a page and captions stay,
for nothing tells them from the text around them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.domain import sentences
from assistant.domain.full_texts import Passage
from assistant.ingest.fields import tidy

MOST_CHARACTERS = 2_000_000
"""Of a full text; a book of 400 pages has about a million."""
_EDGE = 3  # lines at the top and the bottom of a page that may be its header and its footer
_SHARED = 0.4  # of the pages; a header that even pages have is on half of them
_LEAST_PAGES = 3  # that share a line
_SHORTEST = 40  # characters of a passage; less is what is left of a drawing
_LONGEST_HEADING = 80
_YEARS = 12  # lines after the heading of the references, some of which have years or numbers in brackets
_WORD = re.compile(r"\w+(?:-\w+)*")
_PARTED = re.compile(r"(\w+)[-\u2010\xad]$")
_COMPOUNDS = frozenset(
    "self pre post non multi cross fine long short large small high low state well end real co re in out zero few"
    " one two three many semi sub inter intra meta model data task user human language text image vision open closed"
    " trade time general domain goal value reward policy best worst test train off on".split()
)
"""First parts of words that keep their hyphen where a line parts them."""
_NUMBERED = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|[IVX]{1,5}\.)\s+[A-Z][^\d.?!;=]*$")
_NAMED = re.compile(
    r"(?:introduction|background|preliminaries|related works?|(?:materials and )?methods?|methodology|experiments?"
    r"|experimental (?:setup|results)|evaluation|results(?: and discussion)?|discussion|conclusions?|limitations"
    r"|acknowledge?ments?|appendix(?: [a-z])?|broader impact|ethics statement)$",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(r"(?:(?:1|I)\.?\s+)?introduction$", re.IGNORECASE)
_REFERENCES = re.compile(
    r"(?:(?:\d{1,2}|[IVX]{1,5})\.?\s+)?(?:references|bibliography|literature cited|works cited)$", re.IGNORECASE
)
_APPENDIX = re.compile(
    r"(?:[A-Z]\.?\s+)?(?:appendix|appendices|supplement(?:ary|al) materials?|supporting information)\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\b(?:19|20)\d\d[a-z]?\b|^\[\d{1,3}\]")
_ENDS = re.compile(r"[.?!:…][\"'”’)\]]*\s*$")


@dataclass(slots=True)
class _Section:
    """Running text under a heading, as it grows."""

    heading: str = ""
    lines: list[str] = field(default_factory=list)
    size: int = 0
    """Characters of all lines."""
    pages: list[tuple[int, int]] = field(default_factory=list)
    """(offset, page) where each page begins."""
    known: frozenset[str] = frozenset()
    """The words of the document that no line parts."""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self.lines)

    @property
    def is_over(self) -> bool:
        """Whether it may end here: with a sentence, or before it begins."""
        return not self.lines or bool(_ENDS.search(self.lines[-1]))

    def add(self, page: int, line: str) -> None:
        """Add a line; a word that it goes on with is joined."""
        if self.lines:
            last = self.lines[-1]
            parted = _PARTED.search(last) if line[:1].islower() else None
            self.lines[-1] = last[:-1] + "-" * self._keeps_hyphen(parted[1], line) if parted else f"{last} "
            self.size += len(self.lines[-1]) - len(last)
        if not self.pages or self.pages[-1][1] != page:
            self.pages.append((self.size, page))
        self.lines.append(line)
        self.size += len(line)

    def _keeps_hyphen(self, first: str, line: str) -> bool:
        """Whether a word that a line parts has a hyphen: as the document writes it elsewhere, else by its beginning."""
        rest = _WORD.match(line)
        second = rest[0] if rest else ""
        if f"{first}{second}".casefold() in self.known:
            return False
        return f"{first}-{second}".casefold() in self.known or first.casefold() in _COMPOUNDS

    def passage(self, text: str, start: int, end: int) -> Passage:
        """Return a stretch of its text, with the pages that it is on."""
        before = [page for offset, page in self.pages if offset <= start][-1]
        inside = [(offset - start, page) for offset, page in self.pages if start < offset < end]
        return Passage(text[start:end], ((0, before), *inside), self.heading)


def joined(lines: Iterable[str]) -> str:
    """Return lines as running text; a word that a line parts is joined."""
    section = _Section()
    for line in filter(None, map(tidy_line, lines)):
        section.add(1, line)
    return section.text


def tidy_line(line: str) -> str:
    """Return a line without what cannot be stored or seen; a soft hyphen at its end is a hyphen."""
    return tidy(re.sub("[\ud800-\udfff]", "\ufffd", re.sub("\xad\\s*$", "-", line)))


def passages(texts: Sequence[str], begin: tuple[int, int], room: int) -> tuple[list[Passage], int]:
    """Return the passages of at most `room` characters of the pages of a paper, and the number of pages whose text
    they hold; `begin` is the page, from 1, and the offset in its text where the abstract ends."""
    page, offset = begin
    furniture = _furniture(texts)
    lines = [
        (number, line)
        for number, text in enumerate(texts, 1)
        if number >= page
        for line in _lines(text, furniture, offset if number == page else 0)
    ]
    found: list[Passage] = []
    size = 0
    known = frozenset(word.casefold() for _, line in lines for word in _WORD.findall(line))
    for section in _sections(_without_references(_from_introduction(lines)), known):
        found += [passage for passage in _split(section, room) if len(passage.text) >= _SHORTEST]
        size += section.size
        if size > MOST_CHARACTERS:
            return found, found[-1].pages[-1][1] if found else 0
    return found, len(texts)


def _furniture(texts: Sequence[str]) -> frozenset[str]:
    """Return what headers and footers say, but for their numbers."""
    counts = Counter(
        shape
        for text in texts
        for shape in {_shape(line) for line in _edges([line for line in text.splitlines() if line.strip()])}
    )
    least = max(_LEAST_PAGES, _SHARED * len(texts))
    return frozenset(shape for shape, count in counts.items() if shape and count >= least)


def _edges(lines: Sequence[str]) -> list[str]:
    return [*lines[:_EDGE], *lines[_EDGE:][-_EDGE:]]


def _shape(line: str) -> str:
    return re.sub(r"[\W\d_]+", " ", line).strip().casefold()


def _lines(text: str, furniture: frozenset[str], offset: int) -> Iterator[str]:
    """Yield the lines of a page from an offset on, without its header, its footer and rows of numbers."""
    whole = [(match.start(), match[0]) for match in re.finditer(r"[^\n]+", text) if match[0].strip()]
    edges = {*range(_EDGE), *range(len(whole) - _EDGE, len(whole))}
    for place, (start, line) in enumerate(whole):
        is_furniture = place in edges and ((shape := _shape(line)) in furniture or not shape)
        rest = tidy_line(line[max(offset - start, 0) :])
        if rest and not is_furniture and not _is_row(rest):
            yield rest


def _is_row(line: str) -> bool:
    """Whether a line is of a table and says nothing: three numbers or more, and no letters."""
    return len(line.split()) >= 3 and not any(letter.isalpha() for letter in line)


Line = tuple[int, str]
"""A page, and a line of it."""


def _from_introduction(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines from the introduction on, where it is on the page of the first line or the one after it; what is
    before it are keywords and addresses."""
    for place, (page, line) in enumerate(lines):
        if page > lines[0][0] + 1:
            break
        if _INTRODUCTION.match(line):
            return lines[place:]
    return lines


def _without_references(lines: Sequence[Line]) -> list[Line]:
    """Return the lines without the last list of references, up to the appendix after it."""
    for place in range(len(lines) - 1, 0, -1):
        following = [line for _, line in lines[place + 1 : place + 1 + _YEARS]]
        if _REFERENCES.match(lines[place][1]) and sum(bool(_REFERENCE.search(line)) for line in following) > 1:
            rest = next((n for n in range(place + 1, len(lines)) if _is_appendix(lines[n][1])), len(lines))
            return [*lines[:place], *lines[rest:]]
    return list(lines)


def _is_appendix(line: str) -> bool:
    return len(line) <= _LONGEST_HEADING and bool(_APPENDIX.match(line)) and not _ENDS.search(line)


def _sections(lines: Iterable[Line], known: frozenset[str]) -> Iterator[_Section]:
    """Yield the sections, each under its heading: a line of its own that begins with a number, or that many papers
    have, after the end of a sentence or another heading."""
    section = _Section(known=known)
    for page, line in lines:
        if section.is_over and _is_heading(line):
            if section.lines:
                yield section
            section = _Section(line, known=known)
        else:
            section.add(page, line)
    if section.lines:
        yield section


def _is_heading(line: str) -> bool:
    return len(line) <= _LONGEST_HEADING and bool(_NUMBERED.match(line) or _NAMED.match(line) or _is_appendix(line))


def _split(section: _Section, room: int) -> Iterator[Passage]:
    """Yield runs of whole sentences no longer than `room`; a sentence that is longer alone is parted between words."""
    text = section.text
    start = end = 0
    for first, last in _pieces(text, room):
        if end and last - start > room:
            yield section.passage(text, start, end)
            start = first
        elif not end:
            start = first
        end = last
    if end:
        yield section.passage(text, start, end)


def _pieces(text: str, room: int) -> Iterator[tuple[int, int]]:
    for first, last in sentences.split(text):
        while last - first > room:
            cut = text.rfind(" ", first, first + room)
            cut = cut if cut > first else first + room
            yield first, cut
            first = cut + (text[cut] == " ")
        if first < last:
            yield first, last
