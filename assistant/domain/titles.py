"""A title -> the form in which two spellings of one title are equal, and titles of two papers are not."""

import re
import unicodedata
from functools import cache
from typing import Any

NORMALISATION_VERSION = 2
"""Raised whenever `normalise` gives another form for any title: it is part of the ids that are made from titles.

1: LaTeX by a table of our own. 2: LaTeX by pylatexenc.
"""

_MOST_MACROS = 50  # of a title that is read as LaTeX; deeper nesting than real titles have would exhaust the stack
_DOLLAR_SIGN = re.compile(r"(?<!\\)\\\$")
_BRACKET_OR_PERCENT = re.compile(r"(?<!\\)[\[%]")
_MACRO_NAME = re.compile(r"\\([a-zA-Z]+)\*?|\\")
_IN_MATHEMATICS = re.compile(r"\$([^$]*)\$|\\\(((?:(?!\\[()]).)*)\\\)")
# Macros that only change how a title looks, where pylatexenc does not know it.
_STYLES = frozenset(
    "rm bf it sl sc sf tt em cal smc bm boldsymbol operatorname mathnormal textnormal textsuperscript textsubscript"
    " hbox fbox displaystyle limits left right tiny small large Large xspace protect ensuremath".split()
)
# Macros for which pylatexenc has the day, a title that it read before, or a text such as "<ref>".
_OUTSIDE = (
    "today title author date maketitle input include includegraphics ref autoref cref Cref eqref cite citet citep"
).split()
# Macros that are words of their own: $O(n\log n)$ is $O(n \log n)$.
_WORDS = "log ln exp min max sup inf lim arg det dim gcd deg ker Pr sin cos tan tanh".split()
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=[^\s*_])(.{1,300}?)(?<=[^\s*_])\1(?![\w*])")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\(https?://[^()\s]*\)")
_NAME_MARKS = "#*%+"  # part of a name where they follow a letter or digit: C#, A*, C++


def normalise(title: str) -> str:
    """The title without case, LaTeX, Markdown and punctuation; never empty for a title that is not.

    >>> normalise(r"**Deep** $\\alpha$-Nets: {A} Study")
    'deep α nets a study'
    """
    plain = _without_markdown(_without_latex(" ".join(unicodedata.normalize("NFKC", title).split())))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", plain).casefold())
    form = "".join(_normal_character(folded, index) for index in range(len(folded)))
    return " ".join(form.split()) or " ".join(title.casefold().split()) or title


def _without_latex(text: str) -> str:
    text = _DOLLAR_SIGN.sub(" ", text)
    if "\\" in text:
        text = spell_out(text)
    text = _IN_MATHEMATICS.sub(lambda match: re.sub(r"[_^]", "", match[1] or match[2] or ""), text)
    return re.sub(r"[{}$^]", "", text)


def spell_out(text: str) -> str:
    """Macros and accents as the characters they stand for; what marks mathematics stays.

    Where that cannot be told, as of a macro without its arguments, the names of the macros stay as words.
    """
    names_only = _MACRO_NAME.sub(r" \1 ", text)
    if text.count("\\") + text.count("{") > _MOST_MACROS:
        return names_only
    if text.count("$") % 2:
        text = " ".join(text.rsplit("$", 1))  # one dollar too many is a sum of money
    # A percent sign would begin a comment, and optional arguments within each other take exponential time to read.
    text = _BRACKET_OR_PERCENT.sub(lambda match: r"\%" if match[0] == "%" else "{[}", text)
    try:
        spelled: str = _latex_reader().latex_to_text(text, tolerant_parsing=True)
    except (AttributeError, LookupError, TypeError, ValueError):  # what it raises for a macro without its arguments
        return names_only
    return spelled


@cache
def _latex_reader() -> Any:
    """pylatexenc, made to keep the name of a macro that it does not know: "\\TUB" and "\\AMS" are two journals."""
    import logging

    from pylatexenc import latex2text

    def spell(node: Any, l2tobj: Any) -> str:  # pylatexenc passes itself by this name
        arguments = [argument for argument in node.nodeargd.argnlist if argument] if node.nodeargd else []
        if arguments:
            text: str = l2tobj.nodelist_to_text(arguments)
            return text
        return "" if node.macroname in _STYLES else f" {node.macroname} "

    logging.getLogger("pylatexenc").addHandler(logging.NullHandler())  # it warns of macros without arguments
    macros = latex2text.get_default_latex_context_db()
    own = [latex2text.MacroTextSpec(word, f" {word} ") for word in _WORDS]
    own += [latex2text.MacroTextSpec(name, spell) for name in _OUTSIDE]
    macros.add_context_category("own", prepend=True, macros=own)
    macros.set_unknown_macro_spec(latex2text.MacroTextSpec("", simplify_repl=spell))
    return latex2text.LatexNodes2Text(math_mode="with-delimiters", latex_context=macros)


def _without_markdown(text: str) -> str:
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", text))


def _normal_character(text: str, index: int) -> str:
    """Letters, marks, digits and mathematical signs stay; a space stands for everything else."""
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
