r"""Untrusted text -> LaTeX that shows it as it is: no macro of its own, mathematics kept, every character accepted."""

import re
import unicodedata
from functools import cache

from assistant.domain.sanitize import one_line
from assistant.publishing import formulas

_SIGNS = {
    # BibTeX counts braces, also those after a backslash.
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "&": r"\&", "%": r"\%",
    "$": r"\$", "#": r"\#", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_LIGATURE = re.compile(r"([-<>,`'])(?=\1)|[!?](?=`)")
_ACCENT = re.compile(r"\\(?:[`'^\"~=.]|[uvHcdbkr])\{\\?[a-zA-Z]\}")
# Beyond ASCII, what LaTeX itself knows in UTF-8 with the encodings T1 and TS1 (t1enc.dfu, ts1enc.dfu), as ranges.
_KNOWN = (
    "A0-B7 B9-125 128-137 139-13E 141-148 14A-165 168-17E 192 1E6-1E7 218-21B 2C7 2D8-2D9 2DB 2DD 1E02-1E03 1E0D"
    " 1E1E-1E21 1E25 1E30-1E31 1E37 1E43 1E45 1E47 1E5B 1E63 1E6D 1E8E-1E91 1E9E 1EF2-1EF3 2010-2016 2018-201A"
    " 201C-201E 2020-2022 2030-2031 2039-203B 2044 20AC 2103 2116-2117 211E 2120 2122 2126-2127 212E 2190-2193"
    " 266A FB00-FB06"
)


def escape(text: str) -> str:
    r"""Return untrusted text on one line, as LaTeX that shows just that; formulas between dollar signs stay formulas.

    Signs of mathematics become macros. A character that nothing stands for stays: see `unknown_characters`.

    >>> escape("50% of $O(n_i)$ with α and \\input{x}")
    '50\\% of $O(n_i)$ with \\ensuremath{\\alpha} and \\textbackslash{}input\\textbraceleft{}x\\textbraceright{}'
    """
    plain = unicodedata.normalize("NFC", one_line(text))
    pieces: list[str] = []
    end = 0
    for match in formulas.FORMULA.finditer(plain):
        if formula := formulas.spelled(match[1], _in_formula):
            pieces += [_literal(plain[end : match.start()]), f"${formula}$"]
            end = match.end()
    return "".join([*pieces, _literal(plain[end:])])


def unknown_characters(latex: str) -> list[str]:
    """Return, sorted, the characters of a LaTeX text that pdfLaTeX has to be told of."""
    return sorted({character for character in latex if character > "\x7f" and not _is_known(character)})


def _literal(text: str) -> str:
    apart = _LIGATURE.sub(lambda match: f"{match[0]}\0", text)
    return "".join("{}" if character == "\0" else _character(character) for character in apart)


def _character(character: str) -> str:
    if character <= "\x7f":
        return _SIGNS.get(character, character)
    return character if _is_known(character) else _macro(character) or character


def _in_formula(character: str) -> str:
    macro = _macro(character)
    return macro if macro.startswith(r"\ensuremath") else ""


@cache
def _macro(character: str) -> str:
    """Return the macro for a character beyond those that LaTeX knows, "" where none is sure to be there."""
    from pylatexenc import latexencode

    text: str = latexencode.get_builtin_uni2latex_dict().get(ord(character), "")
    if _ACCENT.fullmatch(text):
        return text
    formula = text.removeprefix(r"\ensuremath{").removesuffix("}") if text.startswith(r"\ensuremath{") else ""
    if formula.startswith(("_", "^")):
        return rf"\ensuremath{{{{}}{formula}}}"
    return text if formula and formulas.spelled(formula, lambda _: "") else ""


def _is_known(character: str) -> bool:
    return ord(character) in _known()


@cache
def _known() -> frozenset[int]:
    ranges = (part.partition("-") for part in _KNOWN.split())
    return frozenset(code for first, _, last in ranges for code in range(int(first, 16), int(last or first, 16) + 1))
