"""Answers and lists as LaTeX, HTML and CSV: whole outputs, hostile words, and real readers that accept them."""

import csv
import io
import os
import re
import shutil
import subprocess
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import bibtexparser
import pytest
from markdown_it import MarkdownIt
from support.exported import paper

from assistant.domain.answers import Answer
from assistant.domain.errors import UsageError
from assistant.domain.records import Claim, Evidence, Finding, Paper
from assistant.domain.verdicts import Verdict
from assistant.ingest.files import in_memory
from assistant.ingest.formats import ReadContext
from assistant.ingest.formats.bibtex import read_bibtex
from assistant.publishing import files, formats, reports
from assistant.publishing.citation_keys import citation_keys
from assistant.publishing.formats import FORMATS
from assistant.publishing.latex_text import escape
from assistant.publishing.reports import Report

GAO = paper(
    "Scaling Laws & $O(n^2)$ of α-Nets",
    "2210.10760",
    authors=("Leo Gao", "José Ölmez"),
    date=date(2022, 10, 19),
    url="https://arxiv.org/abs/2210.10760",
    abstract="Nets grow. Nets <b>shrink</b> by 5%. They end.",
)
EVIL = paper(
    r"=cmd|'/c calc'!A1 \input{/etc/passwd} <script>alert(1)</script>",
    "evil",
    abstract="</p><script>alert(2)</script> |a|b| \\write18{ls} 中",
    url="javascript:alert(3)",
)


def claim(text: str, verdict: Verdict, cited: Paper | None, quote: str = "", reason: str = "") -> Claim:
    finding = Finding(cited, cited.id if cited else "nobody_2020", verdict, "support", quote, 0.9, reason)
    return Claim(text, verdict, "support", (finding,), reason)


def report(*claims: Claim, question: str = "What of 50% <i>nets</i>?") -> Report:
    evidence = tuple(Evidence("P1", found.paper, 1.0) for one in claims for found in one.findings if found.paper)
    return reports.of_answers([Answer(question, "answered", claims, evidence, "m")], citation_keys)


PLAIN = report(
    claim("Nets shrink by 5%.", "supported", GAO, "Nets <b>shrink</b> by 5%."),
    claim("They never end.", "contradicted", GAO, "They end.", "“never” is_new"),
    claim("Nobody knows.", "unsupported", None),
)
HOSTILE = report(claim(EVIL.title, "located", EVIL, EVIL.abstract, EVIL.title), question=EVIL.title)

LATEX = r"""\begin{document}

\section*{What of 50\% <i>nets</i>?}
% supported
Nets shrink by 5\%~\cite{gao2022scaling}.
% contradicted: “never” is_new
They never end~\cite{gao2022scaling}.\footnote{\textbf{contradicted}: “never” is\_new}
% unsupported
Nobody knows~\textbf{[?nobody\_2020]}.\footnote{\textbf{unsupported}}

\medskip\noindent\emph{3 claims: 1 supported ✓, 1 unsupported ✗, 1 contradicted ✗ · model m}

\bibliographystyle{plainnat}
\bibliography{references}
\end{document}
"""
BIBTEX = r"""@misc{gao2022scaling,
  title = {{Scaling Laws \& $O(n^2)$ of \ensuremath{\alpha}-Nets}},
  author = {Leo Gao and José Ölmez},
  year = {2022},
  eprint = {2210.10760},
  archiveprefix = {arXiv},
  url = {https://arxiv.org/abs/2210.10760},
  month = oct,
}
"""
GAO_CELLS = (
    "gao2022scaling,2210.10760,Scaling Laws & $O(n^2)$ of α-Nets,Leo Gao; José Ölmez,2022-10-19,"
    "https://arxiv.org/abs/2210.10760"
)


def text(name: str, content: Report) -> str:
    return formats.text(FORMATS[name], content)


def test_latex_keeps_what_checking_found() -> None:
    head, _, body = text("latex", PLAIN).partition(r"\begin{document}")
    assert r"\begin{document}" + body == LATEX
    assert [line for line in head.splitlines() if line.startswith(r"\Declare")] == [
        r"\DeclareUnicodeCharacter{2713}{\texttt{U+2713}}",
        r"\DeclareUnicodeCharacter{2717}{\texttt{U+2717}}",
    ]
    assert text("bibtex", PLAIN) == BIBTEX


def test_csv_has_a_row_a_claim_and_paper() -> None:
    assert text("csv", PLAIN) == (
        "question,status,claim,verdict,reason,quote,page,key,id,title,authors,date,url\n"
        f"What of 50% <i>nets</i>?,answered,Nets shrink by 5%.,supported,,Nets <b>shrink</b> by 5%.,,{GAO_CELLS}\n"
        f"What of 50% <i>nets</i>?,answered,They never end.,contradicted,“never” is_new,They end.,,{GAO_CELLS}\n"
        "What of 50% <i>nets</i>?,answered,Nobody knows.,unsupported,,,,,,,,,\n"
    )


def test_no_cell_is_a_formula() -> None:
    [_, row] = csv.reader(io.StringIO(text("csv", HOSTILE)))
    assert row[0] == row[2] == row[4] == row[9] == f"'{EVIL.title}"
    assert row[5] == EVIL.abstract
    listed = formats.text(FORMATS["csv"], reports.of_papers("All", [paper("-1+1", "@x")], citation_keys))
    assert listed == "key,id,title,authors,date,url,abstract\npaper,'@x,'-1+1,,,,An abstract.\n"


class _Page(HTMLParser):
    """What a browser would make of a page: tags with attributes, and the text within <mark>."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.marked: list[str] = []
        self._in_mark = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._in_mark = tag == "mark"

    def handle_endtag(self, tag: str) -> None:
        self._in_mark = False

    def handle_data(self, data: str) -> None:
        if self._in_mark:
            self.marked.append(data)


def test_a_claim_opens_its_quote_in_its_abstract() -> None:
    page = _Page(text("html", PLAIN))
    assert page.marked == ["Nets <b>shrink</b> by 5%.", "They end."]
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links == ["#paper-1", GAO.url, "#paper-1", GAO.url, GAO.url]
    opened = [attributes["class"] for tag, attributes in page.tags if tag == "details"]
    assert opened == ["claim supported", "claim contradicted", "claim unsupported"]


def test_hostile_words_are_no_markup_and_the_policy_lets_nothing_in() -> None:
    page = _Page(text("html", HOSTILE))
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "img", "iframe", "link", "object", "form"}
    assert page.marked == [EVIL.abstract]
    assert [attributes["href"] for tag, attributes in page.tags if tag == "a"] == ["#paper-1"]
    assert not any(name.startswith("on") or name == "style" for _, attributes in page.tags for name in attributes)
    [policy] = [a["content"] for tag, a in page.tags if tag == "meta" and a.get("http-equiv")]
    assert policy
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'", policy
    )


def test_hostile_words_are_text_to_a_reader_of_markdown() -> None:
    kinds = {token.type for token in MarkdownIt().enable("table").parse(text("markdown", HOSTILE))}
    assert not kinds & {"html_block", "table_open", "code_block"}
    inline = [child.type for token in MarkdownIt().parse(text("markdown", HOSTILE)) for child in token.children or ()]
    assert "link_open" not in inline


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (r"$\alpha_{i}^{2}$, $x'^2$", r"$\alpha_{i}^{2}$, $x'^2$"),
        (r"$\input{x}$", r"\$\textbackslash{}input\textbraceleft{}x\textbraceright{}\$"),
        ("$x^2^3$", r"\$x\textasciicircum{}2\textasciicircum{}3\$"),
        ("$^^5cinput$", r"\$\textasciicircum{}\textasciicircum{}5cinput\$"),
        (r"$\left\{a\right.$", r"$\left\lbrace a\right.$"),
        ("$5 and $10", r"\$5 and \$10"),
        (r"$\frac{1}$", r"\$\textbackslash{}frac\textbraceleft{}1\textbraceright{}\$"),
        ("x₁ ∈ ℝ ‘a’ -- ``", r"x\ensuremath{{}_1} \ensuremath{\in} \ensuremath{\mathbb{R}} ‘a’ -{}- `{}`"),
        ("中\n%\x1b", "中 \\%\ufffd"),
    ],
)
def test_latex_shows_just_what_was_written(written: str, expected: str) -> None:
    assert escape(written) == expected


def test_bibtex_comes_back_through_two_readers() -> None:
    papers = [GAO, EVIL, paper("A venue", "10.1000/x", authors=("Ann Ash",), date=date(2020, 1, 2))]
    written = formats.text(FORMATS["bibtex"], reports.of_papers("All", papers, citation_keys))
    library = bibtexparser.parse_string(written)
    assert (len(library.entries), library.failed_blocks) == (3, [])
    rows = list(read_bibtex(in_memory("a.bib", written.encode()), ReadContext(None, date(2026, 1, 1), False)))
    assert [row.listing.title for row in rows if not hasattr(row, "reason")] == [item.title for item in papers]
    assert [row.id for row in rows if not hasattr(row, "reason")] == ["2210.10760", "cmdccalc", "10.1000/x"]


def test_latex_lies_beside_its_bibliography_and_writes_over_nothing(tmp_path: Path) -> None:
    path = tmp_path / "my paper.tex"
    assert files.publish(PLAIN, "latex", path) == (path, tmp_path / "my-paper.bib")
    assert r"\bibliography{my-paper}" in path.read_text()
    path.unlink()
    with pytest.raises(UsageError, match="exists already"):
        files.publish(PLAIN, "latex", path)
    assert not path.exists()
    assert len(files.publish(PLAIN, "latex", path, overwrite=True)) == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == ["my paper.tex", "my-paper.bib"]


def test_a_bracket_that_a_title_begins_with_is_no_label_of_an_item() -> None:
    written = formats.text(FORMATS["latex"], reports.of_papers("All", [paper("[Re] Moss", "x")], citation_keys))
    assert r"\item{} [Re] Moss" in written


def test_a_device_or_a_pipe_is_never_replaced_by_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "a.csv"
    os.mkfifo(pipe)
    with pytest.raises(UsageError, match="named pipe"):
        files.publish(PLAIN, "csv", pipe, overwrite=True)
    assert pipe.is_fifo()


@pytest.mark.skipif(not (shutil.which("pdflatex") and shutil.which("bibtex")), reason="LaTeX is not installed")
def test_latex_and_bibtex_accept_what_comes_out(tmp_path: Path) -> None:
    both = report(*(claim for content in (PLAIN, HOSTILE) for claim in content.sections[0].answer.claims))
    files.publish(both, "latex", tmp_path / "a.tex")
    for words in (["pdflatex", "-halt-on-error", "a.tex"], ["bibtex", "a"], ["pdflatex", "-halt-on-error", "a.tex"]):
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-2000:]
    assert (tmp_path / "a.pdf").stat().st_size > 10_000
