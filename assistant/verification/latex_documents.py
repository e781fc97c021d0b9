r"""A paper in LaTeX -> its running text, line for line: citations as [@{key}], without figures, displays and comments.

What stands on a line of the source stands on the same line of the text, so that a claim can be told with its line.
Macros and accents are spelled out by pylatexenc, paragraph by paragraph; mathematics within a sentence stays.
"""

import re
from collections.abc import Iterator
from pathlib import PurePath

from assistant.ingest.formats.latex import plain

GLUE = "\u2060"
"""Stands on lines of which nothing is left, for an empty line would end a paragraph; it is to be taken out again."""

_IS_LATEX = re.compile(r"\\documentclass|\\begin\{[a-z]+\*?\}|\\[a-zA-Z]*cite[a-zA-Z]*\*?\s*[\[{]")
_ENDINGS = frozenset([".tex", ".ltx", ".latex"])
_VERBATIM = re.compile(r"\\begin\{((?:verbatim|lstlisting|minted|comment|filecontents)\*?)\}")
_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%[^\n]*")
_BODY, _END = r"\begin{document}", r"\end{document}"
_DROPPED_ENVIRONMENTS = frozenset(
    "figure table tabular tabularx longtable wrapfigure wraptable sidewaystable equation align gather multline eqnarray"
    " flalign alignat displaymath math dmath algorithm algorithmic tikzpicture thebibliography verbatim lstlisting"
    " minted comment filecontents picture teaserfigure CCSXML IEEEkeywords keywords".split()
)
_TOKEN = re.compile(r"\\([a-zA-Z]+)\*?|\\\[|\\\]|\\.|\$\$|[{}]", re.DOTALL)
_CITE = re.compile(r"(?:[a-zA-Z]*[Cc]ite(?:s|p|t|alp|alt|author|year|yearpar|text|title|num)?)")
_NO_CITE = frozenset(["nocite", "defcite", "citestyle"])
_OPTION = re.compile(r"[ \t]*\n?[ \t]*\[([^\[\]]{0,300})\]")
_KEYS = re.compile(r"[ \t]*\n?[ \t]*\{([^{}]{0,2000})\}")
_HEADINGS = (
    "part chapter section subsection subsubsection paragraph subparagraph caption title author date thanks".split()
)
_DROPPED = (
    dict.fromkeys(_HEADINGS, 1)
    | dict.fromkeys(
        "label ref eqref cref Cref autoref pageref nameref vspace hspace includegraphics input include bibliography"
        " index bibliographystyle addbibresource usepackage nocite thispagestyle pagestyle keywords todo affiliation"
        " email".split(),
        1,
    )
    | dict.fromkeys("newcommand renewcommand providecommand setlength addtolength setcounter definecolor".split(), 2)
)
_FOOTNOTES = frozenset(["footnote", "footnotetext", "marginpar"])
_SILENT = frozenset("maketitle centering noindent newpage clearpage appendix tableofcontents bigskip medskip".split())
_OPEN, _CLOSE, _NEWLINE = "\ue020", "\ue021", "\ue022"
_PLACE = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_PRIVATE = re.compile("[\ue000-\uf8ff\u2060]")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


def is_latex(text: str, name: str | None) -> bool:
    """Whether a text is LaTeX: by the name of its file, or by what stands in its first 20,000 characters."""
    return bool(name and PurePath(name).suffix.lower() in _ENDINGS) or bool(_IS_LATEX.search(text[:20_000]))


def bibliographies(text: str) -> tuple[str, ...]:
    r"""Return the names of the .bib files that a document asks for, with their ending.

    >>> bibliographies(r"\bibliography{refs, more} \addbibresource{x.bib}")
    ('refs.bib', 'more.bib', 'x.bib')
    """
    names = [
        name.strip()
        for listed in re.findall(r"\\(?:bibliography|addbibresource)(?:\[[^\[\]]*\])?\{([^{}]{1,500})\}", text)
        for name in listed.split(",")
    ]
    return tuple(dict.fromkeys(name if name.endswith(".bib") else f"{name}.bib" for name in names if name))


def running_text(latex: str) -> str:
    r"""Return the text of a document or of a part of one, each line where it was.

    >>> running_text("Longer chains \\emph{help}~\\citep[p.~3]{a,b}. % but\nNo \\ss.")
    'Longer chains help\xa0[@{a}; @{b}]. \nNo ß.'
    """
    text = _PRIVATE.sub("", latex.replace("\r\n", "\n"))
    text = _without_comments(text)
    start, end = text.find(_BODY), text.find(_END)
    head = "\n" * text.count("\n", 0, start) if start >= 0 else ""
    body = text[start + len(_BODY) if start >= 0 else 0 : end if end >= 0 else len(text)]
    reader = _Reader(body)
    reduced = head + reader.text()
    paragraphs, place = [], 0
    for gap in _PARAGRAPH.finditer(reduced):
        paragraphs += [_spelled(reduced[place : gap.start()]), gap[0]]
        place = gap.end()
    spelled = "".join([*paragraphs, _spelled(reduced[place:])])
    return _PLACE.sub(lambda match: reader.citations[int(match[1])], spelled)


def _spelled(paragraph: str) -> str:
    """Return a paragraph without macros; no line of it is lost."""
    if not re.search(r"[\\~{}`'-]", paragraph):
        return paragraph
    lines = paragraph.count("\n")
    text = plain(paragraph.replace("\n", _NEWLINE)).replace("\n", " ").replace(_NEWLINE, "\n")
    return text + f"\n{GLUE}" * (lines - text.count("\n"))


def _without_comments(text: str) -> str:
    """Return a text without comments; what is verbatim has none."""
    pieces, place = [], 0
    while match := _VERBATIM.search(text, place):
        end = text.find(rf"\end{{{match[1]}}}", match.end())
        end = len(text) if end < 0 else end
        pieces += [_COMMENT.sub(_of_comment, text[place : match.end()]), _gone(text[match.end() : end])]
        place = end
    return "".join([*pieces, _COMMENT.sub(_of_comment, text[place:])])


def _of_comment(match: re.Match[str]) -> str:
    is_alone = match.start() == 0 or match.string[match.start() - 1] == "\n"
    return match[1] + GLUE * is_alone


def _gone(text: str, *, opens_line: bool = False) -> str:
    """Return what is left of a stretch that is passed over: its lines."""
    return GLUE * opens_line + f"\n{GLUE}" * text.count("\n")


class _Reader:
    """Reads LaTeX once from left to right; citations become numbered places."""

    def __init__(self, latex: str) -> None:
        self.latex = latex
        self.citations: list[str] = []
        self._pieces: list[str] = []
        self._partners = dict(_groups(latex))

    def text(self) -> str:
        """Return the text without what is passed over."""
        place = 0
        while match := _TOKEN.search(self.latex, place):
            self._pieces.append(self.latex[place : match.start()])
            place = self._token(match)
        return "".join([*self._pieces, self.latex[place:]])

    def _token(self, match: re.Match[str]) -> int:
        """Handle a macro, a display or a brace; return where reading goes on."""
        name, start, end = match[1] or "", match.start(), match.end()
        if match[0] == r"\[" or match[0] == "$$":
            closing = self.latex.find(r"\]" if match[0] == r"\[" else "$$", end)
            return self._pass_over(start, closing + 2) if closing >= 0 else end
        if name == "begin" and (group := _KEYS.match(self.latex, end)):
            return self._begin(group[1].strip(), start, group.end())
        if name == "end" and (group := _KEYS.match(self.latex, end)):
            return self._pass_over(start, group.end())
        if name and name not in _NO_CITE and _CITE.fullmatch(name):
            return self._cite(start, end)
        if name in _FOOTNOTES:
            stop = self._arguments(end, 1)
            self._pass_over(start, stop)
            for inner in _TOKEN.finditer(self.latex, end, stop):
                if inner[1] and inner[1] not in _NO_CITE and _CITE.fullmatch(inner[1]):
                    self._pieces.append(" ")
                    self._cite(inner.start(), inner.end())
            return stop
        if name in _DROPPED:
            return self._pass_over(start, self._arguments(end, _DROPPED[name]))
        if name == "item":
            option = _OPTION.match(self.latex, end)
            self._pieces.append(f"- {option[1] if option else ''}")
            return option.end() if option else end
        if name in _SILENT:
            return end
        self._pieces.append(match[0])
        return end

    def _begin(self, environment: str, start: int, end: int) -> int:
        """Pass over an environment that is no running text, or only over what opens it, with its options."""
        if environment.rstrip("*") in _DROPPED_ENVIRONMENTS:
            closing = rf"\end{{{environment}}}"
            stop = self.latex.find(closing, end)
            return self._pass_over(start, stop + len(closing) if stop >= 0 else end)
        option = _OPTION.match(self.latex, end)
        return self._pass_over(start, option.end() if option else end)

    def _cite(self, start: int, end: int) -> int:
        r"""Put a place for the keys of a citation, of "\cites" all of them; a macro without keys cites nothing."""
        keys: list[str] = []
        stop = end
        while True:
            place = stop
            while option := _OPTION.match(self.latex, place):
                place = option.end()
            group = _KEYS.match(self.latex, place)
            if group is None or (keys and not self.latex[start:end].endswith("s")):
                break
            keys += [key.strip() for key in group[1].split(",") if key.strip()]
            stop = group.end()
        if keys:
            self._pieces.append(f"{_OPEN}{len(self.citations)}{_CLOSE}")
            self.citations.append(f"[{'; '.join(f'@{{{key}}}' for key in keys)}]")
        self._pieces.append(_gone(self.latex[start:stop]))
        return stop

    def _arguments(self, place: int, count: int) -> int:
        """Return where so many arguments in braces end, options between them included."""
        for _ in range(count):
            while option := _OPTION.match(self.latex, place):
                place = option.end()
            brace = re.compile(r"\s*\{").match(self.latex, place)
            if brace is None or brace.end() - 1 not in self._partners:
                break
            place = self._partners[brace.end() - 1] + 1
        return place

    def _pass_over(self, start: int, end: int) -> int:
        is_heading = re.match(
            r"\\(?:sub)*(?:section|paragraph)|\\(?:part|chapter|begin|end)", self.latex[start : start + 16]
        )
        opens_line = start == 0 or self.latex[start - 1] == "\n"
        only_lines = is_heading and "\n" not in self.latex[start:end]
        self._pieces.append("" if only_lines else _gone(self.latex[start:end], opens_line=opens_line))
        return end


def _groups(latex: str) -> Iterator[tuple[int, int]]:
    """Yield (where a brace opens, where it is closed)."""
    opened: list[int] = []
    for match in re.finditer(r"\\.|[{}]", latex, re.DOTALL):
        if match[0] == "{":
            opened.append(match.start())
        elif match[0] == "}" and opened:
            yield opened.pop(), match.start()
