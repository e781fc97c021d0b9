"""Running text -> the spans of its sentences, unharmed by abbreviations, decimals, mathematics, quotes and lists."""

import re
from bisect import bisect
from collections.abc import Iterator

Span = tuple[int, int]
"""Start and end offset, end exclusive."""

# A sentence may end at . ! ? or an ellipsis, with closing quotes and brackets belonging to it; East Asian marks need no
# space after them. A row of marks is looked at once, from its beginning, lest a long one take long.
_TERMINATOR = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]}]*+(?=\s)|[。！？]+[”’」』）】]*")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
# Lines that begin a block (list items, headings, table rows, code fences), and those that are a whole one.
_OPENING_LINE = re.compile(r"[ \t]*(?:(?:[-*•·–]|\d{1,3}[.)]|#{1,6}|\|)\s|```|~~~)")
_WHOLE_LINE = re.compile(r"[ \t]*(?:#{1,6}[ \t]|```|~~~)|.*\|\s*\Z")
_ITEM_LINE = re.compile(r"[ \t]*(?:[-*•·–]|\d{1,3}[.)])[ \t]+\S")
# Each kind stops at its own opening mark, lest many marks without an end take long.
_MATHEMATICS = re.compile(
    r"\$\$.+?\$\$|\$(?!\s)[^$\n]{1,300}?(?<!\s)\$(?!\d)|\\\((?:(?!\\\().)+?\\\)|\\\[(?:(?!\\\[).)+?\\\]", re.DOTALL
)
_NUMBERING = re.compile(r"\s*\d+")
_VISIBLE = re.compile(r"\S")
_LAST_WORD = re.compile(r"([^\s(\[{\"'“‘]+)$")

# Abbreviations after which a sentence goes on, whatever follows.
_NEVER_LAST = frozenset(
    "e.g i.e cf vs viz resp approx ca fig figs eq eqs eqn eqns sec secs tab tabs ref refs thm lem prop def cor "
    "alg app ch chap no nos vol pp p dr mr mrs ms prof st gen gov sen rep w.r.t i.i.d a.k.a s.t".split()
)
# Abbreviations that can also close a sentence: they do when a usual opening word follows.
_MAYBE_LAST = frozenset("al etc inc ltd co corp jr sr u.s u.k ph.d m.sc b.sc d.c a.m p.m".split())
_OPENINGS = frozenset(
    "The This These That Those We Our In It Its They Their However Moreover Furthermore Here There To For By With "
    "While Although When Experiments Results Finally First Second On As An A Additionally Thus Hence".split()
)
_LONGEST_ASIDE = 400  # characters: an unclosed bracket further back than this is a typing error, not an aside


def split(text: str) -> list[Span]:
    """Spans of the sentences of `text`, in order; each is free of outer white space and not empty.

    >>> text = "Smith et al. reach 28.4 BLEU. It is (cf. Fig. 2) fast."
    >>> [text[start:end] for start, end in split(text)]
    ['Smith et al. reach 28.4 BLEU.', 'It is (cf. Fig. 2) fast.']
    """
    spans = []
    for start, end in _blocks(text):
        begin = start
        for stop in _boundaries(text, start, end):
            spans.append(_trim(text, begin, stop))
            begin = stop
        spans.append(_trim(text, begin, end))
    return [span for span in spans if span[0] < span[1]]


def _blocks(text: str) -> Iterator[Span]:
    """The spans of paragraphs, list items, headings, table rows and fences; no sentence goes over their ends."""
    begin, before = 0, ""
    for line in _LINE.finditer(text):
        if _begins_block(before, line[0]):
            yield begin, line.start()
            begin = line.start()
        before = line[0]
    yield begin, len(text)


def _begins_block(before: str, line: str) -> bool:
    """Whether `line` begins a block of its own: a paragraph, list item, heading, table row or fence."""
    if not before.strip() or not line.strip() or _OPENING_LINE.match(line) or _WHOLE_LINE.match(before):
        return True
    # What goes on from a list's item is indented, or goes on in the middle of a sentence.
    return bool(_ITEM_LINE.match(before)) and not line[0].isspace() and _can_open(line)


def _boundaries(text: str, start: int, end: int) -> Iterator[int]:
    """The offsets within a block at which a sentence ends."""
    if text.startswith("|", start):
        return  # a table row stays whole
    formulas = [match.span() for match in _MATHEMATICS.finditer(text, start, end)]
    begin, numbering_end = start, _numbering_end(text, start, end)
    for match in _TERMINATOR.finditer(text, start, end):
        stop = match.end()
        formula = bisect(formulas, (match.start(), -1)) - 1
        if formula >= 0 and match.start() < formulas[formula][1]:
            continue
        if match.start() == numbering_end:
            continue  # "3." numbers an item
        if _goes_on(text, match.start(), stop, end) or _inside_aside(text, begin, stop):
            continue
        begin, numbering_end = stop, _numbering_end(text, stop, end)
        yield stop


def _numbering_end(text: str, begin: int, end: int) -> int:
    """The offset after the number that a sentence begins with; -1 where it begins with none."""
    number = _NUMBERING.match(text, begin, end)
    return number.end() if number else -1


def _goes_on(text: str, dot: int, stop: int, end: int) -> bool:
    """Whether the text runs on past a terminator that starts at `dot` and ends at `stop`."""
    visible = _VISIBLE.search(text, stop, end)
    if visible is None or text[dot] in "。！？":
        return False
    following = text[visible.start() : visible.start() + 80]
    if not _can_open(following):
        return True
    if text[dot] != "." or text[dot:stop] not in {".", ".)", '."', ".'", ".”", ".’"}:
        return False
    word = _LAST_WORD.search(text, max(0, dot - 40), dot)
    last = word[1] if word else ""
    opening = re.match(r"[^\W\d_]+", following)
    opens = opening is not None and opening[0] in _OPENINGS
    if last.casefold() in _NEVER_LAST:
        return text[dot:stop] == "."
    if last.casefold() in _MAYBE_LAST:
        return not opens
    # A single capital is an initial ("J. Doe") unless a usual opening word follows ("vitamin C. The ...").
    return len(last) == 1 and last.isupper() and not opens and text[dot:stop] == "."


def _can_open(following: str) -> bool:
    """Whether a sentence can begin so: a capital, digit, bracket, quote, formula, or a name such as mBERT."""
    first = following[0]
    if not first.islower():
        return True
    word = re.match(r"\w+", following)
    return word is not None and any(letter.isupper() or letter.isdigit() for letter in word[0])


def _inside_aside(text: str, begin: int, stop: int) -> bool:
    """Whether `stop` lies within brackets opened since `begin`, and closed soon after."""
    stretch = text[max(begin, stop - _LONGEST_ASIDE) : stop]
    depth = stretch.count("(") - stretch.count(")")
    if depth <= 0:
        return False
    ahead = text[stop : stop + _LONGEST_ASIDE]
    closing, opening = ahead.find(")"), ahead.find("(")
    return closing >= 0 and (opening < 0 or closing < opening)


def _trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
