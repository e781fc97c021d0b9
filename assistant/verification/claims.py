"""A model's answer -> its claims: sentences, each with the keys and quotes it cites; nothing written is lost."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from assistant.domain import sentences

# What stands within the brackets of a citation: names, each perhaps with quotes, which may hold brackets of their own.
# No pattern gives back what it took, and no two of them can take the same text: there is one way to read a bracket.
_QUOTE = r"(?:\"[^\"\n]{0,1000}+\"|“[^”\n]{0,1000}+”|«[^»\n]{0,1000}+»)"
_NAME = rf"[^,;:\"“”«»\[\]\n]{{1,60}}+(?::?+\s{{0,3}}+{_QUOTE})?"
_FIRST_NAME = re.compile(_NAME)
_NEXT = re.compile(rf"(?:\s{{0,3}}+[,;]\s{{0,3}}+|\s{{0,6}}+){_QUOTE}|[,;]\s{{0,3}}+{_NAME}")
_CLOSING = re.compile(r"[,;]?\s{0,3}\]")
_SHORTEST = re.compile(r"[^\[\]]*\]")
_KEY = re.compile(r"P[0-9a-f]{4,64}")
_ANY_KEY = re.compile(r"\bP[0-9a-f]{4,64}\b")
# What a model writes where a key should stand: a rank, an author and year, a garbled key.
_ATTEMPT = re.compile(r"\d{1,3}|P[0-9A-Za-z]{2,}|[A-Z][\w'’-]+(?: (?:and|&) [A-Z][\w'’-]+)?,? (?:19|20)\d\d[a-z]?")
_ET_AL = re.compile(r"[^\[\]]*?\bet al\b")
# A key with its quote; or else what cannot be the beginning of one, passed over at once.
_PART = re.compile(
    rf"\s*+(?P<key>(?:[^,;:\"“”«»\s]++(?:\s++(?=[^,;:\"“”«»]))?+)*+)\s*+(?::\s*+)?+(?P<quote>{_QUOTE})?+\s*+(?:[,;]|\Z)"
    r"|[^,;:\"“”«»]++|.",
    re.DOTALL,
)
_UNMARKED_QUOTE = re.compile(rf"({_KEY.pattern})\s*+:\s*+([^\[\]]*)")
_CONNECTING = re.compile(r"\b(?:and|see|also|cf|papers?|keys?|sources?|refs?)\b|[\s,;:.&]+", re.IGNORECASE)
_OTHER_BRACKETS = re.compile(
    r"\((P[0-9a-f]{4,64}(?:[,;] ?P[0-9a-f]{4,64})*)\)|【([^【】\[\]]*)】|\[(\[P[0-9a-f]{4,64}\])\]"
)
_GLUED = re.compile(r"(?<=[.!?])(?=\[(?:P[0-9a-f]{4}|\d{1,3}(?:\.\d{1,3})?[\],;]))|(?<=\][.!?])(?=[^\W\d_])")
_NUMBER = re.compile(r"\d{1,3}(?:\.\d{1,3})?")
_BETWEEN_NAMES = re.compile(r"(?:\s|[,;&]|\band\b)+")
_LABEL = re.compile(r"\b(?:sources?|sentences?|papers?|refs?|references?)\b[\s.:#]*", re.IGNORECASE)
_RULE = re.compile(r"\|[\s:|-]+")
_ITEM = re.compile(r"^\s*(?:[-*•·–]|\d{1,3}[.)]|#{1,6})\s+")
# Lines that state nothing themselves: a heading, and the fence around code.
_HEADING = re.compile(r"\s*#{1,6}\s[^\n]*[^\s.!?]\s*|\s*\*\*[^*\n]+\*\*\s*")
_LEADING = re.compile(r"\[(x+)\][.,;]?\s*")
_FENCE = re.compile(r"\s*(?:```|~~~)\w*\s*")


@dataclass(frozen=True, slots=True)
class CitationMark:
    """One citation as the model wrote it."""

    key: str
    """A well-formed key, or whatever stood in its place."""
    wellformed: bool
    quote: str = ""
    """The words put in quotation marks after the key."""
    sentence: str = ""
    """The sentence of the abstract that the citation points at; "" where it points at the paper alone."""


Names = Callable[[str], CitationMark | None]
"""What a name in brackets that is no key stands for, such as "1.2" or a title; None where it is the name of nothing."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer."""

    text: str
    """Without the brackets of its citations."""
    citations: tuple[CitationMark, ...] = ()
    line: int = 0
    """1-based line on which it begins in the text it is of; 0 where nobody counted."""

    @property
    def is_quote(self) -> bool:
        """Whether it is offered as the words of what it cites, and adds none: each citation quotes all of it."""
        return bool(self.citations) and all(citation.quote == self.text for citation in self.citations)


def is_key(text: str) -> bool:
    """Whether this has the form of a citation key."""
    return bool(_KEY.fullmatch(text))


def split(answer: str, names: Names | None = None) -> tuple[Statement, ...]:
    """Return the statements of an answer, in order. Papers are cited by their keys, and by `names` where there are any.

    >>> split("WARM averages weights [P1a2b]. It helps [P1a2b, P3c4d].")[1].citations[1].key
    'P3c4d'
    """
    statements: list[tuple[str, list[CitationMark]]] = []
    answer = _GLUED.sub(" ", _OTHER_BRACKETS.sub(_squared, answer))
    rows = ended = 0
    for start, end in _sentences(answer):
        unit = answer[start:end]
        text, marks = _parse(unit, names)
        apart = answer.count("\n", ended, start) > 1
        rows, ended = (0 if apart else rows) + 1 if text.startswith("|") else 0, end
        if not marks and (text.endswith(":") or _HEADING.fullmatch(unit) or _FENCE.fullmatch(unit)):
            continue
        if _RULE.fullmatch(text):
            if rows == 2 and statements and statements[-1][0].startswith("|") and not statements[-1][1]:
                statements.pop()  # what stands above a table's first rule names its columns
        elif re.search(r"\w", text):
            statements.append((text, marks))
        elif statements:
            statements[-1][1].extend(marks)  # citations on their own ("Claim. [P1a2b]") belong to the sentence before
    return tuple(Statement(text, tuple(marks)) for text, marks in statements)


def _squared(match: re.Match[str]) -> str:
    """Return a citation in the brackets that it should have been in."""
    return match[3] or f"[{match[1] or match[2]}]"


def _sentences(answer: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence; what stands in brackets is masked, for quotes there contain full stops."""
    masked = _replaced(answer, lambda inside: f"[{'x' * len(inside)}]")
    for start, end in sentences.split(masked):
        # "Claim. [key] Next": the key that follows a full stop belongs to the sentence before it.
        begin = start
        while (match := _LEADING.match(masked, begin, end)) and _follows(answer, match, end):
            yield begin, match.end()
            begin = match.end()
        if begin < end:
            yield begin, end


def _follows(answer: str, match: re.Match[str], end: int) -> bool:
    """Whether a citation that opens a sentence belongs to the one before: not if it is the sentence's subject."""
    inside = answer[match.start(1) : match.end(1)]
    if not (_KEY.match(inside) or _ATTEMPT.match(inside) or _ET_AL.match(inside)):
        return False
    rest = answer[match.end() : min(end, match.end() + 1)]
    opens_line = not answer[answer.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
    return not rest or not (rest.islower() or opens_line)


def _replaced(text: str, replacement: Callable[[str], str]) -> str:
    """Return a text with each bracket replaced by what `replacement` makes of what stands in it."""
    pieces: list[str] = []
    dead_ends: set[int] = set()
    done = at = 0
    while (start := text.find("[", at)) >= 0:
        at = start + 1
        if end := _list_end(text, at, dead_ends) or _end(_SHORTEST, text, at):
            pieces += (text[done:start], replacement(text[at : end - 1]))
            done = at = end
    return "".join((*pieces, text[done:]))


def _list_end(text: str, start: int, dead_ends: set[int]) -> int:
    """Return where the bracket ends (its closing mark included) in which names with quotes begin at `start`; or 0.

    `dead_ends` are places between two names from which it does not go on to the end: no stretch is read twice.
    """
    at, places = _end(_FIRST_NAME, text, start), []
    while at and at not in dead_ends:
        if end := _end(_CLOSING, text, at):
            return end
        places.append(at)
        at = _end(_NEXT, text, at)
    dead_ends.update(places)
    return 0


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Return where a match of the pattern that begins at `start` ends, 0 where there is none."""
    match = pattern.match(text, start)
    return match.end() if match else 0


def _parse(sentence: str, names: Names | None) -> tuple[str, list[CitationMark]]:
    """Return a sentence without its citations and without the sign of a list item, and the citations."""
    marks: list[CitationMark] = []

    def without_citations(inside: str) -> str:
        citations = (_named(inside, names) if names else []) or _citations(inside)
        marks.extend(citations)
        return "" if citations else f"[{inside}]"

    text = _replaced(sentence, without_citations)
    text = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(_ITEM.sub("", text).split()))
    return text, marks


def _named(inside: str, names: Names) -> list[CitationMark]:
    """Return the citations within one pair of brackets where it holds names, each perhaps with a quote, and nothing
    else; none where one of them is neither a name nor of the form of a number."""
    if mark := names(inside.strip()):
        return [mark]
    marks: list[CitationMark] = []
    is_known = False
    for part in _PART.finditer(inside):
        quote = (part["quote"] or "")[1:-1].strip()
        for name in filter(None, _BETWEEN_NAMES.split(_LABEL.sub("", part["key"] or ""))):
            mark = names(name)
            if mark is None and (name.startswith("0") or not _NUMBER.fullmatch(name)):
                return []
            is_known = is_known or mark is not None
            marks.append(replace(mark or CitationMark(name, wellformed=False), quote=quote))
    return marks if is_known else []


def _citations(inside: str) -> list[CitationMark]:
    """Return the citations within one pair of brackets; none where they hold something else, such as "[0, 1]"."""
    inside = inside.strip()
    if not _ANY_KEY.search(inside):
        is_attempt = _ATTEMPT.fullmatch(inside) or (_ET_AL.match(inside) and not re.search(r"[\[\]]", inside))
        return [CitationMark(inside, wellformed=False)] if is_attempt else []
    if not _CONNECTING.sub("", _ANY_KEY.sub("", inside)):
        return [CitationMark(key, wellformed=True) for key in _ANY_KEY.findall(inside)]
    unmarked = _UNMARKED_QUOTE.fullmatch(inside)
    if unmarked and _list_end(f"{inside}]", 0, set()) <= len(inside):  # a quote without proper marks
        return [CitationMark(unmarked[1], wellformed=True, quote=unmarked[2].strip("\"'“”‘’ "))]
    marks: list[CitationMark] = []
    for part in _PART.finditer(inside):
        key, quote = part["key"] or "", (part["quote"] or "")[1:-1].strip()
        if key or quote:  # a quote without a key is another one from the paper named last
            key = key or (marks[-1].key if marks else "")
            marks.append(CitationMark(key, bool(_KEY.fullmatch(key)), quote))
    return marks or [CitationMark(inside, wellformed=False)]
