"""A field of BibTeX, in LaTeX -> text as a person reads it; mathematics stays as it is written."""

import re
from collections.abc import Iterator

from assistant.domain.limits import ABSTRACT_LIMIT
from assistant.domain.titles import spell_out

# Mathematics, which is passed over; a dollar sign after a backslash is one.
_MATHEMATICS = re.compile(r"(?<!\\)(\$\$?)(?:\\.|[^$\\])+\1|\\\((?:(?!\\[()]).)+\\\)", re.DOTALL)
_SIGN = re.compile(r"\\([&%$#_])")
_SIGNS = "&%$#_"
_KEPT = {ord(sign): 0xE000 + place for place, sign in enumerate(_SIGNS)}  # what LaTeX would take for its own
_GIVEN_BACK = {0xE000 + place: sign for place, sign in enumerate(_SIGNS)}
_BRACE = re.compile(r"\\textbrace(left|right)(?![a-zA-Z])(?:\{\})?")
_BRACES = {"left": "\ue010", "right": "\ue011"}  # braces that are text, unlike those that keep capitals
_HYPHEN = re.compile(r"\\hyphen(?![a-zA-Z])\s*")  # a hyphen of BibLaTeX's, after which a word may be parted
_LOGO = re.compile(r"\\((?:[A-Z][A-Za-z]{0,9})?TeX)(?![a-zA-Z])(?:\{\}|\\(?= ))?")
_MARKS = ("---", "—"), ("--", "–"), ("``", "“"), ("''", "”"), ("~", " ")
_PIECE = 40  # macros that are spelled out at once; `spell_out` leaves what has many more as it is
_SPACE = re.compile(r"\s")
_LONGEST = 2 * ABSTRACT_LIMIT


def plain(field: str) -> str:
    r"""Accents and macros as the characters they stand for, without the braces that keep capitals.

    >>> plain(r"Fa{\ss}{\'e} \& {S}ons: {$\alpha_{i}$} -- 90\%")
    'Faßé & Sons: $\\alpha_{i}$ – 90%'
    """
    if len(field) > _LONGEST:
        return field  # it is refused for its length
    pieces: list[str] = []
    end = 0
    for mathematics in _MATHEMATICS.finditer(field):
        pieces += [_text(field[end : mathematics.start()]), mathematics[0]]
        end = mathematics.end()
    return "".join([*pieces, _text(field[end:])])


def address(field: str) -> str:
    r"""A field that is no prose, such as an address or an id, without escapes and braces.

    >>> address(r"https://example.org/a\_b")
    'https://example.org/a_b'
    """
    return _SIGN.sub(r"\1", field).translate({ord("{"): None, ord("}"): None}).strip()


def _text(text: str) -> str:
    text = _BRACE.sub(lambda brace: _BRACES[brace[1]], text)
    text = _LOGO.sub(r"\1", _HYPHEN.sub("-", text))
    text = _SIGN.sub(lambda sign: sign[1].translate(_KEPT), text).replace("&", chr(_KEPT[ord("&")]))
    if "\\" in text:
        text = "".join(spell_out(piece) if "\\" in piece else piece for piece in _pieces(text))
    for mark, character in _MARKS:
        text = text.replace(mark, character)
    return text.translate({ord("{"): None, ord("}"): None, **_GIVEN_BACK, 0xE010: "{", 0xE011: "}"})


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces of few macros, cut at white space."""
    start = count = 0
    for macro in re.finditer(r"\\", text):
        count += 1
        if count < _PIECE or macro.start() < start:
            continue
        space = _SPACE.search(text, macro.end())
        if space is None:
            break
        yield text[start : space.end()]
        start, count = space.end(), 0
    yield text[start:]
