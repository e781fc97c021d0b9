"""A model's answer -> its claims: sentences, each with the keys and quotes it cites; nothing written is lost."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.domain import sentences

_QUOTE = r"(?:\"[^\"\n]{0,1000}\"|“[^”\n]{0,1000}”|«[^»\n]{0,1000}»)"
_NAMED = rf"[^,;:\"“”«»\[\]\n]{{1,60}}(?::?\s{{0,3}}{_QUOTE}(?:\s{{0,3}}[,;]?\s{{0,3}}{_QUOTE})*)?"
# Brackets whose quotes contain brackets of their own, or else the shortest ones.
_BRACKETS = re.compile(rf"\[({_NAMED}(?:[,;]\s{{0,3}}{_NAMED})*|[^\[\]]*)\]")
_FORM = re.compile(rf"{_NAMED}(?:[,;]\s{{0,3}}{_NAMED})*[,;]?")
_KEY = re.compile(r"P[0-9a-f]{4,64}")
_ANY_KEY = re.compile(r"\bP[0-9a-f]{4,64}\b")
# What a model writes where a key should stand: a rank, an author and year, a garbled key.
_ATTEMPT = re.compile(
    r"\d{1,3}|P[0-9A-Za-z]{2,}|[^\[\]]*\bet al\b[^\[\]]*"
    r"|[A-Z][\w'’-]+(?: (?:and|&) [A-Z][\w'’-]+)?,? (?:19|20)\d\d[a-z]?"
)
_PART = re.compile(rf"\s*(?P<key>[^,;:\"“”«»]*?)\s*(?::\s*)?(?P<quote>{_QUOTE})?\s*(?:[,;]|\Z)")
_CONNECTING = re.compile(r"\b(?:and|see|also|cf|papers?|keys?|sources?|refs?)\b|[\s,;:.&]+", re.IGNORECASE)
_OTHER_BRACKETS = re.compile(
    r"\((P[0-9a-f]{4,64}(?:[,;] ?P[0-9a-f]{4,64})*)\)|【([^【】\[\]]*)】|\[(\[P[0-9a-f]{4,64}\])\]"
)
_GLUED = re.compile(r"(?<=[.!?])(?=\[P[0-9a-f]{4})|(?<=\][.!?])(?=[^\W\d_])")
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


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer."""

    text: str
    """Without the brackets of its citations."""
    citations: tuple[CitationMark, ...] = ()


def is_key(text: str) -> bool:
    """Whether this has the form of a citation key."""
    return bool(_KEY.fullmatch(text))


def split(answer: str) -> tuple[Statement, ...]:
    """Return the statements of an answer, in order.

    >>> split("WARM averages weights [P1a2b]. It helps [P1a2b, P3c4d].")[1].citations[1].key
    'P3c4d'
    """
    statements: list[Statement] = []
    answer = _GLUED.sub(" ", _OTHER_BRACKETS.sub(_squared, answer))
    rows = ended = 0
    for start, end in _sentences(answer):
        unit = answer[start:end]
        text, marks = _parse(unit)
        apart = answer.count("\n", ended, start) > 1
        rows, ended = (0 if apart else rows) + 1 if text.startswith("|") else 0, end
        if not marks and (text.endswith(":") or _HEADING.fullmatch(unit) or _FENCE.fullmatch(unit)):
            continue
        if _RULE.fullmatch(text):
            if rows == 2 and statements and statements[-1].text.startswith("|") and not statements[-1].citations:
                statements.pop()  # what stands above a table's first rule names its columns
        elif re.search(r"\w", text):
            statements.append(Statement(text, marks))
        elif statements and marks:
            # Citations on their own ("Claim. [P1a2b]") belong to the sentence before them.
            statements[-1] = Statement(statements[-1].text, statements[-1].citations + marks)
    return tuple(statements)


def _squared(match: re.Match[str]) -> str:
    """Return a citation in the brackets that it should have been in."""
    return match[3] or f"[{match[1] or match[2]}]"


def _sentences(answer: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each sentence; what stands in brackets is masked, for quotes there contain full stops."""
    masked = _BRACKETS.sub(lambda match: "[" + "x" * (len(match[0]) - 2) + "]", answer)
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
    if not (_KEY.match(inside) or _ATTEMPT.match(inside)):
        return False
    rest = answer[match.end() : min(end, match.end() + 1)]
    opens_line = not answer[answer.rfind("\n", 0, match.start()) + 1 : match.start()].strip()
    return not rest or not (rest.islower() or opens_line)


def _parse(sentence: str) -> tuple[str, tuple[CitationMark, ...]]:
    """Return a sentence without its citations and without the sign of a list item, and the citations."""
    marks: list[CitationMark] = []

    def cut(match: re.Match[str]) -> str:
        citations = _citations(match[1])
        marks.extend(citations)
        return "" if citations else match[0]

    text = _BRACKETS.sub(cut, sentence)
    text = re.sub(r"\s+([.,;:!?])", r"\1", " ".join(_ITEM.sub("", text).split()))
    return text, tuple(marks)


def _citations(inside: str) -> list[CitationMark]:
    """Return the citations within one pair of brackets; none where they hold something else, such as "[0, 1]"."""
    inside = inside.strip()
    if not _ANY_KEY.search(inside):
        return [CitationMark(inside, wellformed=False)] if _ATTEMPT.fullmatch(inside) else []
    if not _CONNECTING.sub("", _ANY_KEY.sub("", inside)):
        return [CitationMark(key, wellformed=True) for key in _ANY_KEY.findall(inside)]
    unmarked = re.fullmatch(rf"({_KEY.pattern})\s*:\s*([^\[\]]*)", inside)
    if unmarked and not _FORM.fullmatch(inside):  # a quote without proper marks
        return [CitationMark(unmarked[1], wellformed=True, quote=unmarked[2].strip("\"'“”‘’ "))]
    marks: list[CitationMark] = []
    for part in _PART.finditer(inside):
        key, quote = part["key"], (part["quote"] or "")[1:-1].strip()
        if key or quote:  # a quote without a key is another one from the paper named last
            key = key or (marks[-1].key if marks else "")
            marks.append(CitationMark(key, bool(_KEY.fullmatch(key)), quote))
    return marks or [CitationMark(inside, wellformed=False)]
