"""A text that cites papers, by title, id, key or author and year -> its statements, each with what it cites."""

import re
from collections.abc import Iterator, Sequence

from assistant.domain import sentences
from assistant.domain.errors import UsageError
from assistant.domain.limits import TEXT_LIMIT, excess
from assistant.retrieval.finder import PaperFinder
from assistant.verification import citation_styles
from assistant.verification.citation_styles import CitedSpan
from assistant.verification.claims import CitationMark, Statement
from assistant.verification.latex_documents import GLUE

_LEAST_WORDS = 3  # a bracket of fewer words that names no paper is no citation: [MASK], [0, 1], [our emphasis]
_LONGEST = 600  # characters between brackets
_MOST_PIECES = 6  # of a title that has semicolons, between them
_MOST_QUOTED = 8  # sentences of a quotation that one citation is for
_MARK = re.compile(r"[\[\]]")
_SEPARATOR = re.compile(r"\s*;\s*")
_LIST = re.compile(r"\s*[;,]\s*")
_LINK = re.compile(r"\]\(\s*<?https?://[^\s()]*(?:\([^\s()]*\)[^\s()]*)*>?\s*\)")


def split(text: str, papers: PaperFinder) -> tuple[Statement, ...]:
    """Return the sentences of a text with their lines, each with what it cites: titles, ids or keys in brackets,
    separated by ";", and what `citation_styles` knows.

    A citation that stands alone after a full stop belongs to the sentence before it, and to all sentences of a
    quotation “…” that ends there. Raises `UsageError` for a text that is too long.
    """
    if reason := excess(text, TEXT_LIMIT):
        raise UsageError(f"the text {reason}", cure="verify it in parts")
    text = _LINK.sub("]", text.replace("\r\n", "\n"))
    brackets = _cited(text, papers)
    masked = list(text)
    for start, end, _ in brackets:
        masked[start:end] = "[" + "x" * (end - start - 2) + "]"
    statements: list[tuple[str, list[CitationMark], int]] = []
    previous_end = at = counted = 0
    line = 1
    quoted: list[list[CitationMark]] = []
    for start, end in sentences.split("".join(masked)):
        first = at
        while at < len(brackets) and brackets[at].end <= end:
            at += 1
        inside = brackets[first:at]
        same_paragraph = not text[previous_end:start].count("\n\n")
        leading = _leading(text, start, end, inside) if statements and same_paragraph else []
        quoted = quoted if same_paragraph else []
        previous_end = end
        if leading:
            _cite(statements[-1][1], quoted, _marks(leading))
            start, inside = leading[-1].end, inside[len(leading) :]
        begin = start + len(text[start:end]) - len(text[start:end].lstrip(f"{GLUE} \t\n"))
        line, counted = line + text.count("\n", counted, begin), begin
        sentence, marks = _without(text, start, end, inside), tuple(dict.fromkeys(_marks(inside)))
        if re.search(r"\w", sentence):
            quoted = _within(quoted, statements, sentence)
            statements.append((sentence, [], line))
        if statements:
            _cite(statements[-1][1], quoted, marks)
    return tuple(Statement(sentence, tuple(marks), line) for sentence, marks, line in statements)


def _within(
    quoted: list[list[CitationMark]], statements: Sequence[tuple[str, list[CitationMark], int]], sentence: str
) -> list[list[CitationMark]]:
    """Return what the sentences before this one cite that stand within the same quotation marks, “ and ”; `quoted` is
    that of the sentence before."""
    if not statements:
        return []
    before, marks, _ = statements[-1]
    opens = before.rfind("“") > before.rfind("”") or (quoted and "”" not in before)
    opens = opens and not marks and len(quoted) < _MOST_QUOTED
    return [*quoted, marks] if opens and "“" not in sentence.partition("”")[0] else []


def _cite(marks: list[CitationMark], quoted: Sequence[list[CitationMark]], more: Sequence[CitationMark]) -> None:
    """Have a sentence cite more, and with it those before it within the same quotation marks."""
    for cited in (marks, *quoted):
        cited.extend(more)


def _cited(text: str, papers: PaperFinder) -> list[CitedSpan]:
    """Return every stretch that cites, from left to right; where two ways of citing meet, the plainer one counts."""
    keyed = citation_styles.bracketed_keys(text)
    pieces, at = [], 0
    for start, end, _ in keyed:
        pieces += [text[at:start], " " * (end - start)]
        at = end
    spans = [*keyed, *_brackets("".join([*pieces, text[at:]]), papers)]
    return sorted([*spans, *citation_styles.names(text, papers, spans)])


def _marks(brackets: Sequence[CitedSpan]) -> tuple[CitationMark, ...]:
    return tuple(mark for bracket in brackets for mark in bracket.marks)


def _brackets(text: str, papers: PaperFinder) -> Iterator[CitedSpan]:
    """Yield the brackets that cite, outermost first."""
    at, partners = 0, _partners(text)
    while (start := text.find("[", at)) >= 0:
        at = start + 1
        closing = list(_closings(text, start))
        # The longest stretch that names a paper as a whole, for there are brackets in titles; else the balanced one.
        for end in reversed(closing):
            name = text[start + 1 : end]
            if name.count("[") == name.count("]") and papers.find(name):
                yield CitedSpan(start, end + 1, (CitationMark(_single_spaced(name), wellformed=True),))
                at = end + 1
                break
        else:
            end = partners.get(start, 0)
            if end and (marks := _parse(text[start + 1 : end], papers)):
                yield CitedSpan(start, end + 1, marks)
                at = end + 1


def _closings(text: str, start: int) -> Iterator[int]:
    """Yield the closing brackets that may belong to the opening one, within its paragraph."""
    limit = min(len(text), start + _LONGEST)
    paragraph_end = text.find("\n\n", start, limit)
    stop = paragraph_end if paragraph_end >= 0 else limit
    end = text.find("]", start, stop)
    for _ in range(4):
        if end < 0:
            return
        yield end
        end = text.find("]", end + 1, stop)


def _partners(text: str) -> dict[int, int]:
    """Return where each opening bracket is closed, for those that are closed soon."""
    partners: dict[int, int] = {}
    open_brackets: list[int] = []
    for mark in _MARK.finditer(text):
        if mark[0] == "[":
            open_brackets.append(mark.start())
        elif open_brackets and mark.start() < (start := open_brackets.pop()) + _LONGEST:
            partners[start] = mark.start()
    return partners


def _parse(inside: str, papers: PaperFinder) -> tuple[CitationMark, ...]:
    """Return what a bracket cites, part by part; nothing where no part is a citation."""
    parts = [part for part in _SEPARATOR.split(inside) if part.strip()]
    names = _rejoined([name for part in parts for name in _ungrouped(part, papers)], papers)
    known = [papers.find(name) is not None for name in names]
    if not any(known) and len(inside.split()) < _LEAST_WORDS:
        return ()
    return tuple(CitationMark(_single_spaced(name), is_known) for name, is_known in zip(names, known, strict=True))


def _ungrouped(part: str, papers: PaperFinder) -> list[str]:
    """Return a part, or its own parts where it is a list by commas of nothing but names: "[2401.00001, P1a2b]"."""
    pieces = [piece for piece in _LIST.split(part) if piece]
    return pieces if papers.find(part) is None and len(pieces) > 1 and all(map(papers.find, pieces)) else [part]


def _rejoined(names: list[str], papers: PaperFinder) -> list[str]:
    """Put together again what makes a title only together, for there are semicolons in titles too."""
    joined: list[str] = []
    at = 0
    while at < len(names):
        last = min(len(names), at + _MOST_PIECES)
        ends = (end for end in range(last, at + 1, -1) if papers.find("; ".join(names[at:end])))
        end = next(ends, at + 1)
        joined.append("; ".join(names[at:end]))
        at = end
    return joined


def _leading(text: str, start: int, end: int, brackets: list[CitedSpan]) -> list[CitedSpan]:
    """Return the citations that open a sentence and belong to the one before: not where one is its subject."""
    leading = []
    for bracket in brackets:
        if text[start : bracket.start].strip(" \t\n.,;"):
            break
        leading.append(bracket)
        start = bracket.end
    return [] if text[start:end].lstrip()[:1].islower() else leading


def _without(text: str, start: int, end: int, brackets: list[CitedSpan]) -> str:
    """Return the text from `start` to `end` as one line, without its brackets and the sign of a list item."""
    pieces = []
    for bracket in brackets:
        pieces.append(text[start : bracket.start])
        start = bracket.end
    sentence = _single_spaced(" ".join((*pieces, text[start:end])).replace(GLUE, ""))
    sentence = re.sub(r"^(?:[-*•·–]|\d{1,3}[.)]|#{1,6}|>)\s+", "", sentence)
    return re.sub(r"\s+([.,;:!?)])", r"\1", sentence).lstrip(".,; ")


def _single_spaced(text: str) -> str:
    return " ".join(text.split())
