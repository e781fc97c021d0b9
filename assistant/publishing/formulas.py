r"""Mathematics as papers write it, between dollar signs -> the same for LaTeX, where LaTeX is sure to accept it.

What is let through has balanced groups, known macros with their arguments, and one index at a place: nothing in it can
read a file, define a macro or end the formula.
"""

import re
from collections.abc import Callable

FORMULA = re.compile(r"(?<![\\$])\$(?=[^\s$])([^$]{1,400}?)(?<=[^\s\\])\$(?![0-9$])")
"""A formula within text by the rule of Pandoc, which leaves alone "$5 and $10"."""

_PLAIN = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi varpi rho varrho"
    " sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
    " log ln lg exp min max sup inf lim arg det dim gcd deg ker Pr sin cos tan tanh sinh cosh limsup liminf"
    " times cdot div pm mp ast star circ bullet oplus otimes cup cap wedge vee setminus sim simeq approx equiv cong"
    " leq le geq ge ll gg neq ne in ni notin subset subseteq supset supseteq propto perp parallel mid prec succ"
    " to rightarrow leftarrow Rightarrow Leftarrow leftrightarrow Leftrightarrow mapsto longrightarrow uparrow"
    " downarrow infty partial nabla forall exists neg emptyset ell hbar Re Im aleph sum prod int oint bigcup"
    " bigcap dots ldots cdots vdots ddots prime dagger langle rangle lfloor rfloor lceil rceil quad qquad varnothing"
    " lesssim gtrsim top bot models vdash triangle square angle".split()
)
_WITH_ONE = frozenset(
    "mathbb mathbf mathcal mathrm mathit mathsf mathtt mathfrak boldsymbol operatorname hat tilde bar vec dot ddot"
    " check acute grave breve overline underline widehat widetilde sqrt pmod overrightarrow".split()
)
_OF_TEXT = frozenset(["text", "textrm", "textit", "textbf", "textsf", "texttt", "mbox"])
_WITH_TWO = frozenset(["frac", "tfrac", "dfrac", "binom", "overset", "underset", "stackrel"])
_MACRO = re.compile(r"\\(?:([a-zA-Z]+)|[,;:! {}|%&#_$])")
_WORDS = re.compile(r"\s*\{[A-Za-z0-9 ,.;:()/+=*-]{0,200}\}")
_ROOT = re.compile(r"\[[0-9a-z]{1,3}\]")
_CLOSING = re.compile(r"\}")
_RIGHT = re.compile(r"\\right(?![a-zA-Z])")
_BRACES = {r"\{": r"\lbrace ", r"\}": r"\rbrace "}  # BibTeX would count those
_DELIMITER = re.compile(r"\s*(?:[()\[\]|./<>]|\\(?:[{}|]|(?:lfloor|rfloor|lceil|rceil|langle|rangle)(?![a-zA-Z])))")
_ORDINARY = re.compile(r"[A-Za-z0-9()\[\]|+\-*/=<>.,;:!?\"`@\s]")
_SPACE = re.compile(r"\s*")
_DEEPEST = 12  # groups within groups

Spelling = Callable[[str], str]
"""What stands for a character beyond ASCII in a formula; "" where nothing does."""


class _NotPlain(Exception):
    """It is no formula that LaTeX is sure to accept."""


def spelled(formula: str, spelling: Spelling) -> str:
    r"""Return what stands between the dollar signs for LaTeX, "" for what it might not accept.

    >>> spelled(r"\alpha_{i}^2", str), spelled(r"\input{x}", str), spelled("x^2^3", str)
    ('\\alpha_{i}^2', '', '')
    """
    reader = _Reader(formula, spelling)
    try:
        reader.list(0, None)
    except _NotPlain:
        return ""
    return "".join(reader.pieces)


class _Reader:
    """Reads a formula once from left to right; `pieces` is what was accepted of it."""

    def __init__(self, text: str, spelling: Spelling) -> None:
        self.text, self.place = text, 0
        self.pieces: list[str] = []
        self._spelling = spelling

    def list(self, depth: int, closing: re.Pattern[str] | None) -> None:
        """Read up to the end, or up to what closes a group and including it."""
        if depth > _DEEPEST:
            raise _NotPlain
        self._indices(depth)
        while self.place < len(self.text):
            if closing and (match := closing.match(self.text, self.place)):
                self._take(len(match[0]))
                return
            self._nucleus(depth)
            self._indices(depth)
        if closing:
            raise _NotPlain

    def _indices(self, depth: int) -> None:
        """Read at most one lower and one upper index; primes are an upper one, and may stand before another."""
        used: set[str] = set()
        while (sign := self.text[self.place : self.place + 1]) and sign in "_^'":
            if sign in used or (sign == "'" and "^" in used and "'" not in used):
                raise _NotPlain
            self._take(1)
            if sign == "'":
                while self.text.startswith("'", self.place):
                    self._take(1)
            else:
                self._argument(depth)
            used.add(sign)

    def _argument(self, depth: int) -> None:
        """Read a group, or one character or macro without arguments."""
        self._take_match(_SPACE)
        if self.text.startswith("{", self.place):
            self._take(1)
            self.list(depth + 1, _CLOSING)
            return
        macro = _MACRO.match(self.text, self.place)
        if macro and macro[1] and macro[1] not in _PLAIN:
            raise _NotPlain
        self._nucleus(depth)

    def _nucleus(self, depth: int) -> None:
        character = self.text[self.place : self.place + 1]
        if character == "{":
            self._take(1)
            self.list(depth + 1, _CLOSING)
        elif character == "\\":
            self._macro(depth)
        elif _ORDINARY.match(character):
            self._take(1)
        elif character > "\x7f" and (spelling := self._spelling(character)):
            self.pieces.append(spelling)
            self.place += 1
        else:
            raise _NotPlain

    def _macro(self, depth: int) -> None:
        match = _MACRO.match(self.text, self.place)
        if match is None:
            raise _NotPlain
        name = match[1] or ""
        self._take(len(match[0]))
        if name == "left":
            self._take_match(_DELIMITER)
            self.list(depth + 1, _RIGHT)
            self._take_match(_DELIMITER)
        elif name in _OF_TEXT:
            self._take_match(_WORDS)
        elif name in _WITH_ONE or name in _WITH_TWO:
            if name == "sqrt" and (root := _ROOT.match(self.text, self.place)):
                self._take(len(root[0]))
            for _ in range(1 + (name in _WITH_TWO)):
                self._argument(depth)
        elif name and name not in _PLAIN:
            raise _NotPlain

    def _take_match(self, pattern: re.Pattern[str]) -> None:
        match = pattern.match(self.text, self.place)
        if match is None:
            raise _NotPlain
        self._take(len(match[0]))

    def _take(self, length: int) -> None:
        piece = self.text[self.place : self.place + length]
        for brace, macro in _BRACES.items():
            piece = piece.replace(brace, macro)
        self.pieces.append(piece)
        self.place += length
