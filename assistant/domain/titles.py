"""A title -> the form in which two spellings of one title are equal, and titles of two papers are not."""

import re
import unicodedata

from assistant.domain.greek import GREEK

_VARIANTS = {f"var{GREEK[letter]}": letter for letter in "εθφρσπ"}
_LETTERS_BY_NAME = {name: letter for letter, name in GREEK.items()} | _VARIANTS
_ACCENTS = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a",
}  # fmt: skip
_LETTERS = {"ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "l": "ł", "L": "Ł", "aa": "å", "i": "i", "j": "j"}
_STYLES = re.compile(
    r"\\(?:text(?:bf|it|rm|sc|sf|tt|sl|normal|up|md|color)?|emph|math(?:bb|bf|cal|frak|it|rm|scr|sf|tt|normal)"
    r"|boldsymbol|bm|operatorname\*?|underline|left|right|displaystyle|ensuremath|mbox|hbox|rm|bf|it|sc|tt|sf|em"
    r"|tiny|small|large|Large|xspace|protect|limits)(?![a-zA-Z])\s*"
)
_ACCENT = re.compile(r"""\\(["'`^~=.]|[cvuHkr](?![a-zA-Z]))\s*\{?\s*(\\?[a-zA-Z])\s*\}?""")
_COMMAND = re.compile(r"\\([a-zA-Z]+)\*?\s*")
_IN_MATHEMATICS = re.compile(r"\$([^$]*)\$|\\\(((?:(?!\\[()]).)*)\\\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=[^\s*_])(.{1,300}?)(?<=[^\s*_])\1(?![\w*])")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\(https?://[^()\s]*\)")
_NAME_MARKS = "#*%+"  # part of a name where they follow a letter or digit: C#, A*, C++


def normalise(title: str) -> str:
    """The title without case, LaTeX, Markdown and punctuation; never empty for a title that is not.

    "**Deep** $\\alpha$-Nets: {A} Study" -> "deep α nets a study".
    """
    plain = _emphasis(_latex(" ".join(unicodedata.normalize("NFKC", title).split())))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())
    kept = "".join(_kept(folded, index) for index in range(len(folded)))
    return " ".join(kept.split()) or " ".join(title.casefold().split()) or title


def _latex(text: str) -> str:
    text = _ACCENT.sub(lambda match: match[2].lstrip("\\") + _ACCENTS[match[1]], text)
    text = _STYLES.sub("", text)
    text = _IN_MATHEMATICS.sub(lambda match: re.sub(r"[_^]", "", match[1] or match[2] or ""), text)
    text = _COMMAND.sub(_command, text)
    return re.sub(r"[{}$^]", "", text)


def _command(match: re.Match[str]) -> str:
    """Greek letters and foreign letters become themselves; any other command keeps its name: "\\infty" -> "infty"."""
    name = match[1]
    if letter := _LETTERS.get(name):
        return letter
    letter = _LETTERS_BY_NAME.get(name.lower())
    if letter is None:
        return f" {name} "
    return letter if name.islower() else letter.upper()


def _emphasis(text: str) -> str:
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", text))


def _kept(text: str, index: int) -> str:
    """Letters, marks, digits and mathematical signs; a space for everything else."""
    character = text[index]
    category = unicodedata.category(character)
    if category[0] in "LMN":
        return character
    if category == "Cf":
        return ""
    before = text[index - 1] if index else " "
    if character in _NAME_MARKS and (before.isalnum() or (character == before == "+")):
        return character
    return f" {character} " if category == "Sm" and character not in "|~+−" else " "
