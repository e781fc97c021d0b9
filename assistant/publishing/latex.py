r"""Reports and lists of papers -> a LaTeX document that cites by \cite; what checking found stays with each claim."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assistant.domain.answers import Answer
from assistant.domain.records import Claim, Paper
from assistant.domain.sanitize import one_line
from assistant.publishing.bibtex import bibtex
from assistant.publishing.latex_text import escape, unknown_characters
from assistant.publishing.reports import PaperList, Report, Section

_HEAD = r"""% A comment before each sentence says what checking found; a footnote follows what nobody affirmed.
\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage{textcomp,amsmath,amssymb,url}
\usepackage[numbers]{natbib}
"""
_ENDS = ".!?"
_ITEM = r"\item{} "
"""What begins an item, also one whose text begins with a bracket, as "[Re] …" does."""
_SETTLED = ("quoted", "supported")


@dataclass(frozen=True, slots=True)
class _Document:
    r"""What \cite needs to know."""

    keys: Mapping[str, str]

    def cite(self, ids: Iterable[str], page: int | None = None) -> str:
        r"""Return the \cite of some papers, or of one page of one."""
        names = [self.keys[id] for id in dict.fromkeys(ids) if id in self.keys]
        where = f"[p.~{page}]" if page else ""
        return rf"\cite{where}{{{','.join(names)}}}" if names else ""

    def cited(self, claim: Claim) -> str:
        """Return what a claim cites: papers together, but each of which it cites a page alone."""
        papers = [finding for finding in claim.findings if finding.paper]
        pages = {(finding.paper.id, finding.sure_page): None for finding in papers if finding.paper}
        whole = self.cite(id for id, page in pages if page is None)
        return "".join(filter(None, [whole, *(self.cite([id], page) for id, page in pages if page)]))

    def section(self, section: Section) -> list[str]:
        """Return the lines of one question with its answer."""
        rows = [rf"\section*{{{escape(section.question)}}}"]
        if section.read_as:
            rows += [rf"\emph{{Read as: {escape(section.read_as)}}}", ""]
        answer = section.answer
        rows += self._answered(answer) if answer.status == "answered" else _unanswered(answer)
        if answer.summary:
            rows += ["", rf"\medskip\noindent\emph{{{escape(answer.summary)}}}"]
        return [*rows, *(line for note in answer.notes for line in ("", rf"\emph{{Note: {escape(note)}}}")), ""]

    def _answered(self, answer: Answer) -> list[str]:
        rows = [escape(answer.text), ""] if answer.text else []
        said = {finding.paper.id for claim in answer.claims for finding in claim.findings if finding.paper}
        if answer.kind == "prose":
            return [*rows, *(line for claim in answer.claims for line in self.claim(claim))]
        items = [line for claim in answer.claims for line in self.claim(claim, _ITEM)]
        silent = [paper for paper in answer.cited if paper.id not in said]
        items += [rf"{_ITEM}{escape(paper.title)}~{self.cite([paper.id])}" for paper in silent]
        return [*rows, r"\begin{itemize}", *items, r"\end{itemize}"] if items else rows

    def claim(self, claim: Claim, before: str = "") -> list[str]:
        """Return the line that comments a sentence, and the sentence with what it cites and what is wrong with it."""
        why = ": ".join(filter(None, (claim.verdict, one_line(claim.reason))))
        cited = self.cited(claim)
        unknown = "".join(
            rf"\textbf{{[?{escape(finding.key)}]}}" for finding in claim.findings if finding.paper is None
        )
        labels = "~".join(label for label in (cited, unknown) if label)
        note = "" if claim.verdict in _SETTLED else rf"\footnote{{\textbf{{{claim.verdict}}}{_reason(claim)}}}"
        return [f"% {why}", f"{before}{_sentence(claim, labels)}{note}"]


def report(report: Report) -> str:
    """Return a document with a section a question; its bibliography is the .bib named in the report."""
    document = _Document(report.keys)
    body = [line for section in report.sections for line in document.section(section)]
    about = [rf"\noindent\emph{{{escape(report.about)}}}", ""] if report.about else []
    return _document([*about, *body], report.papers.values(), report.keys, report.bibliography)


def papers(listing: PaperList) -> str:
    """Return a document with an item a paper."""
    document = _Document(listing.keys)
    items = [rf"{_ITEM}{_described(paper)}~{document.cite([paper.id])}" for paper in listing.papers]
    body = [r"\begin{itemize}", *items, r"\end{itemize}"] if items else ["No papers."]
    body = [rf"\section*{{{escape(listing.title)}}}", *body, ""]
    return _document(body, listing.papers, listing.keys, listing.bibliography)


def _document(body: list[str], papers: Iterable[Paper], keys: Mapping[str, str], bibliography: str) -> str:
    """Return a document, in which pdfLaTeX is told of every character of the text and of its bibliography."""
    text = "\n".join(body)
    references = bibtex(papers, keys)
    cited = [r"\bibliographystyle{plainnat}", rf"\bibliography{{{bibliography}}}"] if references else []
    unknown = unknown_characters(text + references)
    told = [rf"\DeclareUnicodeCharacter{{{ord(sign):04X}}}{{\texttt{{U+{ord(sign):04X}}}}}" for sign in unknown]
    if told:
        told = [r"\ifdefined\DeclareUnicodeCharacter", *told, r"\fi"]
    parts = [_HEAD.rstrip("\n"), *told, r"\begin{document}", "", text, *cited, r"\end{document}", ""]
    return "\n".join(parts)


def _sentence(claim: Claim, labels: str) -> str:
    """Return a sentence with its citations before its full stop, or after its closing quotation mark."""
    text = one_line(claim.text)
    tail = f"~{labels}" if labels else ""
    if claim.verdict == "quoted":
        return f"“{escape(text)}”{tail}"
    end = text[-1:] if text[-1:] in _ENDS else ""
    return f"{escape(text.removesuffix(end) if end else text)}{tail}{end}"


def _reason(claim: Claim) -> str:
    return f": {escape(claim.reason)}" if claim.reason else ""


def _unanswered(answer: Answer) -> list[str]:
    said = answer.text or (f"{answer.abstention}." if answer.status == "abstained" else "The model failed.")
    rows = [escape(said), ""]
    if answer.nearest:
        items = [rf"{_ITEM}{_described(item.paper)}" for item in answer.nearest]
        rows += ["Closest papers:", r"\begin{itemize}", *items, r"\end{itemize}"]
    return rows


def _described(paper: Paper) -> str:
    parts = [escape(paper.title), escape(", ".join(paper.authors)), paper.day or ""]
    return ". ".join(part for part in parts if part)
